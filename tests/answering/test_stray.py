"""Words that are supported and still not what the sources say."""

from __future__ import annotations

import pytest
from evidence_rows import sentences_of_the_note

from assistant.answering.align import Support
from assistant.answering.figures import figures
from assistant.answering.stray import asks_of_another, restates, strays
from assistant.answering.swapped import swaps_names
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence


def evidence(words: str, start: int = 0) -> Evidence:
    return Evidence(
        sentence_id=1, passage_id=1, document="note.md", title="Tarn Water", date=None, page=None, headings=(),
        kind=BlockKind.PARAGRAPH, context="", text=words, clause=words, start=start, end=start + len(words),
        around=words, similarity=0.5, lexical=0.0, score=0.5,
    )  # fmt: skip


def support(overlap: float = 1.0) -> Support:
    return Support(numbers=(1,), stands=True, overlap=overlap, cosine=0.9)


PAYS = evidence("Tarn Water pays £3 a share.")
MAY = evidence("Tarn Water may pay £3 a share.", 100)


@pytest.mark.parametrize(
    ("text", "cited", "overlap", "small", "expected"),
    [
        ("Tarn Water pays £3 a share.", [PAYS], 1.0, True, False),
        ("Tarn Water pays £3 a share.", [MAY], 1.0, False, True),  # firmer than its source
        ("Tarn Water may pay £3 a share.", [MAY], 1.0, True, False),
        ("Tarn Water does not pay £3 a share.", [PAYS], 1.0, True, True),  # denies what the source affirms
        ("Tarn Water does not pay £3 a share.", [PAYS], 1.0, False, True),
        ("Tarn Water sold £3 a share.", [evidence("Tarn Water bought £3 a share.")], 1.0, False, True),
        ("Tarn Water hands out £3 a share.", [PAYS], 0.8, True, True),  # its own words
        ("Tarn Water hands out £3 a share.", [PAYS], 0.8, False, False),
        ("Tarn Water pays £3, and may pay.", [PAYS, MAY], 1.0, True, True),  # two sources in one sentence
    ],
)
def test_strays(text: str, cited: list[Evidence], overlap: float, small: bool, expected: bool) -> None:
    assert strays(text, support(overlap), cited, None, small) is expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Ousel Grid pays £3 a share.", "Tarn Water pays £3 a share.", True),
        ("Tarn Water pays £3 a share.", "Tarn Water pays £3 a share.", False),
        ("Tarn Water pays £3 a share, Ousel Grid says.", "The payout is £3 a share.", False),  # nobody is displaced
        ("Ousel Grid pays £3 a share.", "It pays £3 a share, Tarn Water says.", False),  # whom "it" means is around it
        ("Ousel Grid pays £3 a share.", "Tarn Water says that the company pays £3 a share.", False),
        ("£3 a share is paid.", "Tarn Water pays £3 a share.", False),
    ],
)
def test_a_name_in_the_place_of_another(text: str, words: str, expected: bool) -> None:
    assert swaps_names(text, [evidence(words)]) is expected
    assert strays(text, support(), [evidence(words)], None, small=False) or not expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("The estimate is £3 a share.", "Whose estimate is the £3 a share?", True),
        ("The market doubts the plan.", "Why does the market doubt the plan?", True),
        ("The estimate is Tarn's.", "Whose estimate is the £3 a share?", False),
        ("The estimate is £4 a share.", "Whose estimate is the £3 a share?", False),
    ],
)
def test_a_sentence_that_only_repeats_the_question(text: str, question: str, expected: bool) -> None:
    assert restates(text, question) is expected


def test_a_small_model_is_held_to_the_source_wanted_of_it() -> None:
    other = evidence("It serves 4 towns.", 200)
    assert strays("Tarn Water pays £3 a share.", support(), [PAYS], other, small=True)
    assert not strays("Tarn Water pays £3 a share.", support(), [PAYS], PAYS, small=True)


@pytest.mark.parametrize(
    ("question", "names", "claim", "expected"),
    [
        ("What does Ousel Grid pay?", ("ousel", "grid"), "", True),
        ("What does Tarn Water pay?", ("ousel",), "", False),  # a name the question does not ask about
        ("What did it pay in 2019?", (), "It paid £3 in 2019.", True),
        ("What did it pay in 2019?", (), "It paid £3 in 2021.", False),
    ],
)
def test_asks_of_another(question: str, names: tuple[str, ...], claim: str, expected: bool) -> None:
    verdict = Support((1,), False, 0.9, 0.9, unsupported_figures=tuple(figures(claim)), unknown_names=names)
    assert asks_of_another(question, verdict) is expected


def test_no_sentence_of_the_note_strays_from_itself() -> None:
    cited = [evidence(sentence) for sentence in sentences_of_the_note()]
    assert len(cited) > 40
    for small in (True, False):
        assert [item.text for item in cited if strays(item.text, support(), [item], item, small)] == []
