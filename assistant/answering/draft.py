"""What the model wrote, taken apart while it streams: sentences with the marks they carry.

The model is shown to copy the closest sentence with its number and to say whether it states what is asked
before it answers; a model that answers at once, with `[n]` before, behind or inside its sentences or without,
in a paragraph or in a list, is understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.figures import figures
from assistant.answering.marks import plain_marks, settled
from assistant.answering.words import content_stems
from assistant.index.passages import sentence_spans, squash

_MARKS = r"(?:\[\d{1,2}(?:, \d{1,2})*\]\s*)+"
#: One or more plain marks in a row: `[1]`, `[1, 3]`, `[1][2]`, `(2)` or `(1, 2)` at a sentence's start.
_GROUP = re.compile(rf"{_MARKS}|(?:(?<=^)|(?<=[.!?]\s))\(\d{{1,2}}(?:,\s?\d{{1,2}})*\)\s+")
#: How an item of a list begins: "- ", "* ", "• ", "1. ", "1) ", also with its mark before.
_BULLET = re.compile(rf"\s*(?P<marks>{_MARKS})?(?:[-*•–]|\d{{1,2}}[.)])\s+")
_ENDED = re.compile(r"[.!?:;][\"'”’)]*$")
_LABEL = re.compile(r"(?i)^answer:\s*")
#: The steps before an answer, as the prompt shows them.
_STEPS = ("asked:", "closest:", "stated:")
_CLOSEST = re.compile(r"(?i)\bclosest:\s*\[(\d{1,2})\]")
_STATED = re.compile(r"(?i)\bstated:\s*(yes|no)\b")
_ANSWER = re.compile(r"(?i)(?:^|\s)answer:\s*")
#: Words that lead to a list whatever it lists.
_LEADING = frozenset(
    content_stems(
        """following follow here list listed main key several include includes including mentioned given stated found
        document documents text evidence source sources points point summary answer brief below according two three
        four five six seven eight nine ten"""
    )
)


@dataclass(frozen=True)
class DraftSentence:
    """A sentence of the draft without its marks; `marks` are the numbers it claims, in order.

    `item` says that it stands in an item of a list.
    """

    text: str
    marks: tuple[int, ...]
    item: bool = False


def _numbers(group: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", group)))


def parse_draft(text: str) -> list[DraftSentence]:
    """The sentences of a draft with their marks.

    If a paragraph or an item begins with a mark, marks stand before what they support; otherwise behind it. A
    sentence without marks of its own has none; a label such as "Answer:" is dropped.
    """
    sentences: list[DraftSentence] = []
    for piece, item in _pieces(plain_marks(_LABEL.sub("", text.strip()).replace("**", ""))):
        parse = _marks_before if _GROUP.match(piece) else _marks_behind
        for found in parse(piece):
            given: tuple[int, ...] = ()
            if sentences and not sentences[-1].text and 0 not in sentences[-1].marks:
                # A mark alone on its line belongs to what follows.
                given = sentences.pop().marks
            sentences.append(DraftSentence(found.text, tuple(dict.fromkeys((*given, *found.marks))), item))
    return sentences


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The paragraphs and list items of a text, each on one line, and whether it is an item.

    A wrapped line belongs to what it continues; an empty one ends an item.
    """
    lines: list[str] = []
    item = False
    for line in [*text.split("\n"), ""]:
        bullet = _BULLET.match(f"{line} ")
        if bullet or (item and not line.strip()):
            if piece := squash(" ".join(lines)):
                yield piece, item
            lines, item = [], bool(bullet)
        lines.append((bullet["marks"] or "") + line[bullet.end() :] if bullet else line)
    if piece := squash(" ".join(lines)):
        yield piece, item


def _marks_before(text: str) -> list[DraftSentence]:
    pieces: list[tuple[tuple[int, ...], str]] = []
    groups = list(_GROUP.finditer(text))
    for position, group in enumerate(groups):
        end = groups[position + 1].start() if position + 1 < len(groups) else len(text)
        body, marks = _tidy(text[group.end() : end]), _numbers(group.group())
        if pieces and (not body or not _ENDED.search(pieces[-1][1])) and pieces[-1][1]:
            # A mark inside a sentence, or after its last word: the sentence claims both.
            held, words = pieces.pop()
            marks, body = tuple(dict.fromkeys((*held, *marks))), _tidy(f"{words} {body}")
        pieces.append((marks, body))
    sentences = []
    for marks, body in pieces:
        spans = sentence_spans(body) or [(0, 0)]
        for index, (start, end) in enumerate(spans):
            sentences.append(DraftSentence(body[start:end].strip(), marks if index == 0 else ()))
    return sentences


def _marks_behind(text: str) -> list[DraftSentence]:
    plain: list[str] = []
    marks: list[tuple[int, tuple[int, ...]]] = []
    length, last = 0, 0
    for group in _GROUP.finditer(text):
        words = text[last : group.start()].rstrip() if group.end() < len(text) else text[last : group.start()]
        tail = text[group.end() : group.end() + 1]
        plain.append(words + ("" if not tail or tail in ".,;:!?" else " "))
        length += len(plain[-1])
        marks.append((length, _numbers(group.group())))
        last = group.end()
    plain.append(text[last:])
    joined = "".join(plain)
    spans = sentence_spans(joined)
    sentences = []
    for start, end in spans:
        own = [number for place, numbers in marks for number in numbers if start < place <= end + 1]
        sentences.append(DraftSentence(_tidy(joined[start:end]), tuple(dict.fromkeys(own))))
    return sentences


def _tidy(text: str) -> str:
    return re.sub(r"\s+([.,;!?])", r"\1", squash(text)).strip(" -")


def only_leads(text: str, question: str) -> bool:
    """Whether a sentence only leads to a list: it ends in a colon and says nothing that the question does not.

    "The main risks are:" says nothing more than "What are the risks?"; "Costs fell for three reasons:" does.
    """
    if not text.endswith(":") or any(not figure.spelled or figure.unit for figure in figures(text)):
        return False
    return frozenset(content_stems(question)) | _LEADING >= frozenset(content_stems(text))


def draft_of(reply: str, ended: bool = True) -> str:
    """The draft in a reply, or in what has arrived of one: the steps before the answer become its first mark.

    A reply that says "Stated: no" gives the mark 0. Without steps the reply is the draft. One that has not
    `ended` may still turn out to have steps.
    """
    start = reply.lstrip().lower()
    if not any(start.startswith(step) or (not ended and step.startswith(start)) for step in _STEPS):
        return reply
    closest, stated, answer = _CLOSEST.search(reply), _STATED.search(reply), _ANSWER.search(reply)
    if stated is None:
        return ""
    number = closest.group(1) if closest and stated.group(1).lower() == "yes" else "0"
    return f"[{number}] {reply[answer.end() :]}" if answer else f"[{number}]"


class DraftStream:
    """Feeds on chunks of a stream and gives each sentence as soon as the next one has begun."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    @property
    def text(self) -> str:
        """All that was fed so far."""
        return self._text

    def feed(self, chunk: str) -> list[DraftSentence]:
        """Sentences completed by this chunk: all but the last, which may still grow."""
        self._text += chunk
        return self._new(parse_draft(draft_of(settled(self._text), ended=False))[:-1])

    def finish(self) -> list[DraftSentence]:
        """The sentences not yet given."""
        return self._new(parse_draft(draft_of(self._text)))

    def _new(self, sentences: list[DraftSentence]) -> list[DraftSentence]:
        fresh = sentences[self._given :]
        self._given += len(fresh)
        return fresh
