"""Alignment: the right span for every sentence, and no span for what the documents do not say."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from assistant.answering.align import Source, align
from assistant.answering.words import content_stems
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence


def embed(text: str) -> np.ndarray:
    """Bag of stems in 256 dimensions: near texts share words."""
    vector = np.zeros(256, dtype=np.float32)
    for word in content_stems(text):
        vector[zlib.crc32(word.encode()) % 256] += 1
    return vector / (float(np.linalg.norm(vector)) or 1.0)


def source(
    number: int, text: str, *, around: str = "", title: str = "Note", context: str = "",
    kind: BlockKind = BlockKind.PARAGRAPH,
) -> Source:  # fmt: skip
    evidence = Evidence(
        sentence_id=number, passage_id=1, document="note.md", title=title, date=None, page=None, headings=(),
        kind=kind, context=context, text=text, clause=text,
        start=0, end=len(text), around=around or text,
        similarity=0.5, lexical=0.0, score=0.5,
    )  # fmt: skip
    return Source(number, evidence, embed(f"{context} {text}"))


NOTE = [
    source(1, "BofA Securities keeps its Buy rating on Meta and has a price target of $835."),
    source(2, "Meta's shares rose by about 10% in one day."),
    source(
        3, "It could be leased at $10–15 billion per GW a year.", around="Meta's power could be leased by BofA's count."
    ),
    source(4, "The cost of building it is estimated at roughly $40–45 billion for each GW."),
    source(5, "The Information reports that OpenAI has reportedly cut inference costs by about half."),
]

STANDS = [
    ("BofA has a price target of $835 on Meta.", (1,), 1),
    ("BofA has a price target of $835 on Meta.", (), 1),
    ("BofA has a price target of $835 on Meta.", (4,), 1),
    ("BofA has a price target of $835 on Meta.", (99,), 1),
    ("BofA has a price target of $835 on Meta.", (1, 1, 1), 1),
    ("Meta's shares rose about 10% in one day.", (), 2),
    ("Meta's computing power could be leased at $10-15 billion per GW a year.", (), 3),
    ("Building it costs roughly $40 to 45 billion per GW.", (), 4),
    ("OpenAI has reportedly cut inference costs by about half.", (), 5),
    ("According to The Information, OpenAI cut inference costs by about 50%.", (), 5),
]


@pytest.mark.parametrize(("text", "marks", "expected"), STANDS)
def test_binds_to_the_right_span(text: str, marks: tuple[int, ...], expected: int) -> None:
    support = align(text, embed(text), marks, NOTE)
    assert support.stands, support
    assert support.numbers[0] == expected


FALLS = [
    ("BofA has a price target of $853 on Meta.", "figure"),
    ("BofA has a price target of $835 million on Meta.", "figure"),
    ("Meta's shares rose by about 12% in one day.", "figure"),
    ("It could be leased at $15 billion per GW a year.", "figure"),
    ("It could be leased at $40 billion per GW a year.", "figure"),
    ("BofA has a price target of $835 on Amazon.", "name"),
    ("Goldman Sachs keeps its Buy rating on Meta.", "name"),
    ("Barclays keeps its Buy rating on Meta.", "name"),
    ("Oracle's shares rose by about 10% in one day.", "name"),
    ("Nvidia cut inference costs by about half, The Information reports.", "name"),
    ("The Information reports that Google has cut inference costs by about half.", "name"),
    ("Dividends will grow strongly over the coming decade.", "words"),
    ("Weather in Paris is mild.", "name"),
]


@pytest.mark.parametrize(("text", "why"), FALLS)
def test_strikes_what_is_not_there(text: str, why: str) -> None:
    support = align(text, embed(text), (1,), NOTE)
    assert not support.stands
    assert bool(support.unsupported_figures) is (why == "figure")
    assert bool(support.unknown_names) is (why == "name")


def test_two_facts_bind_to_two_spans() -> None:
    text = "Leasing brings $10–15 billion per GW a year, while building costs roughly $40–45 billion per GW."
    support = align(text, embed(text), (), NOTE)
    assert support.stands
    assert set(support.numbers) == {3, 4}


def test_nearly_equal_documents_bind_to_the_named_one() -> None:
    pair = [
        source(1, "The X200 weighs 2.1 kg and costs $300.", title="X200"),
        source(2, "The X300 weighs 2.4 kg and costs $300.", title="X300"),
    ]
    for text, number in (("The X300 costs $300.", 2), ("The X200 costs $300.", 1)):
        support = align(text, embed(text), (), pair)
        assert support.stands
        assert support.numbers[0] == number
    assert not align("The X300 weighs 2.1 kg.", embed("The X300 weighs 2.1 kg."), (), pair[1:]).stands


def test_a_table_row_counts_its_column_labels() -> None:
    row = source(1, "Total sales | 2019: $1,496.5 | 2018: $1,202.9", context="in millions")
    text = "Total sales were $1,496.5 in 2019."
    assert align(text, embed(text), (), [row]).stands
    wrong = "Total sales were $1,496.5 in 2017."
    assert not align(wrong, embed(wrong), (), [row]).stands


SCALED = source(1, "Total sales | 2019: $1,496.5 | 2018: $1,202.9", context="(in millions)", kind=BlockKind.TABLE_ROW)
BARE = source(1, "Total sales | 2019: 1,496.5 | 2018: 1,202.9", context="$ in thousands", kind=BlockKind.TABLE_ROW)


@pytest.mark.parametrize(
    ("row", "text", "stands"),
    [
        (SCALED, "Total sales were $1,496.5 million in 2019.", True),
        (SCALED, "Total sales were $1.4965 billion in 2019.", True),
        (SCALED, "Total sales were $1,496.5 billion in 2019.", False),
        (SCALED, "Total sales were $1,202.9 million in 2019.", False),
        (BARE, "Total sales were $1,202.9 thousand in 2018.", True),
        (BARE, "Total sales were $1,202.9 million in 2018.", False),
    ],
)
def test_a_rows_figures_have_the_scale_of_their_table(row: Source, text: str, stands: bool) -> None:
    assert align(text, embed(text), (), [row]).stands is stands


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Total sales | 2019: $1,496.5 | 2018: $1,202.9", "Total sales were $1,202.9 in 2019."),
        ("Sales were $5.2 million in 2025 and $4.1 million in 2024.", "Sales were $4.1 million in 2025."),
    ],
)
def test_another_periods_figure_is_no_support(words: str, text: str) -> None:
    support = align(text, embed(text), (1,), [source(1, words)])
    assert not support.stands and support.misplaced_figures and not support.unsupported_figures


SAID = [
    source(1, "The chair wrote that “the plan looks\nsound to us” and left."),
    source(2, 'Its analysts added: "Demand is steady, prices are not."'),
]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The chair wrote: “the plan looks sound to us.”", (1,)),
        ('Analysts see "Demand is steady".', (2,)),
        ("Analysts wrote “Demand … prices are not”.", (2,)),
        ("The chair finds “the plan looks sound”, analysts that “demand is steady”.", (1, 2)),
        ("The chair wrote: “the plan looks brilliant to us.”", None),
        ("The chair wrote “demand is soft” and left.", None),
    ],
)
def test_quoted_words_stand_as_they_are(text: str, numbers: tuple[int, ...] | None) -> None:
    support = align(text, embed(text), (), SAID)
    assert support.stands is (numbers is not None)
    if numbers:
        assert set(support.numbers) == set(numbers)
    else:
        assert support.invented_quotes


def test_without_evidence_nothing_stands() -> None:
    support = align("Anything.", embed("Anything."), (1,), [])
    assert not support.stands
    assert support.numbers == ()
