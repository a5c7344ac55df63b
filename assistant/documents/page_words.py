"""Where cited words stand on a page: the text that is kept is not letter by letter that of the page.

Spaces, hyphens at line ends, ligatures and running lines differ, and rows of tables are put together anew. So letters
and digits alone are compared: as one run, then as the words of one line, then word by word.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

#: Matching words below one another are taken for the cited ones from so many on.
_RUN = 3
#: So much of a row's words has to stand on a line, and of a sentence's on a page, to be taken for them.
_ROW_SHARE, _SENTENCE_SHARE = 0.6, 0.3
#: More words than any page has that people read; comparing word by word takes the square of it at worst.
_MAX_WORDS = 20_000


class Rect(NamedTuple):
    """Left, top, right and bottom in pixels of the picture; the first pixel is at the upper left."""

    left: float
    top: float
    right: float
    bottom: float


class Letters(NamedTuple):
    """The letters and digits of a text without case, marks and ligatures, and the place of each in the text."""

    text: str
    places: tuple[int, ...]


class _Word(NamedTuple):
    text: str
    places: range


def letters_of(text: str) -> Letters:
    """What of a text is compared."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in unicodedata.normalize("NFKD", character).casefold():
            if plain.isalnum():
                kept.append(plain)
                places.append(place)
    return Letters("".join(kept), tuple(places))


def find_words(page: str, quote: str, before: str, box_of: Callable[[int], Rect]) -> list[int]:
    """The places of a page's characters that are the quote's.

    Args:
        page: the page's text, character by character.
        quote: the cited words.
        before: what stands before them in the document, to tell them from the same words elsewhere on the page.
        box_of: the box of a character by its place; asked where words of a line belong together.

    Returns:
        Places in ascending order; none if the words cannot be told.
    """
    own, sought = letters_of(page), letters_of(quote).text
    if not sought:
        return []
    if starts := _occurrences(own.text, sought):
        lead = letters_of(before).text
        best = max(starts, key=lambda start: _shared_end(own.text[:start], lead))
        return _stretch(page, own.places[best], own.places[best + len(sought) - 1])
    words = _words(page)
    if len(words) > _MAX_WORDS:
        return []
    if " | " in quote:
        return _row(words, quote, box_of)
    return _runs(words, quote)


def _stretch(page: str, first: int, last: int) -> list[int]:
    """All places from one to another, and on to the end of the word: signs belong to what they stand at."""
    while first > 0 and not page[first - 1].isspace() and not page[first - 1].isalnum():
        first -= 1
    while last + 1 < len(page) and not page[last + 1].isspace() and not page[last + 1].isalnum():
        last += 1
    return [place for place in range(first, last + 1) if not page[place].isspace()]


def _occurrences(text: str, sought: str) -> list[int]:
    starts = []
    at = text.find(sought)
    while at >= 0:
        starts.append(at)
        at = text.find(sought, at + 1)
    return starts


def _shared_end(first: str, second: str) -> int:
    """How many letters two texts share at their ends."""
    count = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one != other:
            break
        count += 1
    return count


def _words(text: str) -> list[_Word]:
    words = []
    start = 0
    for end in range(len(text) + 1):
        if end == len(text) or text[end].isspace():
            if kept := letters_of(text[start:end]).text:
                words.append(_Word(kept, range(start, end)))
            start = end + 1
    return words


def _row(words: Sequence[_Word], quote: str, box_of: Callable[[int], Rect]) -> list[int]:
    """The words of the line that holds most of a table row's name and values; their labels stand elsewhere."""
    said = " ".join(part.rpartition(": ")[2] for part in quote.split(" | "))
    sought = Counter(word.text for word in _words(said))
    best: list[_Word] = []
    for line in _lines(words, box_of):
        left = Counter(sought)
        held = []
        for word in line:
            if left[word.text] > 0:
                left[word.text] -= 1
                held.append(word)
        if len(held) > len(best):
            best = held
    if len(best) < _ROW_SHARE * sought.total():
        return []
    return [place for word in best for place in word.places]


def _lines(words: Sequence[_Word], box_of: Callable[[int], Rect]) -> list[list[_Word]]:
    """Words that stand beside one another, whatever lies between them."""
    lines: list[tuple[Rect, list[_Word]]] = []
    for word, box in sorted(((word, box_of(word.places[0])) for word in words), key=lambda each: each[1].top):
        for place in range(len(lines) - 1, max(-1, len(lines) - 4), -1):
            if _beside(lines[place][0], box):
                lines[place][1].append(word)
                break
        else:
            lines.append((box, [word]))
    return [line for _, line in lines]


def _beside(one: Rect, other: Rect) -> bool:
    """Whether two boxes share at least half the height of the lower one."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _runs(words: Sequence[_Word], quote: str) -> list[int]:
    """The words that a page shares with a quote in its order, single ones left out."""
    sought = [word.text for word in _words(quote)]
    matcher = SequenceMatcher(None, [word.text for word in words], sought, autojunk=False)
    runs = [run for run in matcher.get_matching_blocks() if run.size >= min(_RUN, len(sought))]
    if sum(run.size for run in runs) < _SENTENCE_SHARE * len(sought):
        return []
    return [place for run in runs for word in words[run.a : run.a + run.size] for place in word.places]


def joined_boxes(boxes: Sequence[Rect]) -> list[Rect]:
    """Boxes of characters, in reading order, as one box a line; gaps wider than three letters part them."""
    joined: list[Rect] = []
    for box in boxes:
        if box.right <= box.left or box.bottom <= box.top:
            continue
        last = joined[-1] if joined else None
        reach = 3 * (box.bottom - box.top)
        if last and _beside(last, box) and last.left - 1 <= box.left <= last.right + reach:
            joined[-1] = Rect(
                min(last.left, box.left),
                min(last.top, box.top),
                max(last.right, box.right),
                max(last.bottom, box.bottom),
            )
        else:
            joined.append(box)
    return joined
