"""Numbers written in words: "two hundred million", "twenty-five", "half a billion", "two-fifths", "doubled"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from assistant.answering.figures.atoms import Atom, noun_behind, tail
from assistant.answering.figures.vocabulary import SCALES, TEEN_WORDS, TEN_WORDS, UNIT_AFTER, UNITS_WORDS, alternatives

_SMALL = {**UNITS_WORDS, **TEEN_WORDS, **TEN_WORDS}
_ONES, _TEENS, _TENS = (alternatives(words) for words in (UNITS_WORDS, TEEN_WORDS, TEN_WORDS))
_BIG = alternatives(
    word for word in SCALES if word.rstrip("s") in ("thousand", "million", "billion", "trillion", "dozen")
)
_BELOW_100 = rf"(?:(?:{_TENS})(?:[\s-](?:{_ONES}))?|{_TEENS}|{_ONES})(?!\w)"
_BELOW_1000 = rf"(?:(?:{_BELOW_100}|an?)[\s-]hundred(?:\s(?:and\s)?{_BELOW_100})?(?!\w)|{_BELOW_100})"
_GROUP = rf"(?:{_BELOW_1000}|an?(?=[\s-](?:{_BIG})(?!\w)))(?:[\s-](?:{_BIG})(?!\w))*"
_NUMBER = re.compile(
    rf"""(?<![\w’'])(?<![A-Za-z\d]-)(?:
    (?P<share>(?:an?[\s-])?half(?:[\s-]an?)?|(?:a|one)[\s-]quarter(?:\sof)?[\s-]a)[\s-](?P<many>{_BIG})(?!\w)
    |(?P<part>half\san?\s(?={UNIT_AFTER}))
    |(?P<mixed>(?P<whole>{_BELOW_100}|an?)\sand\sa\shalf(?P<scale>[\s-](?:{_BIG})(?!\w))?)
    |(?P<number>{_GROUP}(?:\s(?:and\s)?{_GROUP})*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
#: "no one", "one another", "one's" count nothing.
_NO_COUNT = re.compile(r"one(?:[’']s|\s(?:another|by\sone|such))", re.IGNORECASE)
_NOBODY = re.compile(r"\b(?:no|any|every|some|each|this|that|the|which|another)\s$", re.IGNORECASE)

#: "net zero" is an aim and "zero-sum" a kind; neither counts.
_ZERO = re.compile(
    r"(?<![\w’'-])(?<!\bnet\s)(?<!\bground\s)zero(?![\w-])(?!\s(?:in\son|trust|tolerance)\b)", re.IGNORECASE
)

_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_TIMES = {
    "doubled": 2, "double": 2, "doubling": 2, "doubles": 2, "twice": 2, "tripled": 3, "triple": 3, "tripling": 3,
    "trebled": 3, "quadrupled": 4, "quadruple": 4, "quintupled": 5,
}  # fmt: skip
#: What may follow "a third" where it is a part and does not number what follows ("a third party").
_AFTER_PART = (
    r"(?=\s*(?:$|[.,;:!?)|”\"’–—])|\s(?:of|more|less|higher|lower|fewer|larger|smaller|faster|slower|cheaper|bigger|as|off|"
    r"from|in|to|by|on|and|or|than|since|over|this|last|between|during|for|at|when|while|after|compared|below|above|"
    r"is|are|was|were|will|would|could|has|have)\b)"
)
_ORDINALS = alternatives(part for part in _PARTS if part not in ("half", "quarter"))
_FRACTION = re.compile(
    rf"""(?<![\w’'])(?<![A-Za-z\d]-)(?:
    (?P<hyphen>{_ONES})-(?P<part>{alternatives(_PARTS)})s?(?![\w-])
    |(?P<many>{_ONES})\s(?P<parts>{alternatives(f"{part}s" for part in _PARTS)})(?![\w-])
    |(?:an?|one)\s(?P<one>{_ORDINALS})(?![\w-]){_AFTER_PART}
    |(?<!in\s)(?<!for\s)(?<!per\s)(?<!once\s)(?<!over\s)(?<!\d\s)(?<!illion\s)(?:an?|one)\s(?P<quarter>quarter)(?![\w-]){_AFTER_PART}
    |(?P<quarters>(?:an?|one)\squarter(?=\sof\s))
    |(?<!first\s)(?<!second\s)(?<!latter\s)(?<!other\s)(?<!better\s)(?:(?:one|a)\s)?(?P<half>half|halved|halving|halves)(?!-?\w)
        (?!\s(?:years?|time|way)\b)
    |(?P<times>{alternatives(_TIMES)})(?![\w-])(?!\sdigit)
    |(?P<fold>{_ONES}|ten)-?fold(?!\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<!\w)(?P<places>single|double|triple)[\s-]digits?(?!\w)", re.IGNORECASE)
_PLURAL = "dozens|hundreds|thousands|millions|billions|trillions"
_VAGUE = re.compile(
    rf"""(?<!\w)(?:
    (?:a\s+few|several|a\s+couple\s+of|some)\s+(?P<vague>hundred|thousand|million|billion|dozen)s?
    |(?<!\bin\s)(?<![$€£]\s)(?<![$€£(])(?P<outer>tens|{_PLURAL})(?:\s+of\s+(?P<inner>{_PLURAL}))?
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_ONE = Decimal(1)


def spelled_atoms(text: str) -> Iterator[Atom]:
    """The numbers of a text that are written in words, parts and multiples among them; some may overlap."""
    numbers = list(_numbers(text))
    yield from (atom for atom in numbers if atom.mantissa % 1)
    for match in _FRACTION.finditer(text):
        yield _fraction(match)
    for match in _DIGITS.finditer(text):
        places = ("single", "double", "triple").index(match["places"].lower())
        yield Atom(*match.span(), Decimal(10) ** places, _ONE, "digits", spelled=True)
    for match in _ZERO.finditer(text):
        _, named, end = tail(text, match.end())
        counted = "" if named else noun_behind(text, end)
        yield Atom(match.start(), end, Decimal(0), _ONE, named, spelled=True, counted=counted)
    for match in _VAGUE.finditer(text):
        yield Atom(*match.span(), _vague(match), _ONE, "vague", spelled=True)
    yield from (atom for atom in numbers if not atom.mantissa % 1)


def _numbers(text: str) -> Iterator[Atom]:
    place = 0
    while match := _NUMBER.search(text, place):
        atom = _number(text, match)
        place = atom.end
        alone = match.group().lower() == "one"
        if _NO_COUNT.match(text, match.start()) or (alone and _NOBODY.search(text[: match.start()][-9:])):
            continue
        yield atom


def _vague(match: re.Match[str]) -> Decimal:
    if match["vague"]:
        return SCALES[match["vague"].lower()]
    outer, inner = match["outer"].lower(), (match["inner"] or "").lower()
    return (Decimal(10) if outer == "tens" else SCALES[outer]) * (SCALES[inner] if inner else _ONE)


def _fraction(match: re.Match[str]) -> Atom:
    groups = {key: value.lower() for key, value in match.groupdict().items() if value}
    if "times" in groups or "fold" in groups:
        many = _TIMES[groups["times"]] if "times" in groups else _SMALL[groups["fold"]]
        return Atom(*match.span(), Decimal(many), _ONE, "x", spelled=True)
    count = _SMALL[groups.get("hyphen") or groups.get("many") or "one"]
    named = (
        groups.get("part") or groups.get("parts") or groups.get("one") or ("half" if "half" in groups else "quarter")
    )
    parts = _PARTS.get(named) or _PARTS[named.removesuffix("s")]
    return Atom(*match.span(), Decimal(count) / parts, _ONE, "share", spelled=True)


def _number(text: str, match: re.Match[str]) -> Atom:
    if match["share"]:
        mantissa = Decimal("0.5") if "half" in match["share"].lower() else Decimal("0.25")
        scale, end = SCALES[match["many"].lower()], match.end()
    elif match["part"]:
        mantissa, scale, end = Decimal("0.5"), _ONE, match.end()
    elif match["mixed"]:
        mantissa = _small_or_one(match["whole"]) + Decimal("0.5")
        scale, end = SCALES[match["scale"].strip(" -\t\n").lower()] if match["scale"] else _ONE, match.end()
    else:
        mantissa, scale, length = _words(match["number"])
        end = match.start() + length
    more, unit, behind = tail(text, end)
    if more != _ONE:
        more, unit, behind = _ONE, "", end
    counted = "" if unit else noun_behind(text, behind, one=mantissa * scale == 1)
    return Atom(match.start(), behind, mantissa, scale, unit, spelled=True, counted=counted)


def _small_or_one(words: str) -> Decimal:
    return _ONE if words.lower() in ("a", "an") else _words(words)[0]


def _words(words: str) -> tuple[Decimal, Decimal, int]:
    """Mantissa, scale and length of a number in words; groups that do not belong to it are left off."""
    total, last, read = Decimal(0), Decimal(0), 0
    mantissa, scale = Decimal(0), _ONE
    for group in re.finditer(_GROUP, words, re.IGNORECASE):
        below, factor = _group(group.group())
        joined = re.search(r"and\s$", words[: group.start()], re.IGNORECASE)
        if last and (last < 100 or below * factor >= last or (joined and last != 1000)):
            break
        total += below * factor
        last, read = factor, group.end()
        mantissa, scale = (below, factor) if total == below * factor else (total, _ONE)
    return mantissa, scale, read


def _group(words: str) -> tuple[Decimal, Decimal]:
    below, factor = Decimal(0), _ONE
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("a", "an"):
            below = _ONE
        elif word in _SMALL:
            below += _SMALL[word]
        elif word == "hundred" and factor == _ONE:
            below *= 100
        elif word in SCALES:
            factor *= SCALES[word]
    return below, factor
