"""The words and signs that figures are written with: scales, currencies, units, number words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of some words, the longest first; a space stands for any white space."""
    ranked = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ranked)


_POWERS = {
    "trillion trillions tn trn": 12, "billion billions bn": 9, "million millions mn mln mm": 6, "crore crores": 7,
    "lakh lakhs": 5, "thousand thousands": 3, "hundred hundreds": 2,
}  # fmt: skip
#: Words of scale and what they multiply with.
SCALES = {word: Decimal(10) ** power for words, power in _POWERS.items() for word in words.split()} | {
    "dozen": Decimal(12),
    "dozens": Decimal(12),
}
#: Single letters of scale, read only right behind digits.
SCALE_LETTERS = {"b": Decimal(10) ** 9, "m": Decimal(10) ** 6, "k": Decimal(10) ** 3}

_DOLLARS = {
    "us": "USD", "u.s.": "USD", "american": "USD", "a": "AUD", "au": "AUD", "australian": "AUD", "c": "CAD",
    "ca": "CAD", "canadian": "CAD", "hk": "HKD", "hong kong": "HKD", "s": "SGD", "sg": "SGD", "singapore": "SGD",
    "nz": "NZD", "new zealand": "NZD", "nt": "TWD", "r": "BRL", "mx": "MXN",
}  # fmt: skip
_CODES = (
    "USD EUR GBP JPY CNY RMB CHF AUD CAD HKD SGD NZD TWD BRL MXN INR KRW RUB SEK NOK DKK PLN CZK HUF ILS TRY ZAR AED"
).split()
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS"}
#: Any other sign of Unicode's block of currencies stands for itself.
_SYMBOL = r"[$€£¥\u20a0-\u20bf]"
_MONEY_WORDS = {
    "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "yen": "JPY",
    "yuan": "CNY", "renminbi": "CNY", "rupee": "INR", "rupees": "INR", "franc": "CHF", "francs": "CHF",
    "cent": "cent", "cents": "cent", "¢": "cent", "pence": "pence",
}  # fmt: skip

_LETTERED = "|".join(sorted((key.upper() for key in _DOLLARS if key.isalpha() and len(key) < 3), key=len, reverse=True))
#: What says of money before digits: "$", "A$", "HK$", "EUR", "Rs.".
MONEY_BEFORE = rf"(?:(?:{_LETTERED}|us)?\$|{_SYMBOL}|(?:{'|'.join(_CODES)}|usd|eur|gbp)(?![A-Za-z])|Rs\.?(?=\s?\d))"
_NATION = "|".join(re.escape(key).replace(r"\ ", r"\s") for key in _DOLLARS if len(key) > 2)
#: What says of money behind digits: "dollars", "Australian dollars", "EUR", "€".
MONEY_AFTER = (
    rf"(?:(?i:(?:(?:{_NATION}|US)\s)?dollars?|{alternatives(_MONEY_WORDS)})|{'|'.join(_CODES)})(?!\w)|"
    rf"{_SYMBOL}(?!\s?\d|[A-Za-z])|¢"
)

_UNITS = {
    "%": "% | percent | per cent | pct", "pp": "percentage points | percentage point | percent points | % points | "
    "%-points | pp | ppt | ppts", "bp": "basis points | basis point | bps | bp",
    "GW": "gw | gigawatt | gigawatts", "MW": "mw | megawatt | megawatts", "kW": "kw | kilowatt | kilowatts",
    "TW": "tw | terawatt | terawatts", "W": "watt | watts",
    "TWh": "twh", "GWh": "gwh", "MWh": "mwh", "kWh": "kwh",
    "x": "x | times | fold", "year": "year | years", "month": "month | months", "week": "week | weeks",
    "day": "day | days", "hour": "hour | hours", "minute": "minute | minutes", "second": "second | seconds",
    "kg": "kg | kilogram | kilograms", "g": "gram | grams", "km": "km | kilometers | kilometres | kilometre",
    "mile": "miles | mile", "foot": "feet | ft | foot", "m": "meters | metres | meter | metre", "cm": "cm",
    "ton": "tons | ton", "t": "tonnes | tonne", "kB": "kb", "MB": "mb", "GB": "gb", "TB": "tb", "PB": "pb",
}  # fmt: skip
#: Words of units and the unit they stand for.
UNITS = {word.strip(): unit for unit, words in _UNITS.items() for word in words.split("|")}
#: Units of time, which "over" spans rather than exceeds.
TIMES = frozenset({"year", "month", "week", "day", "hour", "minute", "second"})
#: Units of one dimension, with what one of each is of the smallest; those left out are by themselves.
DIMENSIONS: dict[str, tuple[str, Decimal]] = {
    unit: (dimension, Decimal(factor))
    for dimension, units in {
        "power": {"W": "1", "kW": "1e3", "MW": "1e6", "GW": "1e9", "TW": "1e12"},
        "energy": {"kWh": "1", "MWh": "1e3", "GWh": "1e6", "TWh": "1e9"},
        "data": {"kB": "1", "MB": "1e3", "GB": "1e6", "TB": "1e9", "PB": "1e12"},
        "mass": {"g": "1", "kg": "1e3", "t": "1e6"},
        "length": {"cm": "1", "m": "1e2", "km": "1e5"},
        "imperial length": {"foot": "1", "mile": "5280"},
        "months": {"month": "1", "year": "12"},
        "seconds": {"second": "1", "minute": "60", "hour": "3600", "day": "86400", "week": "604800"},
        "points": {"bp": "1", "pp": "100"},
        "USD": {"cent": "0.01", "USD": "1"},
        "GBP": {"pence": "0.01", "GBP": "1"},
        "%": {"%": "1", "share": "100"},
    }.items()
    for unit, factor in units.items()
}
_PLAIN_UNIT = alternatives(word for word in UNITS if word not in ("second", "x"))
#: A unit behind digits or number words. A "second quarter" is none.
UNIT_AFTER = rf"(?:(?i:{_PLAIN_UNIT})|second(?!-?\s?(?:quarter|half))|x)(?!\w)"

#: What the small number words stand for.
UNITS_WORDS = {
    word: number for number, word in enumerate("one two three four five six seven eight nine".split(), start=1)
}
TEEN_WORDS = {
    word: number
    for number, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), start=10
    )
}
TEN_WORDS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}

#: What people count that has no year: "2000 employees", not "2024 sales".
COUNTED = (
    r"(?:(?:\w+-)?(?:time|part)\s)?(?:employees|people|persons|workers|staff|homes|households|units|jobs|stores|shops|"
    r"customers|users|clients|subscribers|patients|students|visitors|passengers|vehicles|cars|trucks|houses|plants|"
    r"sites|servers|chips|gpus|shares|hectares|acres|cases|deaths|men|women|children|soldiers|copies|members)\b"
)


def currency(sign: str) -> str:
    """The code of a currency from its sign or word; empty for what is none."""
    found = " ".join(sign.lower().split())
    nation = found.removesuffix("dollars").removesuffix("dollar").removesuffix("$").strip()
    if nation and nation in _DOLLARS and nation != found:
        return _DOLLARS[nation]
    if found.startswith("rs"):
        return "INR"
    code = {"rmb": "CNY"}.get(found, found.upper())
    if code in _CODES:
        return code
    symbol = found if re.fullmatch(_SYMBOL, found) else ""
    return _MONEY_WORDS.get(found) or _SYMBOLS.get(found, symbol)


def unit(word: str) -> str:
    """What a unit's word stands for, currencies among them; empty for none."""
    return UNITS.get(" ".join(word.lower().split())) or currency(word)


#: Units that are money.
CURRENCIES = frozenset({*_CODES, *_SYMBOLS.values(), "cent", "pence"} - {"RMB"})
