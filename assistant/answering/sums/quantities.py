"""Figures of table cells: read as written, and shown again as results."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from assistant.answering.sums.model import Quantity

#: Powers of ten by the word for them.
EXPONENTS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE_NAMES = {exponent: name for name, exponent in EXPONENTS.items()}
_CURRENCY = r"US\$|A\$|C\$|HK\$|S\$|USD|EUR|GBP|RMB|CNY|CHF|JPY|[$€£¥]"
_CELL = re.compile(
    rf"""(?P<open>\()?\s*(?P<sign>[-−–])?\s*(?P<money>{_CURRENCY})?\s*(?P<open2>\()?\s*(?P<sign2>[-−–])?\s*
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*(?P<percent>%)?\s*(?P<close>\))?\s*(?P<percent2>%)?
    \s*(?P<scale>thousand|million|billion|trillion)?\s*(?P<close2>\))?(?:\s*(?:\([a-z0-9]{{1,2}}\)|\*+))?""",
    re.VERBOSE | re.IGNORECASE,
)
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
    r"\bper\b|(?<!-)\bterms?\b|\(years?\)|in years|\bprices?\b|employees|multiple",
    re.IGNORECASE,
)
_RATES = re.compile(r"percent|%|\bratios?\b|\brates?\b|\byield\b|volatility|\btimes\b", re.IGNORECASE)
#: A label's unit: "ROFE (%)", a column "2025 %".
_PERCENT_UNIT = re.compile(r"\(%\)|(?:^|\d\s)%\s*$|\(in percent(?:ages?)?\)", re.IGNORECASE)
_NO_MONEY = re.compile(
    r"\bshares?\b|\bnumber\b|\bunits?\b|\bhours?\b|\bMWh\b|\bemployees\b|options|\bRSUs?\b", re.IGNORECASE
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
    )


def noted(found: Quantity, note: str, label: str) -> Quantity:
    """A figure with the scale and currency that its table's note gives to the rows of its kind.

    A note that excepts what is "per share" is taken to except rates, ratios, prices and terms as well, which no
    table counts in thousands.
    """
    if not found.percent and not found.currency and _PERCENT_UNIT.search(f"{label} {note}"):
        return replace(found, percent=True)
    if found.percent or found.exponent or _PER_ONE.search(label):
        return found
    if not found.currency and _RATES.search(label):
        return found
    exponent = next((power for pattern, power in _NOTE_SCALES if pattern.search(note)), 0)
    currency = found.currency
    if not currency and not _NO_MONEY.search(label):
        currency = next((sign for pattern, sign in _NOTE_CURRENCIES if pattern.search(note)), "")
    return replace(found, currency=currency, exponent=exponent)


def rounded(value: Decimal, places: int) -> Decimal:
    """A value rounded half away from zero to at most so many places, without idle zeros."""
    short = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole = short.to_integral_value()
    return whole if short == whole else short.normalize()


def shown(value: Decimal, *, currency: str = "", percent: bool = False, exponent: int = 0, places: int = 4) -> str:
    """A result for people: `-$12.6 million`, `24.41%`, `2.93`."""
    return _worded(rounded(value, places), currency, percent, exponent)


def in_full(figure: Quantity) -> str:
    """A figure with all its digits, its unit and scale, which it may have from around its table."""
    return _worded(figure.value, figure.currency, figure.percent, figure.exponent)


def _worded(value: Decimal, currency: str, percent: bool, exponent: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{currency}{abs(value):,f}{'%' if percent else ''} {scale_name(exponent)}".strip()


def scale_name(exponent: int) -> str:
    """`million` for 6; empty for none."""
    return _SCALE_NAMES.get(exponent, "")
