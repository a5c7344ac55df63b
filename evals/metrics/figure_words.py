"""The vocabulary of figures: scales, units, currencies and number words, as data."""

from __future__ import annotations

import re
from decimal import Decimal

#: Words that multiply the number before them.
SCALES: dict[str, Decimal] = {
    "thousand": Decimal(10) ** 3,
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
}
#: Short forms, case-sensitive; a lone letter counts only right behind the number: "5m", not "5 m".
SCALE_SHORT: dict[str, str] = {
    "bn": "billion",
    "Bn": "billion",
    "BN": "billion",
    "B": "billion",
    "b": "billion",
    "mn": "million",
    "mm": "million",
    "MM": "million",
    "M": "million",
    "m": "million",
    "K": "thousand",
    "k": "thousand",
    "tn": "trillion",
    "trn": "trillion",
    "T": "trillion",
    "t": "trillion",
}

#: Currency signs and codes before a number, to ISO 4217.
CURRENCY_PREFIX: dict[str, str] = {
    "US$": "USD",
    "USD": "USD",
    "$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "HK$": "HKD",
    "S$": "SGD",
    "NT$": "TWD",
    "€": "EUR",
    "EUR": "EUR",
    "£": "GBP",
    "GBP": "GBP",
    "¥": "JPY",
    "JPY": "JPY",
    "CNY": "CNY",
    "RMB": "CNY",
    "CHF": "CHF",
    "₹": "INR",
    "INR": "INR",
}
#: Units after a number: pattern to (unit, factor to that unit). Watts, watt-hours and bytes are decimal
#: multiples (SI); a basis point is a hundredth of a percentage point. Patterns are tried in this order.
UNITS: tuple[tuple[str, str, Decimal], ...] = (
    (r"(?:percentage|percent)[\s-]points?|ppts?\b|pp\b", "pp", Decimal(1)),
    (r"basis[\s-]points?|bps?\b", "pp", Decimal("0.01")),
    (r"%|(?i:per[\s-]?cent\b|pct\b)", "%", Decimal(1)),
    (r"[Kk]Wh\b|(?i:kilowatt[\s-]hours?)", "Wh", Decimal(10) ** 3),
    (r"MWh\b|(?i:megawatt[\s-]hours?)", "Wh", Decimal(10) ** 6),
    (r"GWh\b|(?i:gigawatt[\s-]hours?)", "Wh", Decimal(10) ** 9),
    (r"TWh\b|(?i:terawatt[\s-]hours?)", "Wh", Decimal(10) ** 12),
    (r"[Kk]W\b|(?i:kilowatts?\b)", "W", Decimal(10) ** 3),
    (r"MW\b|(?i:megawatts?\b)", "W", Decimal(10) ** 6),
    (r"GW\b|(?i:gigawatts?\b)", "W", Decimal(10) ** 9),
    (r"TW\b|(?i:terawatts?\b)", "W", Decimal(10) ** 12),
    (r"W\b|(?i:watts?\b)", "W", Decimal(1)),
    (r"KB\b|(?i:kilobytes?\b)", "byte", Decimal(10) ** 3),
    (r"MB\b|(?i:megabytes?\b)", "byte", Decimal(10) ** 6),
    (r"GB\b|(?i:gigabytes?\b)", "byte", Decimal(10) ** 9),
    (r"TB\b|(?i:terabytes?\b)", "byte", Decimal(10) ** 12),
    (r"(?i:US[\s-]|U\.S\.\s)?(?i:dollars?\b)|USD\b", "USD", Decimal(1)),
    (r"(?i:cents?\b)", "USD", Decimal("0.01")),
    (r"(?i:euros?\b)|EUR\b|€", "EUR", Decimal(1)),
    (r"(?i:pounds?\b(?:\s+sterling)?)|GBP\b", "GBP", Decimal(1)),
    (r"(?i:yen\b)|JPY\b", "JPY", Decimal(1)),
    (r"(?i:yuan\b|renminbi\b)|CNY\b|RMB\b", "CNY", Decimal(1)),
    (r"x\b|(?i:times\b)", "x", Decimal(1)),
)
CURRENCIES = frozenset(CURRENCY_PREFIX.values())

_ONES = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
)
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_VALUES = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
#: Numbers in words, 0 to 9,900: "three", "twenty-five", "four hundred".
WORD_NUMBER = (
    rf"(?i:\b(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES[1:10])})\b)?|{'|'.join(reversed(_ONES))})"
    r"(?:\s+hundred)?\b)"
)
#: Words that say that an amount went down: a positive figure near them may stand for a negative change.
FALLING = re.compile(
    r"\b(?:decreas|declin|fell|fall|drop|reduc|lower|loss|shrink|shrank|negative|minus|cut)\w*|\b(?:down|lost)\b",
    re.IGNORECASE,
)
#: Words before "from A to B" that make it a change and not a range.
CHANGE = re.compile(
    r"\b(?:(?:increas|grow|fall|declin|decreas|drop|chang|mov|cut|rais|lower|improv|jump|climb|slid|reduc|expand"
    r"|shift)\w*|rose|rise[sn]?|rising|grew|grown|fell|up|down|went|gone)\b[^.;]{0,60}$",
    re.IGNORECASE,
)


def word_value(words: str) -> Decimal:
    """Value of a number in words that `WORD_NUMBER` matched."""
    total = sum(_VALUES.get(word, 0) for word in re.split(r"[\s-]+", words.lower()))
    return Decimal(total * (100 if words.lower().endswith("hundred") else 1))
