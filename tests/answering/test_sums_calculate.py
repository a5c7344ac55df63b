"""Whole sums: from a question and its evidence to the working, the result and the operands."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sum_sources import HARBOURS, LEASE, LORNE, SALES, SEGMENTS, STATED, TARN, X200, X300, evidence_of

from assistant.answering.figures import figures, source_figures, supported
from assistant.answering.sums import calculate, of_named, operand_text
from assistant.answering.sums.evaluate import change, percent_change
from assistant.answering.sums.lines import tables
from assistant.answering.sums.model import Quantity, Term
from assistant.answering.sums.quantities import noted, quantity, shown
from assistant.retrieval.model import Evidence

ROOT = Path(__file__).parents[2]
ALL = evidence_of(SALES, HARBOURS, LEASE, STATED)


@pytest.mark.parametrize(
    ("question", "result", "operands"),
    [
        ("What is the percentage change in ferry sales from 2024 to 2025?", "10.05%", ["$1,210.5", "$1,100.0"]),
        ("By what percent did total sales change from 2023 to 2024?", "10.86%", ["$1,164.0", "$1,050.0"]),
        ("What is the change in ferry sales from 2024 to 2025?", "$110.5 million", ["$1,210.5", "$1,100.0"]),
        ("What is the change in other sales in 2025 from 2024?", "16 million", ["80.0", "64.0"]),
        ("What is the change in the operating loss from 2024 to 2025?", "-2.5 million", ["(12.5)", "(10.0)"]),
        ("What is the change in the operating margin from 2024 to 2025?", "0.5 percentage points", ["4.5%", "4.0%"]),
        ("What is the percentage change in operating margin from 2023 to 2025?", "0.7 percentage points",
         ["4.5%", "3.8%"]),
        ("What is the change in earnings per share from 2024 to 2025?", "$0.25", ["$1.25", "$1.00"]),
        ("What is the change in sales from 2024 to 2025?", "$126.5 million", ["$1,290.5", "$1,164.0"]),
        ("What is the difference in total sales between 2023 and 2024?", "$114 million", ["$1,164.0", "$1,050.0"]),
        ("What is the average of ferry sales for 2023, 2024 and 2025?", "$1,100.17 million",
         ["$990.0", "$1,100.0", "$1,210.5"]),
        ("What is the average of ferry sales from 2023 to 2025?", "$1,100.17 million",
         ["$1,210.5", "$1,100.0", "$990.0"]),
        ("What are the average ferry sales?", "$1,100.17 million", ["$1,210.5", "$1,100.0", "$990.0"]),
        ("What is the average earnings per share for 2024 and 2025?", "$1.13", ["$1.00", "$1.25"]),
        ("What is the total of ferry sales in 2024 and 2025?", "$2,310.5 million", ["$1,100.0", "$1,210.5"]),
        ("What is the sum of ferry sales and other sales in 2025?", "$1,290.5 million", ["$1,210.5", "80.0"]),
        ("What is the difference between ferry sales and other sales in 2024?", "$1,036 million",
         ["$1,100.0", "64.0"]),
        ("What is the ratio of ferry sales to other sales in 2024?", "17.19", ["$1,100.0", "64.0"]),
        ("What are other sales as a percentage of total sales in 2024?", "5.5%", ["64.0", "$1,164.0"]),
        ("What is the percentage of other sales out of total sales in 2025?", "6.2%", ["80.0", "$1,290.5"]),
        ("In which year were ferry sales the highest?", "2025", ["$1,210.5", "$1,100.0", "$990.0"]),
        ("Which year had the lowest total sales?", "2023", ["$1,290.5", "$1,164.0", "$1,050.0"]),
        ("In which years did ferry sales exceed $1,000 million?", "2025, 2024", ["$1,210.5", "$1,100.0", "$990.0"]),
        ("How many years did ferry sales exceed $1,000 million?", "2", ["$1,210.5", "$1,100.0", "$990.0"]),
        ("Which was higher in 2025, ferry sales or other sales?", "Ferry sales", ["$1,210.5", "80.0"]),
        ("Which was higher, ferry sales in 2023 or in 2025?", "2025", ["$990.0", "$1,210.5"]),
        ("Were total sales higher in 2024 than in 2025?", "2025", ["$1,164.0", "$1,290.5"]),
        ("Was the operating margin lower in 2023 or 2024?", "2023", ["3.8%", "4.0%"]),
        ("What is the difference in coal handled between Oslo and Lund?", "150 tonnes", ["400", "250"]),
        ("What is the difference in grain handled between Oslo and Lund in 2025?", "-20 tonnes", ["90", "110"]),
        ("What is the ratio of coal handled in Oslo to grain handled in Oslo?", "4.44", ["400", "90"]),
        ("What would leasing all 3 GW bring in a year?", "$30–45 billion", ["$10–15 billion", "3GW"]),
        ("What would building all 3 GW cost?", "$120–135 billion", ["$40–45 billion", "3GW"]),
        ("How much would it cost to build the whole 3GW?", "$120–135 billion", ["$40–45 billion", "3GW"]),
        ("What is the change in tolls from 2024 to 2025?", "20", ["120", "100"]),
    ],
)  # fmt: skip
def test_a_sum_is_worked_out(question: str, result: str, operands: list[str]) -> None:
    worked = calculate(question, ALL)
    assert worked is not None
    assert worked.result == result
    assert [term.quantity.text for term in worked.terms] == operands
    assert all(term.quantity.text in term.evidence.text for term in worked.terms)
    assert result in worked.statement


@pytest.mark.parametrize(
    "question",
    [
        "What is the change in ferry sales from 2021 to 2025?",
        "What is the average of ferry sales from 2021 to 2025?",
        "What is the percentage change in submarine sales from 2024 to 2025?",
        "What is the change in ferry sales of Morwen Partners from 2024 to 2025?",
        "What is the change in profit from 2024 to 2025?",
        "What is the change in ferry sales in 2025?",
        "What is the change in other sales from 2023 to 2025?",
        "What is the percentage change in tolls from 2024 to 2025?",
        "What is the average operating margin in 2025?",
        "What is the ratio of ferry sales to submarine sales in 2025?",
        "What is the ratio of ferry sales to other sales?",
        "What is the difference between Oslo and Lund?",
        "What is the sum of ferry sales and operating margin in 2025?",
        "What would leasing all 5 GW bring in a year?",
        "What would leasing all 3 GW bring in a month?",
        "What would Morwen charge for all 1.6GW?",
        "What price per GW would leasing bring in a year?",
        "How many of the 3GW would it lease?",
        "In which year was the operating margin the steadiest?",
    ],
)
def test_a_sum_without_all_its_operands_is_refused(question: str) -> None:
    assert calculate(question, ALL) is None


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("How much did freight net sales grow from 2024 to 2025?",
         "Net Sales: Freight, change from 2024 to 2025: $4 million ($20 minus $16, in millions)."),
        ("What share of net sales came from freight in 2025?",
         "Net Sales: Freight as a share of Net Sales: Consolidated, 2025: 25% ($20 ÷ 80)."),
        ("Which was higher, freight net sales in 2024 or 2025?",
         "Net Sales: Freight, higher: 2025 ($20 (2025) > $16 (2024))."),
    ],
)  # fmt: skip
def test_a_section_that_says_more_is_another(question: str, statement: str) -> None:
    worked = calculate(question, evidence_of(SEGMENTS))
    assert worked is not None
    assert worked.statement == statement


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("By what percent did Tarn's net sales change from Q2 2024 to Q2 2025?", "Tarn's net sales Q2 2024 Q2 2025"),
        ("What is the difference in weight between the X300 and the X200?", "weight the X300 the X200"),
        ("According to Tarn's report, how much did net sales change from 2024 to 2025?", "tarn net sales 2024 2025"),
        ("What were Tarn's net sales in 2025?", None),
        ("Why did net sales change from 2024 to 2025?", None),
    ],
)
def test_operands_are_searched_for_by_their_names(question: str, text: str | None) -> None:
    assert operand_text(question) == text


COMPANIES = evidence_of(TARN, LORNE)
DEVICES = evidence_of(X200, X300)


@pytest.mark.parametrize(
    ("question", "evidence", "result", "operands"),
    [
        ("What is the difference between Tarn's and Lorne's total sales in 2025?", COMPANIES, "$200 million",
         ["$900", "$700"]),
        ("What is the difference in total sales between Lorne and Tarn in 2024?", COMPANIES, "$150 million",
         ["$950", "$800"]),
        ("What is the ratio of Tarn's staff costs to Lorne's staff costs in 2024?", COMPANIES, "1.4", ["280", "200"]),
        ("What is the sum of Tarn's total sales and Lorne's total sales in 2025?", COMPANIES, "$1,600 million",
         ["$900", "$700"]),
        ("Which was higher in 2024, Tarn's total sales or Lorne's total sales?", COMPANIES, "Lorne", ["$800", "$950"]),
        ("Which company had higher total sales in 2025, Tarn or Lorne?", COMPANIES, "Tarn", ["$900", "$700"]),
        ("Which had the lower staff costs in 2025, Tarn or Lorne?", COMPANIES, "Tarn", ["300", "310"]),
        ("What is the difference in weight between the X300 and the X200?", DEVICES, "0.5 kg", ["2.6 kg", "2.1 kg"]),
        ("Which has the higher weight, the X200 or the X300?", DEVICES, "X300", ["2.1 kg", "2.6 kg"]),
    ],
)  # fmt: skip
def test_each_figure_comes_from_the_documents_of_its_own_subject(
    question: str, evidence: list[Evidence], result: str, operands: list[str]
) -> None:
    worked = calculate(question, evidence)
    assert worked is not None
    assert result in worked.result
    assert [term.quantity.text for term in worked.terms] == operands
    assert len({term.evidence.document for term in worked.terms}) == len(worked.terms)


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("What is the difference between Tarn's and Lorne's total sales in 2023?", COMPANIES),
        ("What is the difference between Tarn's and Morwen's total sales in 2025?", COMPANIES),
        ("What is the difference between Tarn's and Lorne's total sales?", COMPANIES),
        ("Which company had higher dividends in 2025, Tarn or Lorne?", COMPANIES),
        ("Which has the higher range, the X200 or the X300?", DEVICES),
        ("Which has the higher price, the X200 or the X300?", DEVICES),
    ],
)
def test_subjects_of_two_documents_need_a_figure_in_each(question: str, evidence: list[Evidence]) -> None:
    assert calculate(question, evidence) is None


def test_what_code_says_of_negative_figures_has_no_figure_of_its_own() -> None:
    losses = SALES.replace("| (12.5) | (10.0) | 5.0 |", "| $(12.5) | $(10.0) | 5.0 |")
    worked = calculate("What is the percentage change in operating loss from 2024 to 2025?", evidence_of(losses))
    assert worked is not None
    (evidence,) = {term.evidence.span: term.evidence for term in worked.terms}.values()
    told = [*source_figures(evidence.text), *figures(worked.result)]
    counts = [figure for figure in figures(worked.statement) if not supported(figure, told)]
    assert counts == []


def test_tables_that_do_not_both_say_their_scale_are_not_set_against_each_other() -> None:
    bare = LORNE.replace(", in millions", "").replace("$", "")
    question = "Which company had higher total sales in 2025, Tarn or Lorne?"
    assert calculate(question, evidence_of(TARN, LORNE)) is not None
    assert calculate(question, evidence_of(TARN, bare)) is None


def test_only_documents_that_bear_a_name_of_the_question_count_where_any_does() -> None:
    def named(question: str) -> set[str]:
        return {each.document for each in of_named(question, COMPANIES)}

    assert named("According to Tarn's report, how much did net sales change?") == {"doc-0.md"}
    assert named("How much did net sales change?") == named("What did Morwen earn?") == {"doc-0.md", "doc-1.md"}


NOTE = evidence_of((ROOT / "corpus" / "bofa-meta-compute.md").read_text(encoding="utf-8"))
NOTE_SET = (ROOT / "evals" / "sets" / "meta-compute.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What would leasing all 3 GW bring in a year?", "$30–45 billion"),
        ("What would building all 3 GW cost?", "$120–135 billion"),
    ],
)
def test_our_note(question: str, result: str) -> None:
    worked = calculate(question, NOTE)
    assert worked is not None
    assert worked.result == result
    assert len({term.evidence.span for term in worked.terms}) == 2


def test_no_question_of_our_set_wants_a_sum() -> None:
    questions = [json.loads(line)["question"] for line in NOTE_SET if line.strip()]
    assert [question for question in questions if calculate(question, NOTE)] == []


def test_nothing_comes_of_nothing() -> None:
    assert calculate("What is the change in ferry sales from 2024 to 2025?", []) is None


def test_two_tables_that_fit_alike_are_not_chosen_between() -> None:
    other = SALES.replace("$1,210.5", "$1,310.5")
    question = "What is the change in ferry sales from 2024 to 2025?"
    assert calculate(question, evidence_of(SALES, other)) is None
    # The same figures twice are no doubt.
    assert calculate(question, evidence_of(SALES, SALES)) is not None


def test_a_row_that_was_not_found_is_not_guessed() -> None:
    found = [evidence for evidence in ALL if not evidence.text.startswith("Other sales")]
    assert calculate("What is the ratio of ferry sales to other sales in 2024?", found) is None


def test_working_in_words() -> None:
    worked = calculate("What is the percentage change in ferry sales from 2024 to 2025?", ALL)
    assert worked is not None
    assert worked.expression == "($1,210.5 − $1,100.0) ÷ $1,100.0"
    assert worked.statement == ("Ferry sales, change from 2024 to 2025: 10.05% (($1,210.5 minus $1,100.0) ÷ $1,100.0).")


def test_columns_in_percent_are_not_worded_as_a_range() -> None:
    table = "|  | 2025 % | 2024 % |\n| --- | --- | --- |\n| Discount rate | 2.5 | 2.0 |\n| Inflation | 1.0 | 1.1 |\n"
    worked = calculate("What is the change in the discount rate from 2024 to 2025?", evidence_of(table))
    assert worked is not None
    assert worked.statement == "Discount rate, change, 2024 %, then 2025 %: 0.5 percentage points (2.5 minus 2.0)."


def test_rows_are_read_back_into_cells() -> None:
    table = tables(evidence_of(SALES))[0]
    line = next(line for line in table.lines if line.name == "Operating loss")
    assert [(cell.term.quantity.value, cell.period.year) for cell in line.cells if cell.period] == [
        (Decimal("-12.5"), 2025), (Decimal("-10.0"), 2024), (Decimal("5.0"), 2023),
    ]  # fmt: skip
    # A dash is no figure.
    other = next(line for line in table.lines if line.name == "Other sales")
    assert len(other.cells) == 2


@pytest.mark.parametrize(
    ("text", "value", "currency", "percent"),
    [
        ("$1,496.5", "1496.5", "$", False),
        ("$  1,452.4", "1452.4", "$", False),
        ("(12.6)", "-12.6", "", False),
        ("$(9,399)", "-9399", "$", False),
        ("-3.5%", "-3.5", "", True),
        ("(14.3%)", "-14.3", "", True),
        ("1,234 (a)", "1234", "", False),
        ("€0.5", "0.5", "€", False),
    ],
)
def test_cells(text: str, value: str, currency: str, percent: bool) -> None:
    found = quantity(text)
    assert found is not None
    assert (found.value, found.currency, found.percent) == (Decimal(value), currency, percent)


@pytest.mark.parametrize("text", ["—", "n/a", "", "12 to 15", "(5", "see note 3", "2 of 3"])
def test_cells_that_are_no_figure(text: str) -> None:
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("note", "label", "exponent", "currency"),
    [
        ("in thousands", "Sales", 3, ""),
        ("$ in millions", "Sales", 6, "$"),
        ("£m", "Sales", 6, "£"),
        ("$'000", "Sales", 3, "$"),
        ("RMB’Million", "Sales", 6, "RMB "),
        ("in millions, except per share data", "Earnings per share", 0, ""),
        ("$ in millions", "Number of shares", 6, ""),
        ("", "Sales", 0, ""),
    ],
)
def test_scale_and_currency_of_a_note(note: str, label: str, exponent: int, currency: str) -> None:
    found = noted(Quantity("5", Decimal(5)), note, label)
    assert (found.exponent, found.currency) == (exponent, currency)


amounts = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2, allow_nan=False)


def _term(value: Decimal) -> Term:
    return Term(Quantity(f"{value}", value), ALL[0], "x", "2025")


@given(amounts, amounts)
def test_differences_are_exact(later: Decimal, earlier: Decimal) -> None:
    worked = change(_term(later), _term(earlier))
    assert worked is not None
    assert Decimal(worked[1].replace(",", "")) == later - earlier


@given(amounts, amounts)
def test_a_change_in_percent_leads_back(later: Decimal, earlier: Decimal) -> None:
    worked = percent_change(_term(later), _term(earlier))
    if earlier == 0 or earlier < 0 <= later:
        assert worked is None
    else:
        assert worked is not None
        rate = Decimal(worked[1].rstrip("%").replace(",", ""))
        assert abs(earlier * (1 + rate / 100) - later) <= abs(earlier) * Decimal("0.00005") + Decimal("0.000001")


@given(amounts)
def test_what_is_shown_is_the_value(value: Decimal) -> None:
    assert Decimal(shown(value).replace(",", "")) == value
