"""Which documents a question names, by company and by period."""

from __future__ import annotations

import pytest

from assistant.retrieval.aim import Profile, aimed_at, profile, subject

COVER = "FORM 10-Q QUARTERLY REPORT of {} (exact name of registrant), Lindholm"
FILES = {
    1: ("2023 Q1 TRN.pdf", "0001045", "Tarn Water Inc."),
    2: ("2023 Q2 TRN.pdf", "0001046", "Tarn Water Inc."),
    3: ("2022 Q3 TRN.pdf", "0001047", "Tarn Water Inc."),
    4: ("2023 Q1 OUS.pdf", "0001048", "OUSEL GRID CORPORATION"),
    5: ("2023 Q2 OUS.pdf", "0001049", "OUSEL GRID CORPORATION"),
    6: ("dairies.md", "Lorne Securities on Morwen", "Morwen is a dairy."),
}
PROFILES = [profile(key, name, title, None, COVER.format(of)) for key, (name, title, of) in FILES.items()]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What were Tarn's sales in Q2 2023?", {2}),
        ("What were Tarn's sales in the third quarter of 2022?", {3}),
        ("What were Ousel Grid's sales in 2Q 2023?", {5}),
        ("How did Tarn's sales change over time?", {1, 2, 3}),
        ("What does Tarn Water say in its most recent 10-Q?", {2}),
        ("How do Tarn's sales in the latest quarter compare to previous quarters?", {1, 2, 3}),
        ("Compare the sales of Tarn and Ousel in Q1 2023", {1, 4}),
        ("Compare the latest reports of Tarn and Ousel", {2, 5}),
        ("What does Lorne think of Morwen?", {6}),
        # A period by itself picks the documents that state it.
        ("What happened in Q3 2022?", {3}),
        # A year that none of a company's documents states leaves all of them.
        ("What did Tarn plan for 2031?", {1, 2, 3}),
        ("What do sales depend on?", set()),
        ("What does Brambleton sell?", set()),
        # What stands in every document tells none apart.
        ("Where is Lindholm?", set()),
    ],
)
def test_the_documents_named(question: str, expected: set[int]) -> None:
    assert set(aimed_at(question, PROFILES)) == expected


def test_of_one_company_s_few_documents_its_name_is_left_out() -> None:
    assert aimed_at("What were Tarn's sales?", PROFILES[:1]) == (1,)
    assert subject("What were Tarn's sales?", PROFILES[:1], [1]) == "What were sales?"
    assert set(aimed_at("What were Tarn's sales?", PROFILES[:3])) == {1, 2, 3}
    assert aimed_at("What were Tarn's sales in Q2 2023?", PROFILES[:3]) == (2,)
    assert aimed_at("What do sales depend on?", PROFILES[:1]) == ()
    assert aimed_at("What were Tarn's sales?", []) == ()
    many = [profile(key, f"{key}.md", "Tarn", None, "Tarn Water") for key in range(9)]
    assert aimed_at("What were Tarn's sales?", many) == ()


def test_a_stated_date_orders_documents_without_a_period_in_their_names() -> None:
    dated = [
        profile(key, f"{key}.md", "Tarn", date, "Tarn Water") for key, date in ((1, "2024-03-01"), (2, "2025-01-15"))
    ]
    other = profile(3, "x.md", "Ousel", "2026-01-01", "Ousel Grid")
    assert aimed_at("What is Tarn's newest figure?", [*dated, other]) == (2,)


def test_a_cover_states_the_period_where_no_name_does() -> None:
    covers = ["quarterly period ended April 1, 2023", "quarterly period ended July 1, 2023", "year ended July 2, 2022"]
    filed = [
        profile(key, f"d{key}.pdf", "", "2024-01-01", f"Tarn Water Inc.\nFor the {period}")
        for key, period in enumerate(covers)
    ]
    other = profile(9, "x.pdf", "", None, "Ousel Grid. For the year ended July 3, 2024")
    assert aimed_at("What were Tarn's sales in 2022?", [*filed, other]) == (2,)
    assert set(aimed_at("What were Tarn's sales in 2023?", [*filed, other])) == {0, 1}
    assert aimed_at("What is Tarn's latest figure?", [*filed, other]) == (1,)


def test_a_year_that_ends_in_its_first_weeks_may_be_called_by_the_one_before() -> None:
    ends = ("January 28, 2023", "February 3, 2024")
    filed = [profile(key, f"d{key}.pdf", "", None, f"Tarn. Fiscal year ended {end}") for key, end in enumerate(ends)]
    other = profile(9, "x.pdf", "", None, "Ousel Grid")
    assert set(aimed_at("What were Tarn's sales in fiscal 2023?", [*filed, other])) == {0, 1}
    assert aimed_at("What were Tarn's sales in fiscal 2024?", [*filed, other]) == (1,)


def test_a_profile() -> None:
    assert PROFILES[2] == Profile(3, PROFILES[2].own, PROFILES[2].words, frozenset({2022}), frozenset({3}), "2022 Q3")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What were Tarn's sales in Q2 2023?", "What were sales?"),
        ("What was the gross margin of Tarn Water in the latest 10-Q report?", "What was the gross margin?"),
        ("In the second quarter of 2023, what did Tarn spend on pipes?", "what did spend on pipes?"),
        ("For the latest quarter, how did debt change in Ousel’s pipes?", "how did debt change in pipes?"),
        ("Compare the sales of Tarn and Ousel in Q1 2023", "Compare the sales"),
        # What names no document stays: another company, a product, a period that the document does not state.
        ("How did Tarn's Sluicegate sales compare with Brambleton's in Q2 2023?",
         "How did Sluicegate sales compare with Brambleton's?"),
        ("What did Tarn plan in Q2 2023 for 2031?", "What did plan for 2031?"),
        # Nothing is left to ask.
        ("What about Tarn in Q2 2023?", "What about Tarn in Q2 2023?"),
        ("What do sales depend on?", "What do sales depend on?"),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_documents_named(question: str, asked: str) -> None:
    assert subject(question, PROFILES, aimed_at(question, PROFILES)) == asked
