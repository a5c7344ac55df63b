"""What the documents asked must be: their folders, tags and years, which are chosen at one click, and their dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict, model_validator

from assistant.index.scope import Scope, days_of, select
from assistant.ui.render import escape, isolated

if TYPE_CHECKING:
    from assistant.facade import DocumentInfo

#: What the kinds of groups are called on the page, in their order there.
_KINDS = ("Folder", "Tag", "Year")
#: The days between which documents are to lie, as they are written on the page.
_DAYS = (("since", "From"), ("until", "until"))


class Narrowing(BaseModel):
    """What documents must be to be asked: of one of the `groups` of each kind, and of a time, as in a `Scope`.

    `groups` are keys of groups; `since` and `until` are days, months or years as typed, "" for any.

    Raises:
        ScopeError: a day, or the order of the days, is wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    @model_validator(mode="after")
    def _readable(self) -> Narrowing:
        _days(self.since, self.until)
        return self

    def __bool__(self) -> bool:
        return self != Narrowing()

    @property
    def days(self) -> Scope:
        """The stretch of time."""
        return _days(self.since, self.until)

    def toggled(self, key: str) -> Narrowing:
        """With a group more, or without it if it is one of these."""
        rest = tuple(each for each in self.groups if each != key)
        return self.model_copy(update={"groups": rest if key in self.groups else (*rest, key)})

    def told(self) -> list[str]:
        """Its conditions in words, for people."""
        labels = [("#" if kind == "Tag" else "") + label for kind, label in map(_parted, self.groups)]
        return [*labels, *(f"{word.lower()} {day}" for end, word in _DAYS if (day := getattr(self, end)))]


class Group(NamedTuple):
    """Documents that share a folder, a tag or a year: `total` in all, `within` where the other kinds allow them."""

    kind: str
    label: str
    total: int
    within: int

    @property
    def key(self) -> str:
        """What its button carries."""
        return f"{self.kind}:{self.label}"


def keys_of(info: DocumentInfo) -> Iterator[str]:
    """The keys of the groups that a document belongs to."""
    yield from (f"Folder:{folder}" for folder in PurePosixPath(info.name).parents if folder.name)
    yield from (f"Tag:{tag}" for tag in info.tags)
    days = days_of(info.date or "")
    if days:
        yield f"Year:{days[0].year}"


def narrowed(documents: Sequence[DocumentInfo], narrowing: Narrowing, but: str = "") -> list[DocumentInfo]:
    """The documents that are what is asked for, all of it; groups of the kind `but` are looked past."""
    for kind in _KINDS:
        wanted = {key for key in narrowing.groups if kind == _parted(key)[0] != but}
        if wanted:
            documents = [info for info in documents if not wanted.isdisjoint(keys_of(info))]
    if not narrowing.days.is_open:
        dated = set(select(narrowing.days, documents).documents)
        documents = [info for info in documents if info.name in dated]
    return list(documents)


def groups_of(documents: Sequence[DocumentInfo], narrowing: Narrowing) -> list[Group]:
    """All groups by kind and label, chosen ones too that hold nothing; others that hold all are no choice."""
    found = Counter(key for info in documents for key in keys_of(info))
    found.update(dict.fromkeys(narrowing.groups, 0))
    groups = []
    for kind in _KINDS:
        near = Counter(key for info in narrowed(documents, narrowing, but=kind) for key in keys_of(info))
        for key in sorted(key for key in found if _parted(key)[0] == kind):
            if key in narrowing.groups or found[key] < len(documents):
                groups.append(Group(kind, _parted(key)[1], found[key], near[key]))
    return groups


def groups_html(documents: Sequence[DocumentInfo], narrowing: Narrowing) -> str:
    """A line of buttons for each kind of group, and one for dates; nothing where there is nothing to choose."""
    groups = groups_of(documents, narrowing)
    lines = [(kind, [_chip(each, narrowing.groups) for each in groups if each.kind == kind]) for kind in _KINDS]
    dates = {info.date for info in documents if days_of(info.date or "")}
    lines.append(("Date", [_day_html(narrowing, *end) for end in _DAYS] if len(dates) > 1 else []))
    told = "".join(
        f'<div class="groups-line" role="group" aria-label="{kind}">'
        f"{f'<span>{kind}</span>' if kind in _KINDS else ''}{''.join(parts)}</div>"
        for kind, parts in lines
        if parts
    )
    return f'<div class="groups">{told}</div>' if told else ""


def _chip(group: Group, chosen: Collection[str]) -> str:
    pressed = group.key in chosen
    label = f"Ask within {group.kind.lower()} {group.label}, {group.within} document{'s' * (group.within != 1)}"
    return (
        f'<button type="button" class="chip" role="checkbox" aria-checked="{str(pressed).lower()}" '
        f'data-action="group" data-name="{escape(group.key)}" aria-label="{escape(label)}"'
        f"{' disabled' * (not pressed and not group.within)}>{isolated(group.label)} "
        f"<small>{group.within}</small></button>"
    )


def _day_html(narrowing: Narrowing, end: str, word: str) -> str:
    return (
        f'<label class="entry day" data-action="{end}" data-name=""><span>{word}</span> '
        f'<input type="text" value="{escape(getattr(narrowing, end))}" placeholder="2023-06" autocomplete="off" '
        f'spellcheck="false" aria-label="{word.capitalize()}: a year, a month or a day"></label>'
    )


def _days(since: str, until: str) -> Scope:
    return Scope.model_validate({"since": since or None, "until": until or None})


def _parted(key: str) -> tuple[str, str]:
    kind, _, label = key.partition(":")
    return kind, label
