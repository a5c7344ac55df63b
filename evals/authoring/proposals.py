"""Questions near a person's own that the documents do not answer, for the person to take or drop.

Another year, another name, another document: what is put in the place of the one asked for is chosen so that the
documents most likely do not say it. Only a person can tell for certain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.answering.words import content_stems, names
from evals.authoring.shelf import Shelf
from evals.near_misses import Text, changed, of_another_document, of_another_year, text_of
from evals.sets import Question

#: At most so many names of a question are replaced.
_MOST_NAMES = 2
#: A passage with another name and this share of the question's other words may answer about that name.
_ANSWERS = 0.5
_CAPITAL = re.compile(r"[A-Z][\w&-]*|[a-z]+[A-Z]\w*")


def name_runs(text: str) -> list[str]:
    """Names of a text as they are written, words in a row as one name ("Morgan Stanley"), each once."""
    known = set(names(text))
    runs: list[str] = []
    end = -1
    for match in _CAPITAL.finditer(text):
        if match.group().lower() not in known:
            continue
        joined = runs and text[end : match.start()] == " "
        runs[-1:] = [f"{runs[-1]} {match.group()}"] if joined else [*runs[-1:], match.group()]
        end = match.end()
    return list(dict.fromkeys(runs))


def _alike(one: str, other: str) -> bool:
    """Whether two names could stand for the same kind of thing: as many words, capitals throughout or not."""
    return len(one.split()) == len(other.split()) and one.isupper() == other.isupper()


class Proposer:
    """Proposes questions over one shelf; what is looked at of its texts is gathered once."""

    def __init__(self, shelf: Shelf) -> None:
        self._texts = {name: text_of(text) for name, text in shelf.texts.items()}
        self._spread = Counter(word for text in self._texts.values() for word in text.stems)
        self._passages = [(set(name_runs(p.text)), set(content_stems(p.text))) for p in shelf.passages]
        self._names = Counter(name for held, _ in self._passages for name in held)

    def propose(self, case: Question) -> list[Question]:
        """Cases that are not answerable, near one that is; none about the same question twice."""
        found: dict[str, Question] = {}
        for proposal in self._all(case):
            found.setdefault(f"{proposal.question}\n{proposal.scope}", proposal)
        return list(found.values())

    def _all(self, case: Question) -> Iterator[Question]:
        within = [self._texts[name] for name in case.scope] or list(self._texts.values())
        years = frozenset().union(*(text.years for text in within))
        if (other := of_another_year(case, Text(frozenset(), years))) is not None:
            yield other
        yield from self._of_other_names(case)
        if case.scope and (elsewhere := of_another_document(case, self._texts, self._spread)) is not None:
            yield elsewhere

    def _of_other_names(self, case: Question) -> Iterator[Question]:
        asked = name_runs(case.question)
        number = 0
        for name in asked:
            other = self._other_name(case.question, name, asked)
            if other is not None and number < _MOST_NAMES:
                number += 1
                way = "another-name" if number == 1 else f"another-name-{number}"
                yield changed(
                    case, way, re.sub(rf"\b{re.escape(name)}\b", other, case.question), case.scope
                ).model_copy(update={"type": "another-name"})

    def _other_name(self, question: str, name: str, asked: Sequence[str]) -> str | None:
        """The name most written of in the documents of which no passage seems to say what is asked."""
        rest = set(content_stems(question)) - set(content_stems(name))
        for other, _ in sorted(self._names.items(), key=lambda each: (-each[1], each[0])):
            taken = any(other in each or each in other for each in asked)
            if not taken and _alike(name, other) and not self._says(other, rest):
                return other
        return None

    def _says(self, name: str, rest: set[str]) -> bool:
        return any(name in held and len(rest & stems) >= _ANSWERS * len(rest) for held, stems in self._passages)
