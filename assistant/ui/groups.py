"""Groups that documents can be chosen by at one click: their folders, tags and years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from assistant.index.scope import days_of
from assistant.ui.render import escape, isolated

if TYPE_CHECKING:
    from assistant.facade import DocumentInfo

#: What the kinds of groups are called on the page, in their order there.
_KINDS = ("Folder", "Tag", "Year")


class Group(NamedTuple):
    """Documents that share a folder, a tag or a year; `names` are theirs."""

    kind: str
    label: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """What its button carries."""
        return f"{self.kind}:{self.label}"


def groups_of(documents: Sequence[DocumentInfo]) -> list[Group]:
    """All groups by kind and label; those that hold every document are no choice and are left out."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for info in documents:
        for folder in PurePosixPath(info.name).parents:
            if folder.name:
                found[0, str(folder)].append(info.name)
        for tag in info.tags:
            found[1, tag].append(info.name)
        days = days_of(info.date or "")
        if days:
            found[2, str(days[0].year)].append(info.name)
    return [
        Group(_KINDS[kind], label, tuple(names))
        for (kind, label), names in sorted(found.items())
        if len(names) < len(documents)
    ]


def toggled(chosen: Sequence[str], group: Group) -> tuple[str, ...]:
    """The chosen names with a group's added, or taken away if all of them were chosen."""
    rest = tuple(name for name in chosen if name not in group.names)
    return rest if set(group.names) <= set(chosen) else (*rest, *group.names)


def groups_html(groups: Sequence[Group], chosen: Collection[str]) -> str:
    """A line of buttons for each kind of group; nothing where there are none."""
    lines = []
    for kind in _KINDS:
        chips = "".join(_chip(group, chosen) for group in groups if group.kind == kind)
        if chips:
            lines.append(f'<div class="groups-line" role="group" aria-label="{kind}"><span>{kind}</span>{chips}</div>')
    return f'<div class="groups">{"".join(lines)}</div>' if lines else ""


def _chip(group: Group, chosen: Collection[str]) -> str:
    held = sum(name in chosen for name in group.names)
    state = "true" if held == len(group.names) else "mixed" if held else "false"
    label = f"Ask within {group.kind.lower()} {group.label}, {len(group.names)} documents"
    return (
        f'<button type="button" class="chip" role="checkbox" aria-checked="{state}" data-action="group" '
        f'data-name="{escape(group.key)}" aria-label="{escape(label)}">{isolated(group.label)} '
        f"<small>{len(group.names)}</small></button>"
    )
