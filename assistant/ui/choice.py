"""What one browser tab asks within: what all documents must be, and which of those were chosen one by one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from assistant.errors import ScopeError
from assistant.ui.groups import Narrowing, keys_of, narrowed

if TYPE_CHECKING:
    from assistant.facade import DocumentInfo

#: Documents shown at first, and with each "Show more": a browser redraws so many in a moment.
PAGE = 60
#: The longest choice that a browser keeps, in characters, so that every event can carry it: some thousand names.
KEPT_CHARS = 200_000


@dataclass(frozen=True)
class Shelf:
    """What one browser tab has chosen, looks for, and how many documents it is shown.

    `chosen` are names; of the documents that `narrowing` allows, all are asked where none is chosen.
    """

    chosen: tuple[str, ...] = ()
    narrowing: Narrowing = field(default_factory=Narrowing)
    words: str = ""
    shown: int = PAGE
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Whether all documents are asked."""
        return not self.chosen and not self.narrowing


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    chosen: tuple[str, ...] = ()
    narrowing: Narrowing = Narrowing()


def kept(shelf: Shelf) -> str:
    """What is asked within, for the browser to keep; "" where that is everything, or more than it can give back."""
    told = _Kept(chosen=shelf.chosen, narrowing=shelf.narrowing).model_dump_json(exclude_defaults=True)
    return "" if shelf.is_open or len(told) > KEPT_CHARS else told


def restored(told: object) -> Shelf:
    """What a browser kept, checked: it is the browser's word, and of another kind it counts for nothing."""
    try:
        given = _Kept.model_validate_json(told if isinstance(told, str) else "")
    except (ValueError, ScopeError):
        return Shelf()
    return Shelf(given.chosen, given.narrowing)


def present(shelf: Shelf, documents: Sequence[DocumentInfo]) -> Shelf:
    """Without the chosen documents that are not there, or not within what it is narrowed to."""
    names = {info.name for info in narrowed(documents, shelf.narrowing)}
    return replace(shelf, chosen=tuple(name for name in shelf.chosen if name in names))


def asked(documents: Sequence[DocumentInfo], shelf: Shelf) -> list[DocumentInfo]:
    """The documents that the next question is asked of."""
    chosen = set(shelf.chosen)
    return [info for info in narrowed(documents, shelf.narrowing) if not chosen or info.name in chosen]


def matching(documents: Sequence[DocumentInfo], words: str) -> list[DocumentInfo]:
    """The documents whose name, title or tags hold all of some words, whatever their case."""
    wanted = words.casefold().split()
    return [
        info
        for info in documents
        if all(word in " ".join((info.name, info.title, *info.tags)).casefold() for word in wanted)
    ]


def choose(shelf: Shelf, action: Any, name: Any, typed: str, documents: Sequence[DocumentInfo]) -> Shelf:
    """Carry out a button that changes what is asked within; any other changes nothing.

    Args:
        shelf: what there is now.
        action: what the button says it does.
        name: the document or the group it does it to.
        typed: a day that was typed with it.
        documents: all there are.

    Raises:
        ScopeError: what was typed is no day, or the days are the wrong way round.
    """
    match action:
        case "all":
            return replace(shelf, chosen=(), narrowing=Narrowing())
        case "found":
            found = (info.name for info in matching(narrowed(documents, shelf.narrowing), shelf.words))
            return replace(shelf, chosen=tuple(dict.fromkeys((*shelf.chosen, *found))))
        case "group" if name in shelf.narrowing.groups or any(name in keys_of(info) for info in documents):
            return present(replace(shelf, narrowing=shelf.narrowing.toggled(name)), documents)
        case "since" | "until":
            days = {"since": shelf.narrowing.since, "until": shelf.narrowing.until, action: typed.strip()}
            narrowing = Narrowing(groups=shelf.narrowing.groups, **days)
            return present(replace(shelf, narrowing=narrowing, problem=""), documents)
        case "choose" if any(info.name == name for info in documents):
            rest = tuple(each for each in shelf.chosen if each != name)
            return replace(shelf, chosen=rest if name in shelf.chosen else (*rest, name))
    return shelf
