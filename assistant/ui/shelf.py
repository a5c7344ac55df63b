"""The documents column as HTML: what there is, what is on its way in, what could not be read. Escaped like `render`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from assistant.documents.options import opens_with_password
from assistant.documents.registry import is_archive
from assistant.ui.bin import leaves
from assistant.ui.choice import PAGE, Shelf, asked, matching
from assistant.ui.groups import groups_html, narrowed
from assistant.ui.intake import Item
from assistant.ui.render import escape, isolated

if TYPE_CHECKING:
    from assistant.facade import DocumentInfo, FailedFile
    from assistant.ui.bin import Deleted

#: Files that could not be read shown at once; the number of the others is told.
FAILED_SHOWN = 40
#: Names told of documents that were deleted together.
NAMES_TOLD = 3


@dataclass(frozen=True)
class Stock:
    """What the list is made of: the documents, what is being indexed, what failed, what can be put back.

    `problem` says why the documents cannot be told; `today` is that of the person who reads it.
    """

    documents: tuple[DocumentInfo, ...] = ()
    failures: tuple[FailedFile, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    indexing: str = ""
    busy: bool = False
    problem: str = ""
    today: date = field(default_factory=date.today)


def size_words(size: int) -> str:
    """A size in bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    value, unit = (size / 1e6, "MB") if size >= 999_500 else (size / 1e3, "KB")
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def listing_html(stock: Stock, shelf: Shelf) -> str:
    """The list as one tab sees it: no more rows than it asked for, however many documents there are.

    Its parts are always the same ones in the same order, empty or not: the browser's elements are changed one by one,
    and a part that came or went would have all behind it made anew, with the focus lost and what was half typed.
    """
    arriving = f'{isolated(stock.indexing)} <span class="status">being indexed</span>'
    problems = "".join((_alert_html(stock.problem) if stock.problem else "", _problem_html(shelf.problem)))
    parts = [
        problems,
        "".join(map(_deleted_html, stock.deleted[::-1])),
        f'<p class="arriving" role="status">{arriving}</p>' if stock.indexing else "",
        _failures_html(stock.failures),
        *_documents_html(stock, shelf),
    ]
    return "".join(f'<div class="part">{part}</div>' for part in parts)


def _documents_html(stock: Stock, shelf: Shelf) -> list[str]:
    """How many there are, their groups, the rows, and what shows more of them."""
    documents = stock.documents
    if not documents:
        told = "Indexing the first documents." if stock.busy else "No documents yet."
        return ["" if stock.problem else f'<p class="empty">{told}</p>', "", "", "", ""]
    within = narrowed(documents, shelf.narrowing)
    found = matching(within, shelf.words)
    leaving = {name for each in stock.deleted if leaves(each) for name in each.names}
    rows = "".join(
        _row(info, info.name in shelf.chosen, info.name in leaving, stock.today) for info in found[: shelf.shown]
    )
    rest = len(found) - shelf.shown
    return [
        f'<p class="count" role="status">{_count_html(stock, len(within), found, shelf)}</p>',
        _tagging_html(asked(documents, shelf)) if not shelf.is_open else "",
        "" if shelf.words and not shelf.narrowing else groups_html(documents, shelf.narrowing),
        f'<ul class="shelf">{rows}</ul>' if rows else "",
        _button("more", "", f"Show {min(rest, PAGE)} more of {rest:,}", "link more") if rest > 0 else "",
    ]


def _count_html(stock: Stock, within: int, found: Sequence[DocumentInfo], shelf: Shelf) -> str:
    total, count = len(stock.documents), len(asked(stock.documents, shelf))
    parts = [f"{total:,} document{'s' if total != 1 else ''}"]
    if shelf.words:
        parts = [f"{len(found):,} of {within:,} found" if found else f"None of {within:,} documents has these words"]
    if not shelf.is_open:
        parts = [
            f"Asking within {count:,} of {total:,}" if count else "No document is all of this",
            _button("all", "", "Ask all", "link"),
        ]
    if not shelf.is_open and count:
        parts.append(_button("delete-chosen", "", f"Delete {_these(count)}", "link delete-chosen"))
    if shelf.words and found and not {info.name for info in found} <= set(shelf.chosen):
        parts.append(_button("found", "", "Choose those found", "link"))
    return " ".join(parts)


def _tagging_html(documents: Sequence[DocumentInfo]) -> str:
    """Where documents that were chosen get tags, and their tags are taken; folded until it is wanted."""
    if not documents:
        return ""
    tags = sorted({tag for info in documents for tag in info.tags})
    taken = "".join(
        f'<button type="button" class="chip" data-action="untag" data-name="{escape(tag)}" '
        f'aria-label="Remove the tag {escape(tag)}">{isolated(tag)} <span aria-hidden="true">\u00d7</span></button>'
        for tag in tags
    )
    entry = entry_html("tag", "", "New tag", "New tag", "Add the tag", "Add")
    parts = f"{f'<div>{taken}</div>' if taken else ''}{entry}"
    whose = "Its tags" if len(documents) == 1 else f"Tags of {_these(len(documents))}"
    return f'<details class="tagging"><summary>{whose}</summary>{parts}</details>'


def _button(action: str, name: str, text: str, kind: str) -> str:
    return f'<button type="button" class="{kind}" data-action="{action}" data-name="{escape(name)}">{text}</button>'


def _these(count: int) -> str:
    return "it" if count == 1 else f"these {count:,}"


def _alert_html(problem: str, action: str = "", key: str = "") -> str:
    dismiss = _button(action, key, "Dismiss", "link") if action else ""
    return f'<div class="failure shelf-problem" role="alert"><span>{escape(problem)}</span> {dismiss}</div>'


def _problem_html(problem: str) -> str:
    return _alert_html(problem, "dismiss-problem") if problem else ""


def _deleted_html(deleted: Deleted) -> str:
    """A deletion: how far it is, what becomes of the files, what went wrong, and the way back."""
    if deleted.state == "failed":
        return _alert_html(f"Not deleted: {_names(deleted.names)}. {deleted.problem}", "dismiss-deletion", deleted.key)
    problem = _alert_html(deleted.problem, "dismiss-deletion", deleted.key) if deleted.problem else ""
    names, told = _names(deleted.names), _names(deleted.names, isolated)
    said = {"deleted": f"Deleted {told}.", "returning": f"Putting {told} back."}.get(deleted.state, f"Deleting {told}.")
    remark = f'<span class="remark">{_stays(deleted)}</span>' if deleted.synced and deleted.state == "deleted" else ""
    undo = (
        f'<button type="button" class="button undo" data-action="undo" data-name="{escape(deleted.key)}" '
        f'data-document="{escape(deleted.names[0])}" aria-label="Undo deleting {escape(names)}">Undo</button>'
    )
    return (
        f'<div class="deleted" role="status"><span><span>{said}</span> {remark}</span> '
        f"{'' if deleted.state == 'returning' else undo}</div>{problem}"
    )


def _names(names: Sequence[str], shown: Callable[[str], str] = str) -> str:
    """A document's name, or how many there are and the first names, each as `shown` gives it."""
    if len(names) == 1:
        return shown(names[0])
    more = f" and {len(names) - NAMES_TOLD:,} more" if len(names) > NAMES_TOLD else ""
    return f"{len(names):,} documents: {', '.join(map(shown, names[:NAMES_TOLD]))}{more}"


def _stays(deleted: Deleted) -> str:
    """What is to be known of files that are not ours to delete."""
    one = len(deleted.synced) == 1
    whose = (
        ("Its file" if one else "Their files")
        if len(deleted.synced) == len(deleted.names)
        else (f"The file{'' if one else 's'} of {len(deleted.synced):,} of them")
    )
    stays, it = ("stays", "it") if one else ("stay", "them")
    return (
        f"{whose} {stays} in the synced folder and {'is' if one else 'are'} left out from now on. "
        f"To have {it} back later, add {it} here again."
    )


def _row(info: DocumentInfo, chosen: bool, leaving: bool, today: date) -> str:
    name = escape(info.name)
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in (*_facts(info, today), *(("being deleted",) * leaving)))
    notes = f'<span class="facts remark">{escape(" ".join(info.notes))}</span>' if info.notes else ""
    kind = ' class="leaving"' if leaving else ""
    return (
        f'<li data-document="{name}"{kind}><button type="button" class="choose" '
        f'role="checkbox" aria-checked="{str(chosen).lower()}" data-action="choose" data-name="{name}" '
        f'aria-label="Ask within {name}"></button>'
        f'<div class="about"><strong>{isolated(info.title)}</strong>'
        f'<span class="file">{isolated(info.name)}</span>'
        f'<span class="facts">{facts}</span>{notes}</div>'
        f'<button type="button" class="delete" data-action="delete" data-name="{name}" {"disabled " * leaving}'
        f'aria-label="Delete {name}" title="Delete {name}: it can be undone"></button></li>'
    )


def _facts(info: DocumentInfo, today: date) -> list[str]:
    pages = f"{info.page_count:,} page{'s' if info.page_count != 1 else ''}" if info.page_count else ""
    # Of an archive's document only the archive's size is known.
    inside = any(is_archive(str(parent)) for parent in PurePosixPath(info.name).parents)
    size = size_words(info.size) if info.size is not None and not inside else f"{info.characters:,} characters"
    tags = " ".join(f"#{tag}" for tag in info.tags)
    return [fact for fact in (info.date or _added(info, today), pages, size, "indexed", tags) if fact]


def _added(info: DocumentInfo, today: date) -> str:
    """When a document that states no date came in: by the calendar of the person, with the year if it is another."""
    day = datetime.fromisoformat(info.added_at).astimezone().date()
    return f"added {day.day} {day:%b}" if day.year == today.year else f"added {day.day} {day:%b %Y}"


def _failures_html(failures: Sequence[FailedFile]) -> str:
    """The files of the synced folder that could not be read, each with its reason and what to do."""
    if not failures:
        return ""
    rows = "".join(_failed_row(failure) for failure in failures[:FAILED_SHOWN])
    more = len(failures) - FAILED_SHOWN
    rest = f"<p>And {more:,} more: <code>assistant list --failed</code> names them.</p>" if more > 0 else ""
    return (
        f'<details class="failed-files"><summary>{len(failures):,} file{"s" if len(failures) != 1 else ""} '
        f"could not be read</summary><ul>{rows}</ul>{rest}</details>"
    )


def _failed_row(failure: FailedFile) -> str:
    locked = opens_with_password(failure.next_step)
    next_step = "Give its password, or save an unlocked copy." if locked else failure.next_step
    field = password_html("unlock-file", failure.source, failure.name) if locked else ""
    return (
        f'<li><strong>{isolated(failure.name)}</strong> <span class="status">failed</span>'
        f"<p>{escape(failure.reason)}. {escape(next_step)}</p>{field}</li>"
    )


def password_html(action: str, key: str, name: str) -> str:
    """A field for the password of a locked file; its words are sent once and never come back."""
    return entry_html(action, key, f"Password of {name}", "Password", f"Open {name}", "Open", "password")


def entry_html(action: str, key: str, label: str, hint: str, said: str, button: str, kind: str = "text") -> str:
    """A field whose words are sent with an action; `label` and `said` are what screen readers say of its two parts."""
    return (
        f'<div class="entry {kind}" data-action="{action}" data-name="{escape(key)}">'
        f'<input type="{kind}" autocomplete="off" placeholder="{hint}" aria-label="{escape(label)}">'
        f'<button type="button" class="button" aria-label="{escape(said)}">{button}</button></div>'
    )


def upload_html(suffixes: Collection[str], kinds: str, max_file_mb: int) -> str:
    """The fields that take files, by button or by drop, and an address; `kinds` names the formats for people."""
    return (
        f'<label class="drop"><input type="file" id="file-input" class="visually-hidden" multiple '
        f'accept="{escape(",".join(suffixes))}" data-max-mb="{max_file_mb}">'
        '<span class="button">Add documents</span>'
        f'<span class="hint">or drop them here: {escape(kinds)}, up to {max_file_mb} MB each</span></label>'
        '<div class="address"><input type="text" inputmode="url" placeholder="or an address, https://…" '
        'aria-label="Address of a page or file" autocomplete="off" spellcheck="false">'
        '<button type="button" class="button">Fetch</button></div>'
        '<p class="sending" role="status"></p>'
    )


def finder_html() -> str:
    """The field that the list is searched by; it stays as it is while the list changes."""
    return (
        '<input type="search" placeholder="Search name, title, tag" aria-label="Search the documents" '
        'autocomplete="off" spellcheck="false">'
    )


def intake_html(items: Sequence[Item], summary: str) -> str:
    """What is on its way in and what became of it, file by file, in words."""
    if not items:
        return ""
    going = [item for kind in ("busy", "locked", "waiting") for item in items if item.kind == kind]
    # What goes on or waits for somebody first, then what was done last.
    ordered = [*going, *(item for item in reversed(items) if item not in going)]
    ended = any(item.kind not in ("waiting", "busy") for item in items)
    # As in the list of documents: no part comes or goes.
    parts = (
        f'<p class="intake-summary" role="status">{escape(summary)}</p>' if summary else "",
        f'<ul class="results">{"".join(map(_item_html, ordered))}</ul>',
        _button("dismiss", "", "Clear this list", "link dismiss") if ended else "",
    )
    return "".join(f'<div class="part">{part}</div>' for part in parts)


def _item_html(item: Item) -> str:
    told = f'<span role="status">{escape(item.text)}</span>'
    if item.kind == "busy" and item.total:
        left = f" ({item.left})" if item.left else ""
        told = (
            f"<span>{escape(item.text)}: {item.done:,} of {item.total:,}{escape(left)}</span>"
            f'<progress max="{item.total}" value="{item.done}" aria-label="Progress of {escape(item.name)}"></progress>'
        )
    field = ""
    if item.kind == "locked":
        field = password_html("unlock", item.key, item.name) + _button("dismiss", item.key, "Leave it out", "link")
    return f'<li class="{item.kind}" data-item="{item.key}"><strong>{isolated(item.name)}</strong> {told}{field}</li>'
