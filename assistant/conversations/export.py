"""A conversation as a file to take away: Markdown with numbered footnotes, or JSON. Pure functions."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import groupby
from typing import Any

from assistant.answering.answer import Citation, Sentence
from assistant.conversations.model import Conversation, Exchange

#: Longest file name without its suffix, in characters.
NAME_CHARS = 60
#: What begins an element of Markdown wherever it stands; `$` begins a formula in some readers.
_INLINE = re.compile(r"[\\`*_\[\]<>~|$&]")
#: What does so at the beginning of a line only.
_AT_START = re.compile(r"^(?:(\d{1,9})([.)])|([#+=:-]))")
#: What some readers make a link of without any mark: an address, a host, a mail address.
_LINKED = re.compile(r"(?<=\w):(?=//)|(?<=\bwww)\.|@", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")
_UNFIT = re.compile(r"[^\w.,'-]+")


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands, on one line: nothing in it becomes markup, a link or an image."""
    line = " ".join(text.split())
    line = _INLINE.sub(r"\\\g<0>", line)
    line = _LINKED.sub(lambda found: f"&#{ord(found.group())};", line)
    return _AT_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def file_name(conversation: Conversation, suffix: str) -> str:
    """A file name made of the conversation's name and day, fit for every common file system."""
    words = _UNFIT.sub(" ", conversation.name).strip(" .")[:NAME_CHARS].rstrip(" .")
    return f"{conversation.updated_at[:10]} {words or 'conversation'}{suffix}"


def to_json(conversation: Conversation) -> str:
    """The conversation as one JSON object.

    `exchanges` hold what was asked, within which documents, how it ended (`phase`), and the whole `answer` as
    `assistant ask --json` prints it; of an answer that was not finished, its `sentences`, `citations` and `figures`.
    """
    whole = {
        "id": conversation.id,
        "name": conversation.name,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "exchanges": [_exchange_json(exchange) for exchange in conversation.exchanges],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _exchange_json(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.answer.model_dump(mode="json") if exchange.answer else None
    return {
        "question": exchange.question,
        "asked_at": exchange.asked_at,
        "documents": list(exchange.documents),
        "phase": exchange.phase,
        "note": exchange.note,
        "error": f"{exchange.error}. {exchange.next_step}" if exchange.error else "",
        "answer": answer,
        "sentences": [sentence.model_dump(mode="json") for sentence in exchange.sentences],
        "citations": [citation.model_dump(mode="json") for citation in exchange.citations],
        "figures": [figure.model_dump(mode="json") for figure in exchange.checked],
    }


def to_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown: a heading for each question, and all sources as numbered footnotes at the end.

    The same words cited twice are one footnote. Whatever stands in questions and documents is text there, no markup.
    """
    notes = _Footnotes()
    parts = [f"# {escaped(conversation.name)}"]
    for exchange in conversation.exchanges:
        parts += _exchange_markdown(exchange, notes)
    parts += notes.lines()
    return "\n\n".join(parts) + "\n"


class _Footnotes:
    """The sources in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int, str], int] = {}
        self._cited: list[Citation] = []

    def mark(self, citation: Citation) -> str:
        key = (citation.document, citation.start, citation.end, citation.quote)
        if key not in self._numbers:
            self._cited.append(citation)
            self._numbers[key] = len(self._cited)
        return f"[^{self._numbers[key]}]"

    def lines(self) -> list[str]:
        return [f"[^{number}]: {self._line(citation)}" for number, citation in enumerate(self._cited, start=1)]

    @staticmethod
    def _line(citation: Citation) -> str:
        page = f"page {citation.page}" if citation.page is not None else ""
        heading = citation.heading if citation.heading != citation.title else ""
        title = citation.title if citation.title != citation.document else ""
        where = ", ".join(escaped(part) for part in (title, citation.document, page, heading or "") if part)
        return f"“{escaped(citation.quote)}” {where}"


def _exchange_markdown(exchange: Exchange, notes: _Footnotes) -> list[str]:
    citations = {citation.number: citation for citation in exchange.citations}
    asked = [f"Asked {_moment(exchange.asked_at)}"] if exchange.asked_at else []
    if exchange.documents:
        asked.append(f"within {', '.join(escaped(name) for name in exchange.documents)}")
    parts = [f"## {escaped(exchange.question)}", f"*{' '.join(asked)}*" if asked else "", escaped(exchange.note)]
    for listed, group in groupby(exchange.sentences, key=lambda sentence: sentence.item):
        told = [_sentence(sentence, citations, notes) for sentence in group]
        parts.append("\n".join(f"- {item}" for item in told) if listed else " ".join(told))
    parts.append(_checks(exchange, citations, notes))
    ended = {"stopped": "The answer was stopped here.", "interrupted": "The answer was interrupted here."}
    if exchange.phase == "failed":
        parts.append(f"*{escaped(exchange.error)}. {escaped(exchange.next_step)}*")
    elif exchange.phase in ended:
        parts.append(f"*{ended[exchange.phase]}*")
    elif exchange.busy:
        parts.append("*The answer was still being written.*")
    return [part for part in parts if part]


def _sentence(sentence: Sentence, citations: dict[int, Citation], notes: _Footnotes) -> str:
    """A sentence with footnote marks for its markers, at its end where it has none."""
    shown: set[int] = set()
    pieces, at = [], 0
    for found in _MARKER.finditer(sentence.text):
        numbers = [int(part) for part in found[1].split(",")]
        if not all(number in citations for number in numbers):
            continue
        pieces += [escaped(sentence.text[at : found.start()]), *(notes.mark(citations[n]) for n in numbers)]
        shown.update(numbers)
        at = found.end()
    rest = sentence.text[at:]
    # What follows a marker had a space before it, or is the end of the sentence.
    gap = " " if pieces and rest[:1].isspace() else ""
    pieces.append(gap + escaped(rest))
    pieces += [notes.mark(citations[n]) for n in sentence.citations if n in citations and n not in shown]
    body = "".join(pieces).strip()
    return f"~~{body}~~ (not supported by the documents)" if sentence.struck else body


def _checks(exchange: Exchange, citations: dict[int, Citation], notes: _Footnotes) -> str:
    """The working of a calculation, and the figures that stand in none of the cited words."""
    lines = []
    done = exchange.working
    if done:
        used = ", ".join(
            escaped(operand.text) + (notes.mark(citations[operand.citation]) if operand.citation in citations else "")
            for operand in done.operands
        )
        lines.append(f"Calculation: {escaped(done.expression)} = {escaped(done.result)}, of {used}.")
    if loose := exchange.loose_figures:
        lines.append(f"Not found in the cited words: {', '.join(map(escaped, loose))}.")
    return " ".join(lines)


def _moment(time: str) -> str:
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M} UTC"
