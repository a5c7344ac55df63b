"""What a conversation looks like as a file, read by a Markdown parser and a JSON parser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from talk_parts import LEASED, RATE, WHOLE, answered, cited, conversation

from assistant.answering.answer import Answer, Sentence
from assistant.conversations.export import escaped, file_name, to_json, to_markdown
from assistant.conversations.model import Exchange

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = "![i](https://evil.example/i.png) [l](javascript:x) <img src=x onerror=y> ~~s~~ `c` *e* &amp; | $x$ # h"


def tokens(markdown: str) -> list[Any]:
    found = []
    for token in PARSER.parse(markdown):
        found += [token, *(token.children or ())]
    return found


def text_of(markdown: str) -> str:
    return "".join(token.content for token in tokens(markdown) if token.type in ("text", "text_special"))


def test_markdown_has_a_heading_for_each_question_and_numbered_footnotes() -> None:
    again = answered("And again?", Sentence(text="412 megawatts.", citations=(1,)), citations=(LEASED,))
    other = answered("What else?", Sentence(text="So [1] and more.", citations=(1,)), citations=(cited(1, "Other"),))
    told = to_markdown(conversation(WHOLE, again, other))
    assert re.findall(r"^#+ .*$", told, re.MULTILINE) == [
        "# Leases",
        "## What was leased, and at what rate?",
        "## And again?",
        "## What else?",
    ]
    assert "412 megawatts were leased.[^1] The rate was \\$11.4 million.[^2]" in told
    assert "Calculation: 412 \\* 11.4 = 4,696.8, of 412[^1]." in told
    # The same words are one footnote, however often they are cited.
    assert "412 megawatts.[^1]" in told and "So[^3] and more." in told
    notes = dict(re.findall(r"^\[\^(\d+)\]: (.*)$", told, re.MULTILINE))
    assert list(notes) == ["1", "2", "3"]
    assert notes["1"] == "“Harbour Compute leased 412 megawatts.” Lease review, leases.md, Summary"
    assert notes["2"] == "“The rate was \\$11.4 million.” Lease review, leases.md, page 3, Summary"
    assert "*Asked 2026-11-26 09:58 UTC within leases.md*" in told
    assert set(re.findall(r"\[\^(\d+)\](?!:)", told)) == set(notes)


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (Exchange("q", phase="failed", error="It is away", next_step="Wait."), "*It is away. Wait.*"),
        (
            Exchange("q", phase="stopped", sentences=(Sentence(text="Half."),)),
            "Half.\n\n*The answer was stopped here.*",
        ),
        (Exchange("q", phase="interrupted"), "*The answer was interrupted here.*"),
        (Exchange("q", phase="writing"), "*The answer was still being written.*"),
        (
            answered("q", Sentence(text="No.", struck=True), Sentence(text="An item.", item=True)),
            "~~No.~~ (not supported by the documents)\n\n- An item.",
        ),
        (Exchange("q", note="Asked while adding."), "Asked while adding."),
    ],
)
def test_how_an_answer_ended_is_said(exchange: Exchange, said: str) -> None:
    assert said in to_markdown(conversation(exchange))


def test_a_marker_without_a_source_stays_text() -> None:
    told = to_markdown(conversation(answered("q", Sentence(text="So it is [7]."))))
    assert "So it is \\[7\\]." in told and "[^" not in told


@given(st.text())
@example(HOSTILE)
@example("1. one")
@example("- one")
@example("    code")
@example("a\n\n# b\n---\n> c")
@example("www.example.com https://example.com a@example.com")
def test_no_text_becomes_markup(text: str) -> None:
    line = escaped(text)
    plain = " ".join(text.split())
    assert "\n" not in line
    kinds = {token.type for token in tokens(line)}
    assert kinds <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    if "\0" not in text and "&" not in plain:
        assert text_of(line).strip() == plain.strip()
    # What some readers make links of without brackets is not there for them to see.
    assert "://" not in line and "www." not in line.lower() and "@" not in line


def test_a_hostile_conversation_has_no_image_link_or_html() -> None:
    quote = cited(1, HOSTILE, document=f"{HOSTILE}.md")
    exchange = answered(HOSTILE, Sentence(text=HOSTILE, citations=(1,)), citations=(quote,), documents=(HOSTILE,))
    failed = Exchange(HOSTILE, phase="failed", error=HOSTILE, next_step=HOSTILE, note=HOSTILE)
    told = to_markdown(conversation(exchange, failed, name=HOSTILE))
    kinds = {token.type for token in tokens(told)}
    assert not kinds & {"image", "link_open", "html_inline", "html_block", "code_inline", "code_block", "fence"}


def test_json_holds_the_answers_as_the_command_line_prints_them() -> None:
    stopped = Exchange("And?", phase="stopped", sentences=(Sentence(text="Half.", citations=(2,)),), citations=(RATE,))
    told = json.loads(to_json(conversation(WHOLE, stopped)))
    assert (told["id"], told["name"]) == ("00112233445566aa", "Leases")
    whole, half = told["exchanges"]
    assert Answer.model_validate(whole["answer"]) == WHOLE.answer
    assert whole["documents"] == ["leases.md"] and whole["phase"] == "done"
    assert half["answer"] is None and half["sentences"][0]["text"] == "Half."
    assert half["citations"][0]["quote"] == RATE.quote and half["citations"][0]["page"] == 3


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("What was leased, and why?", "2026-11-26 What was leased, and why.md"),
        ("../../etc/passwd", "2026-11-26 etc passwd.md"),
        ('a"b\r\nSet-Cookie: c\\d', "2026-11-26 a b Set-Cookie c d.md"),
        ("Größe der Fläche", "2026-11-26 Größe der Fläche.md"),
        ("?!", "2026-11-26 conversation.md"),
        ("x" * 200, f"2026-11-26 {'x' * 60}.md"),
    ],
)
def test_a_file_name_is_only_a_name(name: str, file: str) -> None:
    assert file_name(replace(conversation(), name=name), ".md") == file
