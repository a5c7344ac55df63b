"""Names as they are told from other words."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.answering.words import group_words, name_groups, named_beyond, names, opening_name, stem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Barclays keeps its rating.", "barclays"),
        ("Barclays raised its price target.", "barclays"),
        ("Airbus cut its costs.", "airbus"),
        ("Siemens raised its outlook.", "siemens"),
        ("Oracle cut its costs.", "oracle"),
        ("Ousel's costs rose.", "ousel"),
        ("Morwen could lease it.", "morwen"),
        ("Brambleton also has a price target of $835.", "brambleton"),
        ("Brambleton recently cut its price target.", "brambleton"),
        ("Ørsted cut its costs.", "ørsted"),
        ("Élan keeps its rating.", "élan"),
        ("Яндекс keeps its rating.", "яндекс"),
        ("Costs rose by half.", None),
        ("Costs also rose by half.", None),
        ("Analysts raised its price target.", None),
        ("Investors cut its value.", None),
        ("Outlays rose by half.", None),
        ("Firms raised their prices.", None),
        ("Sales were lower.", None),
        ("Demand is steady.", None),
        ("Demand also is steady.", None),
        ("Leasing is profitable.", None),
        ("Reportedly it was cut.", None),
        ("The plan is sound.", None),
        ("Analysts expected more.", None),
        ("In March it was cut.", None),
    ],
)
def test_the_name_a_sentence_begins_with(text: str, name: str | None) -> None:
    assert opening_name(text) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The deal with Ørsted and Société Générale holds.", ["ørsted", "société", "générale"]),
        ("The S&P 500 and the U.S. market, says eBay.", ["s&p", "u.s", "ebay"]),
        ("In May and on Monday it rose.", []),
        ("Die Aktie von Österreichs Verbund stieg.", ["österreichs", "verbund", "aktie"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert sorted(names(text)) == sorted(expected)


def test_a_name_from_outside_ascii_is_beyond_its_source() -> None:
    assert named_beyond("Ørsted cut its costs.", frozenset({"cut", "cost", "costs", "quarrix"})) == ["ørsted"]


def test_runs_of_names() -> None:
    text = "Brambleton Grid sold the S&P fund to Mara Ek, Tarn Water's chief."
    assert [group_words(group) for group in name_groups(text)] == [
        {"brambleton", "grid"},
        {"s&p"},
        {"mara", "ek"},
        {"tarn", "water"},
    ]


def test_words_are_stemmed_alike_by_many_threads_at_once() -> None:
    """The chat looks for questions to begin with while it answers one."""
    made = [f"{word}{end}" for word in ("organis", "nation", "relat", "hope", "conflict") for end in (
        "ation", "ations", "ingly", "fulness", "alities", "ized", "ational", "iveness", "ers", "edly"
    )]  # fmt: skip
    expected = [stem(word) for word in made]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(20):
                stem.cache_clear()
                for told in pool.map(lambda _: [stem(word) for word in made], range(8)):
                    assert told == expected
    finally:
        sys.setswitchinterval(interval)
