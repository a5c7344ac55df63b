"""The page's HTML: markers become buttons, and nothing from outside becomes markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from ui_fakes import Failed, Info

from assistant.answering.answer import (
    Answer,
    Calculation,
    Citation,
    FigureCheck,
    Operand,
    Sentence,
    Status,
    Timings,
    Turn,
)
from assistant.conversations.model import Exchange
from assistant.retrieval.conversation import standalone_question
from assistant.settings import Settings
from assistant.ui import panels
from assistant.ui.bin import Deleted, DeletionState
from assistant.ui.choice import Shelf
from assistant.ui.greeting import greeting_html
from assistant.ui.groups import Narrowing
from assistant.ui.intake import Item, Kind
from assistant.ui.preferences import facts_html
from assistant.ui.ratings import told_html
from assistant.ui.render import conversation_html, prose_html, sentence_html
from assistant.ui.shelf import Stock, intake_html, listing_html, upload_html
from assistant.ui.startup import Progress

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/a.png)",
    "[click](javascript:alert(1))",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "<a href='javascript:alert(1)'>x</a>",
    "</button></article><iframe src='https://evil.example'></iframe>",
    "${alert(1)} {{constructor}} `${1}`",
    "<!-- --><style>*{display:none}</style>",
    "&lt;script&gt;",
]
ALLOWED_TAGS = {
    "article", "bdi", "blockquote", "button", "code", "dd", "details", "div", "dl", "dt", "em", "h2", "h3", "input",
    "label", "li", "mark", "ol", "p", "progress", "q", "s", "small", "span", "strong", "summary", "ul",
}  # fmt: skip


class Reader(HTMLParser):
    """Collects what a browser would build: tags, attributes, text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def settings_of(text: str) -> Settings:
    return Settings.model_construct(
        chat_model=text, chat_base_url="https://api.example.com/v1", corpus=Path(text), home=Path(text)
    )


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def citation(number: int = 1, **changes: object) -> Citation:
    fields: dict[str, object] = {
        "number": number, "document": "a.md", "title": "A", "page": 2, "heading": "Costs",
        "quote": "It cost $5.", "start": 4, "end": 15,
    }  # fmt: skip
    return Citation.model_validate(fields | changes)


def answer(**changes: object) -> Answer:
    fields: dict[str, object] = {
        "question": "q", "standalone_question": "q", "status": "answered", "answer": "It cost $5. [1]",
        "sentences": (Sentence(text="It cost $5.", citations=(1,)),), "citations": (citation(),),
        "model": "m", "timings_ms": Timings(retrieve=10, first_token=20, total=1500),
    }  # fmt: skip
    return Answer.model_validate(fields | changes)


def done(told: Answer) -> Exchange:
    return Exchange(
        question=told.question, phase="done", sentences=told.sentences, citations=told.citations, answer=told
    )


def buttons(html: str) -> list[int]:
    """Numbers of the citation buttons, in order."""
    tags = [attrs for tag, attrs in read(html).tags if tag == "button" and attrs.get("class") == "cite"]
    return [json.loads(attrs["data-citation"] or "")["number"] for attrs in tags]


@pytest.mark.parametrize(
    ("text", "cited", "text_left", "numbers"),
    [
        ("It cost $5.", (1,), "It cost $5.[1]", [1]),
        ("It cost $5 [1].", (1,), "It cost $5 [1].", [1]),
        ("It cost [1] $5 [2].", (1, 2), "It cost [1] $5 [2].", [1, 2]),
        ("Both [1][2].", (1, 2), "Both [1][2].", [1, 2]),
        ("Both [1, 2].", (1, 2), "Both [1][2].", [1, 2]),
        ("One in place [2].", (1, 2), "One in place [2].[1]", [2, 1]),
        ("Twice [1] and [1].", (1,), "Twice [1] and [1].", [1, 1]),
        ("Unknown [7].", (), "Unknown [7].", []),
        ("Half known [1, 7].", (1,), "Half known [1, 7].[1]", [1]),
        ("Cited but unknown.", (9,), "Cited but unknown.", []),
        ("Not a marker [a] [ ] [].", (), "Not a marker [a] [ ] [].", []),
        ("a[1]", (), "a[1]", [1]),
        ("", (), "", []),
    ],
)
def test_markers_become_buttons_that_lead_somewhere(
    text: str, cited: tuple[int, ...], text_left: str, numbers: list[int]
) -> None:
    known = {1: citation(1), 2: citation(2)}
    html = sentence_html(Sentence(text=text, citations=cited), known)
    assert read(html).text == text_left
    assert buttons(html) == numbers


def test_a_citation_button_carries_the_whole_citation_and_says_where_it_leads() -> None:
    told = citation(title='The "A" <report>')
    html = sentence_html(Sentence(text="x", citations=(1,)), {1: told})
    (attrs,) = [attrs for tag, attrs in read(html).tags if tag == "button"]
    assert Citation.model_validate_json(attrs["data-citation"] or "") == told
    assert attrs["aria-label"] == 'Source 1: The "A" <report>, page 2, Costs'


def test_a_struck_sentence_is_crossed_out_under_a_label() -> None:
    html = sentence_html(Sentence(text="Invented.", struck=True), {})
    assert "<s>Invented.</s>" in html
    assert "Not supported" in read(html).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"status": Status.NOT_FOUND, "citations": ()}, ["Not in the documents"]),
        ({"status": Status.UNCLEAR}, ["A question back"]),
        ({"model": "quote-only"}, ["Quotes only: no chat model"]),
    ],
)
def test_what_an_answer_is_not_is_said_in_a_badge(changes: dict[str, object], said: list[str]) -> None:
    reader = read(conversation_html([done(answer(**changes))]))
    badges = [attrs for _, attrs in reader.tags if "badge" in (attrs.get("class") or "").split()]
    assert len(badges) == len(said)
    assert all(words in reader.text for words in said)


def test_a_calculation_shows_its_working_and_a_loose_figure_is_named() -> None:
    told = answer(
        figures=(
            FigureCheck(text="$7", value="7", unit="USD", citation=None, supported=False),
            FigureCheck(text="$5", value="5", unit="USD", citation=1, supported=True),
        ),
        calculation=Calculation(
            expression="5 + 2",
            result="7",
            operands=(Operand(text="$5", citation=1), Operand(text="2", citation=8)),
        ),
    )  # fmt: skip
    html = conversation_html([done(told)])
    assert "5 + 2 = 7" in read(html).text
    assert "Not found in the cited words: $7" in read(html).text
    assert "$5" not in read(html).text.split("cited words:")[1].split("m, ")[0]
    assert buttons(html) == [1, 1]


def test_a_figure_of_a_struck_sentence_is_not_doubted_where_it_stands() -> None:
    told = answer(
        sentences=(
            Sentence(text="Morwen has a target of $835.", struck=True),
            Sentence(text="Lorne has a target of $835, or $7.", citations=(1,)),
        ),
        figures=(
            FigureCheck(text="$835", value="835", unit="USD", citation=None, supported=False),
            FigureCheck(text="$835", value="835", unit="USD", citation=1, supported=True),
            FigureCheck(text="$7", value="7", unit="USD", citation=None, supported=False),
        ),
    )
    html = conversation_html([done(told)])
    assert re.findall(r'<span class="loose"[^>]*>([^<]*)<', html) == ["$7"]
    assert "Not found in the cited words: $7" in read(html).text


def test_a_follow_up_says_what_it_was_read_with() -> None:
    whole = standalone_question("And <b>why</b>?", [Turn(role="user", content="What did <i>Lorne</i> pay?")])
    html = conversation_html([done(answer(standalone_question=whole))])
    assert "Read with what was asked before: What did &lt;i&gt;Lorne&lt;/i&gt; pay?" in html
    assert "Read with" not in conversation_html([done(answer())])


def test_a_failure_is_shown_with_its_next_step() -> None:
    failed = Exchange(question="q", phase="failed", error="The model is away", next_step="Start it.")
    reader = read(conversation_html([failed]))
    assert "The model is away. Start it." in reader.text
    assert any(attrs.get("role") == "alert" for _, attrs in reader.tags)


def test_a_busy_exchange_is_marked_busy_and_a_finished_one_is_not() -> None:
    html = conversation_html([done(answer()), Exchange(question="q", phase="searching")])
    states = [attrs["aria-busy"] for tag, attrs in read(html).tags if tag == "article"]
    assert states == ["false", "true"]


@pytest.mark.parametrize(
    ("text", "loose", "marked"),
    [
        ("It cost $5 and 5.2 and 15.", ["5"], []),
        ("It cost 5, or 5.", ["5"], ["5", "5"]),
        ("It cost $5.2 billion [1].", ["$5.2 billion", "5"], ["$5.2 billion"]),
        ("It cost $5.", [], []),
        ("It cost <b>9</b>.", ["9"], ["9"]),
    ],
)
def test_figures_that_no_cited_words_contain_are_marked_and_said_to_be_so(
    text: str, loose: list[str], marked: list[str]
) -> None:
    html = sentence_html(Sentence(text=text, citations=(1,)), {1: citation()}, loose)
    assert re.findall(r'<span class="loose"[^>]*>([^<]*)<', html) == marked
    assert html.count("(not found in the cited words)") == len(marked)
    struck = sentence_html(Sentence(text=text, struck=True), {}, loose)
    assert "loose" not in struck and "Not supported" in struck


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_everywhere(text: str) -> None:
    cited = citation(document=text, title=text, heading=text, quote=text, start=0, end=len(text))
    told = answer(
        question=text, answer=text, sentences=(Sentence(text=text, citations=(1,)),), citations=(cited,),
        model=text,
        figures=(FigureCheck(text=text, value="1", unit="x", citation=None, supported=False),),
        calculation=Calculation(expression=text, result=text, operands=(Operand(text=text, citation=1),)),
    )  # fmt: skip
    info = Info(name=text, title=text, date=text, source=text, characters=1, tags=(text,))
    within = Shelf(narrowing=Narrowing(groups=(f"Tag:{text}",)))
    pieces = [
        conversation_html([done(told), Exchange(question=text, phase="failed", error=text, next_step=text)]),
        conversation_html([Exchange(question=text, phase="writing", note=text, quotes=(cited,))]),
        panels.evidence_html(text, [cited]),
        listing_html(
            Stock(
                documents=(info,),  # type: ignore[arg-type]
                failures=(Failed(text, text, text, text), Failed(text, text, "Correct the password file.", text)),  # type: ignore[arg-type]
                deleted=tuple(
                    Deleted(text, (text, text), state, (text,) * n, problem)
                    for state in get_args(DeletionState)
                    for n in range(3)
                    for problem in ("", text)
                ),
                indexing=text,
                problem=text,
            ),
            Shelf(chosen=(text,), words=text, problem=text),
        ),
        listing_html(Stock(documents=(info,)), within),  # type: ignore[arg-type]
        panels.scope_html(1, within),
        panels.scope_html(1, Shelf(chosen=(text,))),
        intake_html([Item("1", text, kind, text, 1, 2, text) for kind in get_args(Kind)], text),
        panels.status_html(Progress("degraded", text, (text,)), text, text),
        greeting_html(0, text, False),
        greeting_html(1, text, False, (text,)),
        told_html(text),
        facts_html(settings_of(text), text, Path(text)),
        panels.source_problem(text, text),
        upload_html([text], text, 3),
    ]
    for html in pieces:
        reader = read(html)
        assert {tag for tag, _ in reader.tags} <= ALLOWED_TAGS
        names = {name for _, attrs in reader.tags for name in attrs}
        assert not {name for name in names if name.startswith("on") or name in ("href", "src", "style")}
        assert text in reader.text or any(text in (v or "") for _, attrs in reader.tags for v in attrs.values())


def test_items_of_a_list_are_a_list_and_the_words_around_them_paragraphs() -> None:
    said = ("The main points:", "One.", "Two.", "That is all.")
    sentences = tuple(Sentence(text=text, item=text in ("One.", "Two.")) for text in said)
    html = prose_html(sentences, {})
    assert [name for name, _ in read(html).tags if name in ("p", "ul", "li")] == ["p", "ul", "li", "li", "p"]
    assert [html.index(text) for text in said] == sorted(html.index(text) for text in said)
