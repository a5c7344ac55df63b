"""All figures of a text: dates first, then numbers in digits and in words, joined to ranges, with their sense."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.answering.figures.atoms import Atom, digit_atoms
from assistant.answering.figures.dates import dates
from assistant.answering.figures.model import Figure
from assistant.answering.figures.ranges import joined
from assistant.answering.figures.sense import is_lost, is_operand, is_whole, sense
from assistant.answering.figures.spelled import spelled_atoms
from assistant.answering.figures.vocabulary import TIMES, UNIT_AFTER, unit

#: Stands for a character that was read already: a sign behind it is none, as behind any letter or digit.
_READ = "_"
_RUN = re.compile(r"[^\S\n]{2,}|[^\S\n]\n|\n[^\S\n]")
#: A further blank of a run, unless it begins or ends the empty line between two paragraphs.
_INSIDE = re.compile(r"(?<=\s)(?<!\n)\s(?!\n)|(?<=\n)[^\S\n]")
_MARK = re.compile(r"\[\d+\]")
#: "per GW", "each year", "a share": a rate or an article names one of a unit without a number.
_ONE_OF = re.compile(rf"(?<!\w)(?:(?i:per|each|every|an?)\s|/\s?)(?P<unit>{UNIT_AFTER})")
_SHARED_UNITS = frozenset({"%", "pp", "bp"})
#: Words that say two without a number.
_TWO = re.compile(r"\b(?:both|pair\s+of|couple\s+of|twins?|duo)\b", re.IGNORECASE)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b", re.IGNORECASE)
#: An ordinal in words that ranks or counts: "fifth-largest", "third consecutive"; not "third party" or "first, ...".
_RANK = re.compile(
    rf"(?<![\w’'-])(?:{'|'.join(_ORDINALS)})"
    r"(?=[\s-](?:most|least|best|worst|consecutive|straight|successive|place|(?:larg|bigg|great|high|low|small|few|long|"
    r"short|old|young|new|fast|slow|strong|weak|rich|poor|cheap|busi|heavi|deep|tall|wid|near|close|earli|lat)est)\b)",
    re.IGNORECASE,
)
#: Words that say none without a number.
_NONE = re.compile(r"\b(?:no|none|nil|nothing|never|without)\b", re.IGNORECASE)


def figures(text: str) -> list[Figure]:
    """All figures of a text in order; none overlap. Citation marks such as [3] are not figures."""
    plain, places = _squashed(_MARK.sub(lambda mark: " " * len(mark.group()), text))
    dated = list(dates(plain))
    blank = _without(plain, dated)
    spelled: list[Atom] = []
    for atom in spelled_atoms(blank):
        if not _overlaps(atom, spelled):
            spelled.append(atom)
    numbers = digit_atoms(plain, _without(blank, spelled))
    atoms = sorted((*numbers, *spelled), key=lambda atom: atom.start)
    ranks = _ordinals(_RANK, blank)
    found = [*dated, *(_figure(plain, low, high) for low, high in joined(blank, atoms)), *ranks]
    apart = _with_shared_units(plain, list(_apart(sorted(found, key=lambda figure: figure.start))))
    return [_as_written(text, figure, places) for figure in apart] if places else apart


def _with_shared_units(text: str, found: Sequence[Figure]) -> list[Figure]:
    """Figures with the percent that one behind them says for both: "5 and 7 percent"."""
    shared = []
    for figure, after in zip(found, [*found[1:], None], strict=False):
        bare = not figure.unit and not figure.counted
        if after and bare and after.unit in _SHARED_UNITS and text[figure.end : after.start] in (" and ", " or "):
            figure = replace(figure, unit=after.unit)
        shared.append(figure)
    return shared


def _squashed(text: str) -> tuple[str, list[int]]:
    """The text with a single blank for each run of them within a paragraph, and where each character stood.

    There are no places where there is nothing to squash.
    """
    if not _RUN.search(text):
        return text, []
    places = [index for index in range(len(text)) if not _INSIDE.match(text, index)]
    return "".join(text[index] for index in places), [*places, len(text)]


def _as_written(text: str, figure: Figure, places: Sequence[int]) -> Figure:
    start, end = places[figure.start], places[figure.end - 1] + 1
    return replace(figure, text=text[start:end].strip(), start=start, end=end)


def source_figures(text: str) -> list[Figure]:
    """All that a text says of figures, as something to hold claims against.

    With "per GW" that is also "one GW", with "both" also two, with "third-largest" also "3rd", with "no" also zero.
    """
    more = [_plain(match, 1, unit(match["unit"])) for match in _ONE_OF.finditer(text)]
    more += [_plain(match, 2, "") for match in _TWO.finditer(text)]
    more += [_plain(match, 0, "") for match in _NONE.finditer(text)]
    more += _ordinals(_ORDINAL, text)
    return [*figures(text), *more]


def _ordinals(pattern: re.Pattern[str], text: str) -> list[Figure]:
    return [_plain(match, _ORDINALS.index(match.group().lower()) + 1, "ordinal") for match in pattern.finditer(text)]


def _plain(match: re.Match[str], value: int, named: str) -> Figure:
    return Figure(match.group(), *match.span(), Decimal(value), Decimal(value), named)


def _without(text: str, taken: Sequence[Figure | Atom]) -> str:
    """The text with what was read already made unreadable, its length kept."""
    pieces, place = [], 0
    for part in sorted(taken, key=lambda part: part.start):
        pieces += [text[place : part.start], _READ * (part.end - part.start)]
        place = part.end
    return "".join((*pieces, text[place:]))


def _overlaps(atom: Atom, others: Sequence[Atom]) -> bool:
    return any(atom.start < other.end and other.start < atom.end for other in others)


def _figure(text: str, low: Atom, high: Atom) -> Figure:
    named = high.unit or low.unit
    said = sense(text, low.start, high.end, named in TIMES)
    one, other = low.value, high.value
    if named == "digits":
        other = one * 10 - 1
    return Figure(
        text=text[said.start : said.end].strip(),
        start=said.start,
        end=said.end,
        low=one,
        high=other,
        unit=named,
        approximate=said.approximate,
        bound=said.bound,
        spelled=low.spelled and high.spelled,
        counted=high.counted,
        lost=is_lost(text, low.start),
        whole=is_whole(text, low.start),
        operand=is_operand(text, low.start, high.end),
    )


def _apart(found: Sequence[Figure]) -> Iterator[Figure]:
    """The figures that do not reach into the one before."""
    end = 0
    for figure in found:
        if figure.start >= end:
            end = figure.end
            yield figure
