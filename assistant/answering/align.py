"""Which evidence supports a sentence of the answer: decided by code, never by a second generation.

Figures, names, words and meaning are held against every evidence sentence; the model's own mark is one
hint among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.answering.bound import Held, evidence_figures, held_figures, mislabelled, misplaced
from assistant.answering.figures import Figure, figures, source_figures, supported
from assistant.answering.quoted import invented, quoted, stands
from assistant.answering.words import content_stems, named_beyond, word_forms
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    import numpy as np

#: What each signal counts in choosing the span (docs/experiments.md).
_OVERLAP, _COSINE, _FIGURES, _MARK = 0.45, 0.35, 0.4, 0.12
#: A quotation that stands in a source word for word; more than overlap and meaning can make up for.
_QUOTED = 0.8
#: A sentence stands if this share of its content words is in the cited spans, or it is this near to one.
MIN_OVERLAP = 0.5
MIN_COSINE = 0.62
#: Never cite more spans than this for one sentence.
MAX_SPANS = 3


@dataclass(frozen=True)
class Source:
    """An evidence sentence prepared for comparison; `vector` is its clause's, of unit length."""

    number: int
    evidence: Evidence
    vector: np.ndarray

    @cached_property
    def figures(self) -> list[Figure]:
        """Figures of the sentence and of its column labels, as they are written."""
        return source_figures(f"{self.evidence.context} {self.evidence.text}")

    @cached_property
    def stated(self) -> list[Figure]:
        """The same, also with the scale that its table states outside the row."""
        return evidence_figures(self.evidence)

    @cached_property
    def held(self) -> list[Held]:
        """Amounts of the sentence with their periods."""
        return held_figures(self.evidence)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Content stems of the sentence and of its column labels."""
        return frozenset(content_stems(f"{self.evidence.context} {self.evidence.text}"))

    @cached_property
    def clause_figures(self) -> list[Figure]:
        """Figures of the clause that was found and of its column labels."""
        return source_figures(f"{self.evidence.context} {self.evidence.clause}")

    @cached_property
    def clause_stems(self) -> frozenset[str]:
        """Content stems of the clause that was found and of its column labels."""
        return frozenset(content_stems(f"{self.evidence.context} {self.evidence.clause}"))

    @cached_property
    def surroundings(self) -> frozenset[str]:
        """All words around it that may tell whom a pronoun means: passage, headings, title, file name."""
        parts = (
            self.evidence.around, self.evidence.title, *self.evidence.headings, self.evidence.document,
            self.evidence.context,
        )  # fmt: skip
        return word_forms(" ".join(parts))

    @property
    def quotable(self) -> tuple[str, ...]:
        """What an answer may put between quotation marks: the sentence, and the names of where it stands."""
        evidence = self.evidence
        return (evidence.text, evidence.context, evidence.title, *evidence.headings)

    @cached_property
    def setting(self) -> frozenset[str]:
        """The words around it and those its document opens with: a filing names its company on the cover."""
        return self.surroundings | word_forms(self.evidence.opening)


@dataclass(frozen=True)
class Support:
    """The verdict on a sentence.

    `numbers` are the supporting sources' numbers, best first (the nearest ones even if it does not stand).
    `unsupported_figures`, `misplaced_figures` (the sources give them for another period or column), `unknown_names` and
    `invented_quotes` say why it falls; `overlap` and `cosine` are the best reached.
    """

    numbers: tuple[int, ...]
    stands: bool
    overlap: float
    cosine: float
    unsupported_figures: tuple[Figure, ...] = ()
    misplaced_figures: tuple[Figure, ...] = ()
    unknown_names: tuple[str, ...] = ()
    invented_quotes: tuple[str, ...] = ()


def share(stems: Iterable[str], whole: frozenset[str]) -> float:
    """Share of some stems that stand in a set; 0 for none."""
    held = [stem in whole for stem in stems]
    return sum(held) / len(held) if held else 0.0


def align(text: str, vector: np.ndarray, marks: Sequence[int], sources: Sequence[Source]) -> Support:
    """Bind a sentence to the spans that support it and say whether it stands.

    Args:
        text: the sentence without marks.
        vector: its unit vector.
        marks: the numbers the model put on it; numbers that no source has are ignored.
        sources: the evidence, each with its number.
    """
    if not sources:
        return Support((), stands=False, overlap=0.0, cosine=0.0)
    claimed = figures(text)
    stems = content_stems(text)
    quotations = quoted(text)

    def score(source: Source) -> float:
        held = [figure for figure in claimed if supported(figure, source.stated)]
        return (
            _OVERLAP * share(stems, source.stems)
            + _COSINE * float(vector @ source.vector)
            + _FIGURES * (len(held) / len(claimed) if claimed else 0.0)
            + _MARK * (source.number in marks)
            + _QUOTED * (bool(quotations) and not invented(quotations, source.quotable))
        )

    ranked = sorted(sources, key=lambda source: -score(source))
    chosen = [ranked[0]]
    for source in ranked[1:]:
        if len(chosen) < MAX_SPANS and _adds(source, chosen, claimed, stems, quotations):
            chosen.append(source)
    return _verdict(text, vector, claimed, stems, quotations, chosen)


def _adds(
    source: Source,
    chosen: Sequence[Source],
    claimed: Sequence[Figure],
    stems: Sequence[str],
    quotations: Sequence[str],
) -> bool:
    """Whether a further span supports a figure or a quotation the chosen ones lack, or much of the words they lack."""
    held = [figure for other in chosen for figure in other.stated]
    missing = [figure for figure in claimed if not supported(figure, held)]
    if any(supported(figure, source.stated) for figure in missing):
        return True
    quotable = [part for other in chosen for part in other.quotable]
    if any(stands(piece, source.quotable) and not stands(piece, quotable) for piece in quotations):
        return True
    known = frozenset().union(*(other.stems for other in chosen))
    lacking = [word for word in stems if word not in known]
    gained = sum(word in source.stems for word in lacking)
    return gained >= 3 and gained >= 0.25 * len(stems)


def _verdict(
    text: str,
    vector: np.ndarray,
    claimed: Sequence[Figure],
    stems: Sequence[str],
    quotations: Sequence[str],
    chosen: Sequence[Source],
) -> Support:
    held = [figure for source in chosen for figure in source.stated]
    wrong = tuple(figure for figure in claimed if not supported(figure, held))
    elsewhere = misplaced(text, [(source.evidence, source.held) for source in chosen])
    elsewhere += mislabelled(text, [source.evidence for source in chosen])
    known = frozenset().union(*(source.stems for source in chosen))
    around = frozenset().union(*(source.surroundings for source in chosen)) | known
    strange = tuple(named_beyond(text, around))
    made_up = tuple(invented(quotations, (part for source in chosen for part in source.quotable)))
    overlap = share(stems, known)
    cosine = max(float(vector @ source.vector) for source in chosen)
    near = overlap >= MIN_OVERLAP or cosine >= MIN_COSINE
    return Support(
        numbers=tuple(source.number for source in chosen),
        stands=near and not (wrong or elsewhere or strange or made_up),
        overlap=overlap,
        cosine=cosine,
        unsupported_figures=wrong,
        misplaced_figures=elsewhere,
        unknown_names=strange,
        invented_quotes=made_up,
    )
