"""Expressions over cited figures, "= ($2.5[1] - 2.0[3]) / 2.0[3]": read by a grammar of their own, worked out exactly.

    sum     := product (("+" | "-") product)*
    product := operand (("*" | "/") operand)*
    operand := "-"? ( figure "[" number "]" | "(" sum ")" )

A figure must be one that the caller finds under its number. Nothing else is read: no names, no calls, no bare numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.sums.model import Quantity, Term
from assistant.answering.sums.quantities import quantity, shown

#: An expression longer than this, or with parentheses deeper, is no answer to a question.
_LONGEST, _DEEPEST = 400, 12
_TOKEN = re.compile(
    r"\s*(?:(?P<figure>\([^()\[\]+*/]{1,30}\)|[^()\[\]+*/\s-][^()\[\]+*/-]{0,40}?)\s*\[(?P<number>\d{1,3})\]|(?P<sign>[-+*/()]))"
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "{": "(", "}": ")"})
_EXACT, _DIVIDED = 6, 2

#: Finds the operand that a figure with a citation number is, or nothing.
Find = Callable[[Quantity, int], Term | None]


class NotWorked(ValueError):
    """An expression that cannot be read or must not be worked out."""


@dataclass(frozen=True)
class Worked:
    """A finished expression: `working` as it is shown, `result` with its unit, and the operands in order."""

    working: str
    result: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class _Value:
    """A number in base units of `currency` or `unit`, or a percentage; a pure number has none of them."""

    number: Decimal
    currency: str = ""
    unit: str = ""
    percent: bool = False

    @property
    def kind(self) -> tuple[str, str, bool]:
        return self.currency, self.unit, self.percent

    @property
    def pure(self) -> bool:
        return self.kind == ("", "", False)


def work_out(text: str, find: Find, *, percent: bool) -> Worked:
    """Read an expression and work it out.

    Args:
        text: the expression; the "=" before it may be there or not.
        find: gives the operand of a figure and the number it cites.
        percent: whether the result is wanted in percent; it must then be a share of like things.

    Raises:
        NotWorked: it is none, an operand has no citation or does not stand where it is cited, unlike things are
            added, a divisor is nothing, or the result is not of the kind wanted.
    """
    reader = _Reader(text.strip().removeprefix("=").translate(_SIGNS), find)
    value = reader.whole()
    if len(reader.terms) < 2:
        raise NotWorked("fewer than two figures")
    return Worked(
        " ".join(reader.working).replace("( ", "(").replace(" )", ")"),
        _result(value, reader, percent),
        tuple(reader.terms),
    )


def _result(value: _Value, reader: _Reader, percent: bool) -> str:
    divided = "÷" in reader.working
    if percent and not value.percent:
        if not value.pure or not divided:
            raise NotWorked("not a share")
        return shown(value.number * 100, percent=True, places=_DIVIDED)
    exponents = {term.quantity.exponent for term in reader.terms if not term.quantity.percent}
    exponent = 0 if value.percent or (value.pure and divided) else min(exponents, default=0)
    text = shown(
        value.number.scaleb(-exponent),
        currency=value.currency,
        unit=value.unit,
        exponent=exponent,
        percent=value.percent,
        places=_DIVIDED if divided else _EXACT,
    )
    return f"{text.rstrip('%')} percentage points" if value.percent and "−" in reader.working else text


class _Reader:
    """Reads one expression from left to right, working it out as it goes."""

    def __init__(self, text: str, find: Find) -> None:
        if len(text) > _LONGEST:
            raise NotWorked("too long")
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0
        self._find = find
        self.terms: list[Term] = []
        self.working: list[str] = []

    def whole(self) -> _Value:
        """The value of all of it."""
        value = self._sum()
        if self._place < len(self._tokens):
            raise NotWorked("more than one expression")
        return value

    def _next(self, signs: str) -> str:
        """The next token if it is one of some signs, taken; else nothing."""
        token = self._tokens[self._place] if self._place < len(self._tokens) else ""
        if isinstance(token, str) and token and token in signs:
            self._place += 1
            return token
        return ""

    def _sum(self) -> _Value:
        value = self._product()
        while sign := self._next("+-"):
            self.working.append("+" if sign == "+" else "−")
            other = self._product()
            if value.kind != other.kind:
                raise NotWorked("unlike things added")
            number = value.number + other.number if sign == "+" else value.number - other.number
            value = _Value(number, *value.kind)
        return value

    def _product(self) -> _Value:
        value = self._operand()
        while sign := self._next("*/"):
            self.working.append("×" if sign == "*" else "÷")
            other = self._operand()
            value = _times(value, other) if sign == "*" else _divided(value, other)
        return value

    def _operand(self) -> _Value:
        negative = bool(self._next("-"))
        if self._next("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise NotWorked("too deep")
            self.working.append("− (" if negative else "(")
            value = self._sum()
            if not self._next(")"):
                raise NotWorked("a parenthesis is open")
            self.working.append(")")
            self._depth -= 1
            return _Value(-value.number, *value.kind) if negative else value
        token = self._tokens[self._place] if self._place < len(self._tokens) else ""
        if isinstance(token, str):
            raise NotWorked("a figure with a citation is missing")
        self._place += 1
        return self._figure(*token, negative=negative)

    def _figure(self, text: str, number: int, *, negative: bool) -> _Value:
        written = quantity(f"-{text}" if negative else text)
        term = self._find(written, number) if written else None
        if term is None and negative and (plain := quantity(text)):
            # "-12.5" is a figure with its sign, or a figure taken away.
            term = self._find(plain, number)
            sign = -1
        else:
            sign = 1
        if term is None:
            raise NotWorked(f"{text} does not stand in [{number}]")
        self.terms.append(term)
        held = term.quantity
        own = f"about {held.text}" if held.approximate else held.text
        self.working.append(f"(−{own})" if sign < 0 else f"({own})" if held.text.startswith(("-", "−", "–")) else own)
        return _Value(held.base * sign, held.currency, held.unit, held.percent)


def _tokens(text: str) -> Iterable[str | tuple[str, int]]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise NotWorked("neither a cited figure nor a sign")
        yield match["sign"] or (match["figure"].strip(), int(match["number"]))
        place = match.end()


def _times(one: _Value, other: _Value) -> _Value:
    if one.percent or other.percent:
        share, whole = (one, other) if one.percent else (other, one)
        return _Value(whole.number * share.number / 100, *whole.kind)
    if not (one.pure or other.pure):
        raise NotWorked("unlike things multiplied")
    return _Value(one.number * other.number, *(other if one.pure else one).kind)


def _divided(one: _Value, other: _Value) -> _Value:
    if other.number == 0:
        raise NotWorked("divided by nothing")
    if one.kind == other.kind:
        return _Value(one.number / other.number)
    if not other.pure:
        raise NotWorked("unlike things divided")
    return _Value(one.number / other.number, *one.kind)
