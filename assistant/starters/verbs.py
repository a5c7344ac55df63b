"""The forms of verbs that questions are made with: English makes a question of the plain form."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb as it stands in a sentence: the auxiliary its question takes, and its plain form."""

    auxiliary: str
    plain: str


#: Plain form and past, of verbs that take an amount as their object.
_TAKING = """
    acquire acquired, add added, borrow borrowed, build built, buy bought, carry carried, cost cost, cover covered,
    cut cut, deliver delivered, earn earned, employ employed, export exported, generate generated, hire hired,
    hold held, import imported, include included, install installed, invest invested, issue issued, launch launched,
    lease leased, lend lent, lose lost, make made, manage managed, manufacture manufactured, measure measured,
    need needed, offer offered, open opened, operate operated, order ordered, own owned, pay paid, procure procured,
    produce produced, purchase purchased, raise raised, receive received, record recorded, repay repaid,
    report reported, require required, save saved, sell sold, serve served, ship shipped, sign signed, spend spent,
    store stored, supply supplied, support supported, target targeted, treat treated, use used, weigh weighed,
    win won"""
#: The same of verbs that say how far something moved.
_MOVING = """
    climb climbed, contract contracted, decline declined, decrease decreased, drop dropped, expand expanded,
    fall fell, gain gained, grow grew, improve improved, increase increased, jump jumped, rise rose, shrink shrank,
    slip slipped, widen widened"""
#: The same of verbs that happen at a time.
_HAPPENING = """
    arrive arrived, begin began, close closed, die died, end ended, finish finished, launch launched, leave left,
    merge merged, open opened, retire retired, start started"""
#: The same of verbs that somebody says or thinks something with.
_SAYING = """
    argue argued, believe believed, claim claimed, conclude concluded, estimate estimated, expect expected,
    find found, forecast forecast, note noted, recommend recommended, report reported, say said, state stated,
    suggest suggested, think thought, warn warned"""
#: The same of verbs that name what is to be done.
_MEANING = """aim aimed, hope hoped, intend intended, plan planned, want wanted"""


def _forms(listed: str) -> dict[str, Verb]:
    forms: dict[str, Verb] = {}
    for pair in listed.split(","):
        plain, past = pair.split()
        forms[plain] = Verb("do", plain)
        forms[_third_person(plain)] = Verb("does", plain)
        # Where past and plain form are the same the past is meant: reports tell what was.
        forms[past] = Verb("did", plain)
    return forms


def _third_person(plain: str) -> str:
    if plain.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{plain}es"
    if plain.endswith("y") and plain[-2] not in "aeiou":
        return f"{plain[:-1]}ies"
    return f"{plain}s"


TAKING, MOVING, HAPPENING, SAYING, MEANING = map(_forms, (_TAKING, _MOVING, _HAPPENING, _SAYING, _MEANING))
