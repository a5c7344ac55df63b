"""Figures of table cells: read as written, and shown again as results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from assistant.answering.sums.model import Quantity

#: Powers of ten by the word for them.
EXPONENTS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE_NAMES = {exponent: name for name, exponent in EXPONENTS.items()}
_CURRENCY = r"US\$|A\$|C\$|HK\$|S\$|USD|EUR|GBP|RMB|CNY|CHF|JPY|[$€£¥]"
#: Words of a note and the power of ten they stand for; "$M", "£m", "$'000" and "bn" among them.
_NOTE_SCALES = (
    (re.compile(r"thousand|[$€£¥BD]\s?[’']?\s?000|\$k\b", re.IGNORECASE), 3),
    (re.compile(r"million|[$€£¥]\s?mn?\b|(?:USD|EUR|GBP|RMB|CHF)\s?mn?\b", re.IGNORECASE), 6),
    (re.compile(r"billion|[$€£¥]\s?bn\b|(?:USD|EUR|GBP)\s?bn\b", re.IGNORECASE), 9),
)
_NOTE_CURRENCIES = (
    (re.compile(r"€|\beuros?\b|\bEUR"), "€"),
    (re.compile(r"£|\bpounds?\b|\bGBP"), "£"),
    (re.compile(r"RMB"), "RMB "),
    (re.compile(r"(?<!A)(?<!C)(?<!K)\$|dollars|\bUSD", re.IGNORECASE), "$"),
)
#: Rows that no table counts in thousands, whatever its note says; the second kind only where no currency says money.
_PER_ONE = re.compile(
    r"\bper\b|(?<!-)\bterms?\b|\(years?\)|in years|\bprices?\b|multiple",
    re.IGNORECASE,
)
_RATES = re.compile(r"percent|%|\bratios?\b|\brates?\b|\byield\b|volatility|\btimes\b", re.IGNORECASE)
#: A label's unit: "ROFE (%)", a column "2025 %".
_PERCENT_UNIT = re.compile(r"\(%\)|(?:^|\d\s)%\s*$|\(in percent(?:ages?)?\)", re.IGNORECASE)
#: Counts of securities, which companies scale as they do money, and of other things, which they do not.
_SHARES = re.compile(r"\bshares?\b|\bunits?\b|\boptions\b|\bRSUs?\b", re.IGNORECASE)
_THINGS = re.compile(r"\bnumber\b|\bhours?\b|\bemployees\b|\bheadcount\b", re.IGNORECASE)
#: What is paid to or for them is money all the same.
_PAID = re.compile(
    r"\b(?:costs?|expenses?|compensation|pay\w*|salar\w+|wages|benefits?|bonus\w*|due|loans?|revenues?|sales)\b",
    re.IGNORECASE,
)
#: Words of rows that count shares; "repurchase of shares" and "share capital" may be money.
_HELD = re.compile(r"\bnumber\b|\bweighted\b|\boutstanding\b|\bshares\s+used\b|\bdiluted\b", re.IGNORECASE)
_EXCEPTED = re.compile(r"\bexcept\b.*", re.IGNORECASE | re.DOTALL)
_PER_SHARE = re.compile(r"\bper[\s-]+(?:\w+[\s-]+){0,3}shares?\b", re.IGNORECASE)
#: Physical units as they are written, and as they are shown; a bare letter would be taken for anything.
_UNITS = {
    "tonnes": "tonnes", "metric tons": "metric tons", "tons": "tons", "kg": "kg", "kilograms": "kg",
    "TWh": "TWh", "GWh": "GWh", "MWh": "MWh", "kWh": "kWh", "GW": "GW", "MW": "MW", "kW": "kW",
    "megawatts": "MW", "gigawatts": "GW", "km": "km", "kilometres": "km", "kilometers": "km", "miles": "miles",
    "acres": "acres", "hectares": "hectares", "barrels": "barrels", "litres": "litres", "liters": "liters",
    "gallons": "gallons", "ounces": "ounces", "square feet": "square feet", "square metres": "square metres",
    "square meters": "square meters", "TEU": "TEU", "TB": "TB", "GB": "GB",
}  # fmt: skip
_SHOWN_UNITS = {name.lower(): shown_as for name, shown_as in _UNITS.items()}
_UNIT_NAMES = "|".join(re.escape(name) for name in sorted(_UNITS, key=len, reverse=True))
_CELL = re.compile(
    rf"""(?P<open>\()?\s*(?P<sign>[-−–])?\s*(?P<money>{_CURRENCY})?\s*(?P<open2>\()?\s*(?P<sign2>[-−–])?\s*
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*(?P<percent>%)?\s*(?P<close>\))?\s*(?P<percent2>%)?
    \s*(?P<scale>thousand|million|billion|trillion)?\s*(?P<unit>(?:{_UNIT_NAMES})(?!\w))?\s*(?P<close2>\))?(?:\s*(?:\([a-z0-9]{{1,2}}\)|\*+))?""",
    re.VERBOSE | re.IGNORECASE,
)
#: "in tonnes", "(MWh)", "(thousand tonnes)", "in thousands of barrels".
_UNIT_SAID = re.compile(
    rf"(?:\bin\s+|\(\s*(?:in\s+)?)(?:(?:thousand|million|billion)s?\s+(?:of\s+)?)?(?P<unit>{_UNIT_NAMES})\b",
    re.IGNORECASE,
)


def quantity(text: str) -> Quantity | None:
    """The figure that a cell is; None for words, dashes and cells that say more than one figure."""
    match = _CELL.fullmatch(text.strip())
    if match is None:
        return None
    value = Decimal(match["digits"].replace(",", ""))
    opened, closed = match["open"] or match["open2"], match["close"] or match["close2"]
    if bool(opened) != bool(closed):
        return None
    if opened or match["sign"] or match["sign2"]:
        value = -value
    return Quantity(
        text=text.strip(),
        value=value,
        currency=match["money"] or "",
        percent=bool(match["percent"] or match["percent2"]),
        exponent=EXPONENTS.get((match["scale"] or "").lower(), 0),
        unit=_SHOWN_UNITS[match["unit"].lower()] if match["unit"] else "",
    )


def noted(found: Quantity, note: str, label: str) -> Quantity:
    """A figure with the scale and currency that its table's note gives to the rows of its kind.

    A note that excepts what is "per share" is taken to except rates, ratios, prices and terms as well, which no
    table counts in thousands; and none of them counts ships or employees so without saying it in their row. Shares
    are scaled like money, unless the note excepts them.
    """
    mixed = any(pattern.search(note) for pattern, _ in (*_NOTE_SCALES, *_NOTE_CURRENCIES))
    said = label if mixed else f"{label} {note}"
    if not found.percent and not found.currency and _PERCENT_UNIT.search(said):
        return replace(found, percent=True)
    if found.percent or found.exponent or _PER_ONE.search(label):
        return found
    if not found.currency and _RATES.search(label):
        return found
    counted = (_counted(label) or bool(found.unit)) and not found.currency
    part = _of_kind(note, shares=bool(counted and _SHARES.search(label) and _HELD.search(label)))
    currency = next((sign for pattern, sign in _NOTE_CURRENCIES if pattern.search(part)), "")
    unscaled = bool(counted and not _SHARES.search(label) and (currency or not found.unit))
    exponent = next((power for pattern, power in _NOTE_SCALES if pattern.search(part)), 0)
    return replace(
        found,
        currency=found.currency or ("" if counted else currency),
        exponent=0 if unscaled else exponent,
    )


def _counted(label: str) -> bool:
    """Whether a row or column counts something else than money."""
    return bool(_SHARES.search(label) or _THINGS.search(label)) and not _PAID.search(label)


def _of_kind(note: str, *, shares: bool) -> str:
    """What a note says of shares or of all else: "dollars in millions, shares in thousands", "except share data"."""
    excepted = _EXCEPTED.search(note)
    plain = _EXCEPTED.sub("", note)
    if shares and excepted and _SHARES.search(_PER_SHARE.sub("", excepted.group())):
        return ""
    parts = [part for part in re.split(r"[,;]", plain) if any(scale.search(part) for scale, _ in _NOTE_SCALES)]
    if len(parts) > 1 and any(map(_SHARES.search, parts)):
        return " ".join(part for part in parts if bool(_SHARES.search(part)) == shares)
    return plain


def with_unit(found: Quantity, notes: Sequence[str], label: str = "") -> Quantity:
    """A figure with the physical unit that the first of some notes gives it: "(MWh)", "in tonnes".

    Args:
        found: the figure.
        notes: names of its row and column, or what is said of the whole table, nearest first.
        label: the names, where the notes are the table's: its unit is not that of a rate or of a count of things.
    """
    other = _PER_ONE.search(label) or _RATES.search(label) or _counted(label) or _PAID.search(label)
    if found.percent or found.currency or other:
        return found
    match = next(filter(None, map(_UNIT_SAID.search, notes)), None)
    return replace(found, unit=_SHOWN_UNITS[match["unit"].lower()]) if match else found


def rounded(value: Decimal, places: int) -> Decimal:
    """A value rounded half away from zero to at most so many places, without idle zeros."""
    short = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole = short.to_integral_value()
    return whole if short == whole else short.normalize()


def shown(
    value: Decimal, *, currency: str = "", percent: bool = False, exponent: int = 0, places: int = 4, unit: str = ""
) -> str:
    """A result for people: `-$12.6 million`, `24.41%`, `2.93`, `150 tonnes`."""
    return _worded(rounded(value, places), currency, percent, exponent, unit)


def in_full(figure: Quantity) -> str:
    """A figure with all its digits, its unit and scale, which it may have from around its table."""
    return _worded(figure.value, figure.currency, figure.percent, figure.exponent, figure.unit)


def _worded(value: Decimal, currency: str, percent: bool, exponent: int, unit: str) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{currency}{abs(value):,f}{'%' if percent else ''} {scale_name(exponent)} {unit}".replace(
        "  ", " "
    ).strip()


def scale_name(exponent: int) -> str:
    """`million` for 6; empty for none."""
    return _SCALE_NAMES.get(exponent, "")
