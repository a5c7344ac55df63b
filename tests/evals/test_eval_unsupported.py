"""Figures shown that nothing cited holds."""

from collections.abc import Callable

import pytest

from assistant.answering.answer import Answer, Calculation, FigureCheck, Operand, Sentence, Status
from evals.metrics.unsupported import shown_text, unsupported_figures

Make = Callable[..., Answer]
LEASE = "It could be leased at $10–15 billion per GW a year."


@pytest.mark.parametrize(
    ("text", "quotes", "unsupported"),
    [
        ("It is $10 to 15 billion.", [LEASE], ()),
        ("It is $15 billion.", [LEASE], ("$15 billion",)),
        ("It is $10-16 billion.", [LEASE], ("$10-16 billion",)),
        ("It is $835 and 12%.", ["a target of $835"], ("12%",)),
        ("It is $835.", [], ("$835",)),
        ("In 2027 it is $835.", ["In 2026 a target of $835"], ("2027",)),
        ("It has two directions.", ["There are directions."], ()),
        ("It costs ten billion dollars.", ["It costs money."], ("ten billion dollars",)),
        ("It halved.", ["cut by about half"], ()),
        ("It lost $5 million.", ["a result of (5) million dollars"], ()),
        ("Sales were $1,496.5 million.", ["Sales | 1,496.5"], ()),
        ("Sales were $12 million.", ["Sales of 12"], ("$12 million",)),
        ("Sales were $12 million.", ["Sales | 2019: 12"], ()),
        ("Sales were $12 million.", ["Sales | 2019: $12"], ()),
        ("Sales were $12 million.", ["Sales | 2019: €12"], ("$12 million",)),
        ("Sales were $12 million.", ["Sales of $12"], ("$12 million",)),
        ("Sales were $2019 million.", ["Sales | 2019"], ("$2019 million",)),
        ("It is Buy.", ["Buy"], ()),
        ("One gigawatt fetches $10-15 billion.", [LEASE], ()),
        ("Four gigawatts fetch $10-15 billion.", [LEASE], ("Four gigawatts",)),
    ],
)
def test_independent_check(answering: Make, text: str, quotes: list[str], unsupported: tuple[str, ...]) -> None:
    assert unsupported_figures(answering(text, *quotes)) == unsupported


def figure(text: str, *, citation: int | None, supported: bool) -> FigureCheck:
    return FigureCheck(text=text, value="0", unit="", citation=citation, supported=supported)


@pytest.mark.parametrize(
    ("check", "unsupported"),
    [
        (figure("$835", citation=1, supported=True), ()),
        (figure("$835", citation=1, supported=False), ("$835",)),
        (figure("$835", citation=None, supported=True), ("$835",)),
        (figure("$999", citation=None, supported=False), ()),
    ],
    ids=["supported", "admitted", "no citation", "not shown"],
)
def test_what_the_assistant_admits_counts(answering: Make, check: FigureCheck, unsupported: tuple[str]) -> None:
    assert unsupported_figures(answering("It is $835.", "a target of $835", figures=(check,))) == unsupported


def test_struck_sentences_are_not_shown_as_fact(answering: Make) -> None:
    answer = answering(
        "",
        "a target of $835",
        sentences=(
            Sentence(text="It is $835 [1].", citations=(1,)),
            Sentence(text="It was $700.", struck=True),
        ),
        figures=(figure("$700", citation=None, supported=False),),
    )
    assert shown_text(answer) == "It is $835."
    assert unsupported_figures(answer) == ()


@pytest.mark.parametrize(
    ("cited", "unsupported"),
    [
        (((1,), (2,)), ()),
        (((1, 2), (2, 1)), ()),
        (((2,), (1,)), ("$835", "12%")),
        (((1,), (1,)), ("12%",)),
        (((1,), ()), ("12%",)),
        (((1,), (9,)), ("12%",)),
    ],
    ids=["each its own", "both", "changed about", "one for both", "none", "no such citation"],
)
def test_a_figure_stands_in_what_its_own_sentence_cites(
    answering: Make, cited: tuple[tuple[int, ...], ...], unsupported: tuple[str, ...]
) -> None:
    sentences = tuple(
        Sentence(text=text, citations=numbers)
        for text, numbers in zip(("The target is $835.", "It rose by 12%."), cited, strict=True)
    )
    answer = answering("", "a target of $835", "up by 12% in May", sentences=sentences)
    assert unsupported_figures(answer) == unsupported


def test_what_was_struck_may_stand_elsewhere(answering: Make) -> None:
    struck = figure("$835", citation=None, supported=False)
    sentences = (Sentence(text="Amazon's is $835.", struck=True), Sentence(text="It is $835.", citations=(1,)))
    stands = answering("", "a target of $835", sentences=sentences, figures=(struck, _stands("$835")))
    assert unsupported_figures(stands) == ()
    twice = (*sentences, Sentence(text="It stays $835.", citations=()))
    shown = answering("", "a target of $835", sentences=twice, figures=(struck, _stands("$835")))
    assert unsupported_figures(shown) == ("$835",)


def _stands(text: str) -> FigureCheck:
    return figure(text, citation=1, supported=True)


def test_a_refusal_may_repeat_the_questions_figures(answering: Make) -> None:
    answer = answering("Nothing on 2027 or $5 billion.", status=Status.NOT_FOUND)
    assert unsupported_figures(answer) == ()
    flagged = answering(
        "It may be $5 billion.",
        status=Status.NOT_FOUND,
        figures=(figure("$5 billion", citation=None, supported=False),),
    )
    assert unsupported_figures(flagged) == ("$5 billion",)


@pytest.mark.parametrize(
    ("operands", "unsupported"),
    [
        ((Operand(text="44.1", citation=1), Operand(text="56.7", citation=1)), ()),
        ((Operand(text="44.1", citation=1), Operand(text="57.7", citation=1)), ("-12.6",)),
        ((Operand(text="44.1", citation=1), Operand(text="56.7", citation=2)), ("-12.6",)),
        ((), ("-12.6",)),
    ],
    ids=["all cited", "not in the quote", "no such citation", "no operands"],
)
def test_a_sum_is_supported_by_its_operands(
    answering: Make, operands: tuple[Operand, ...], unsupported: tuple[str, ...]
) -> None:
    answer = answering(
        "Other changed by -12.6.",
        "Other | 44.1 | 56.7",
        calculation=Calculation(expression="44.1 - 56.7", result="-12.6", operands=operands),
        figures=(figure("-12.6", citation=None, supported=True),),
    )
    assert unsupported_figures(answer) == unsupported
