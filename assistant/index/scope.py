"""Which documents a question is asked within: chosen ones, folders, tags, a stretch of time. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from assistant.errors import ScopeError
from assistant.index.records import DocumentInfo, unknown

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
#: How documents write their date beside ISO 8601; `%B` and `%b` are the English names here.
_WRITTEN = ("%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y")
#: Longest tag, in characters.
_LONGEST_TAG = 60


class Scope(BaseModel):
    """What documents must be to be asked: one of `documents`, in one of `folders`, with one of `tags`, of a time.

    Each is a condition of its own, an empty one none. `folders` are as they stand in the names that `list` shows, or
    absolute paths. `since` and `until` are days, both included; a year or a month may be given for its first and its
    last day.

    Raises:
        ScopeError: a day, a tag or the order of the days is wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @field_validator("tags", mode="after")
    @classmethod
    def _as_kept(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_tag(tag) for tag in value)

    @field_validator("since", "until", mode="before")
    @classmethod
    def _day(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        days = days_of(value) if _ISO.fullmatch(value.strip()) else None
        if days is None:
            raise ScopeError(f"{value} is no date", "Write 2023, 2023-06 or 2023-06-30.")
        return days[0] if info.field_name == "since" else days[1]

    @model_validator(mode="after")
    def _in_order(self) -> Scope:
        if self.since and self.until and self.since > self.until:
            raise ScopeError(f"{self.since} comes after {self.until}", "Put the earlier day into `since`.")
        return self

    @property
    def is_open(self) -> bool:
        """Whether it leaves nothing out."""
        return self == Scope()

    def __str__(self) -> str:
        parts = (
            _listed("named", self.documents),
            _listed("in the folder", self.folders),
            _listed("tagged", self.tags),
            f"dated {self.since} or later" if self.since else "",
            f"dated {self.until} or earlier" if self.until else "",
        )
        return ", ".join(filter(None, parts))


class Filtered(tuple[str, ...]):
    """Names of documents that a filter chose, and no person: one that has gone since is left out, not missed."""

    __slots__ = ()


class Selection(BaseModel):
    """The names of the documents within a scope; `undated` would be, but state no
    date that can be read where one is asked for."""

    model_config = ConfigDict(frozen=True)

    documents: tuple[str, ...]
    undated: tuple[str, ...] = ()


def select(scope: Scope, infos: Iterable[DocumentInfo]) -> Selection:
    """The documents within a scope, in their order."""
    fitting = [info for info in infos if _fits(scope, info)]
    if scope.since is None and scope.until is None:
        return Selection(documents=tuple(info.name for info in fitting))
    days = {info.name: days_of(info.date or "") for info in fitting}
    first, last = scope.since or date.min, scope.until or date.max
    return Selection(
        documents=tuple(name for name, span in days.items() if span and span[0] <= last and span[1] >= first),
        undated=tuple(name for name, span in days.items() if span is None),
    )


def chosen_within(scope: Scope, infos: Sequence[DocumentInfo]) -> Selection:
    """The documents within a scope, of which there is at least one, and those left out for want of a date.

    Raises:
        UnknownDocumentError: a document that the scope names is not there.
        ScopeError: there is none.
    """
    known = {info.name for info in infos}
    if missing := [name for name in scope.documents if name not in known]:
        raise unknown(missing)
    selection = select(scope, infos)
    if not selection.documents:
        raise nothing_within(scope, selection)
    return selection


def _fits(scope: Scope, info: DocumentInfo) -> bool:
    return (
        (not scope.documents or info.name in scope.documents)
        and (not scope.tags or not set(scope.tags).isdisjoint(info.tags))
        and (not scope.folders or any(is_inside(info, folder) for folder in scope.folders))
    )


def is_inside(info: DocumentInfo, folder: str) -> bool:
    """Whether a document lies in a folder or below it: by its name, or by where its file is."""
    beginning = folder.strip().removeprefix("./").rstrip("/") + "/"
    return info.name.startswith(beginning) or (beginning.startswith("/") and info.source.startswith(beginning))


def days_of(text: str) -> tuple[date, date] | None:
    """The first and the last day that a date as a document states it can mean; None if it is none.

    A year or a month is all of its days: a document of 2023 is not left out of a question about June 2023.
    """
    text = text.strip()
    iso = _ISO.match(text)
    try:
        if iso:
            year, month, day = int(iso[1]), int(iso[2] or 0), int(iso[3] or 0)
            first = date(year, month or 1, day or 1)
            last_month = month or 12
            return first, date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None
    for written in _WRITTEN:
        try:
            found = datetime.strptime(text, written).date()
        except ValueError:
            continue
        return found, found
    return None


def checked_tag(text: str) -> str:
    """A tag as it is kept: in small letters, its words one space apart.

    Raises:
        ScopeError: empty, longer than a line of a list can show, or with characters that cannot be shown.
    """
    tag = " ".join(text.split()).lower()
    if not tag or len(tag) > _LONGEST_TAG or not tag.isprintable():
        raise ScopeError(f"{tag!r} is no tag", f"Use one to {_LONGEST_TAG} printable characters.")
    return tag


def nothing_within(scope: Scope, selection: Selection) -> ScopeError:
    """The error of a scope without documents."""
    if selection.undated:
        many = len(selection.undated)
        told = f"{many} document{'s that fit' if many > 1 else ' that fits'} otherwise"
        step = f"{told} state{'' if many > 1 else 's'} no readable date: ask without dates, or name the documents."
    else:
        step = "`assistant list` shows names with their folders, dates and tags."
    return ScopeError(f"No document is {scope}", step)


def _listed(what: str, values: Sequence[str]) -> str:
    return f"{what} {' or '.join(values)}" if values else ""
