"""The source panel as HTML: a document's page, table or text with the cited words marked. Escaped like `render`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote as url_quote

from assistant.answering.answer import Citation
from assistant.documents.page_picture import Box, PagePicture
from assistant.documents.table_view import Cell, Row, TableView
from assistant.index.originals import Whereabouts
from assistant.ui.render import escape, isolated, place

View = Literal["page", "table", "text"]
#: What the views are called on their buttons.
_NAMES: dict[View, str] = {"page": "Page", "table": "Table", "text": "Text"}
#: Characters of a document shown at once. A browser stays quick with this much in one block of text.
SHOWN_CHARACTERS = 200_000


class Frame(NamedTuple):
    """What stands around every view: the citation, where its document came from, and the views there are.

    `look` is what the panel's own buttons send back, as JSON. `note` says what a person must know of this view.
    """

    citation: Citation
    whereabouts: Whereabouts
    views: tuple[View, ...]
    view: View
    look: str
    note: str = ""


def source_bar() -> str:
    """The panel's title with the way from citation to citation, and back; it stays while sources change."""
    return (
        '<div class="source-bar"><h2>Source</h2>'
        '<div class="steps" role="group" aria-label="Citations" hidden>'
        '<button type="button" class="step" data-step="-1" aria-keyshortcuts="p k" '
        'aria-label="Previous citation" title="Previous citation (p)"><span aria-hidden="true">‹</span></button>'
        '<span class="position" role="status"></span>'
        '<button type="button" class="step" data-step="1" aria-keyshortcuts="n j" '
        'aria-label="Next citation" title="Next citation (n)"><span aria-hidden="true">›</span></button></div>'
        '<button type="button" class="link back" aria-keyshortcuts="Escape" '
        'title="Back to where the source was opened (Esc)" hidden>Back to the answer</button></div>'
    )


def framed(frame: Frame, body: str) -> str:
    """A view under the document's title, place, and the buttons of its other views."""
    cited = frame.citation
    where = place(cited)
    return (
        f'<div class="source-view" data-view="{frame.view}" data-look="{escape(frame.look)}">'
        f'<div class="source-head"><p class="kicker">{isolated(cited.document)}</p>'
        f"<h3>{isolated(cited.title)}</h3>"
        + (f'<p class="where">{escape(where)}</p>' if where else "")
        + f'<div class="source-tools">{_views(frame)}{_original(frame)}</div></div>'
        + (f'<div class="source-note">{frame.note}</div>' if frame.note else "")
        + f"{body}</div>"
    )


def _views(frame: Frame) -> str:
    if len(frame.views) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-show="{view}" aria-pressed="{str(view == frame.view).lower()}">'
        f"{_NAMES[view]}</button>"
        for view in frame.views
    )
    return f'<div class="views" role="group" aria-label="Show the source as">{buttons}</div>'


def _original(frame: Frame) -> str:
    """The way to the file itself, or why there is none. An address is told, never led to."""
    found = frame.whereabouts
    if found.address:
        return f'<span class="origin">From {isolated(found.address)}</span>'
    if found.problem:
        return f'<span class="origin">{escape(found.problem)}</span>'
    href = f"source/file?document={url_quote(frame.citation.document, safe='')}"
    return (
        f'<a class="file-link" href="{escape(href)}" download aria-label="Download {escape(found.file_name)}">'
        f"Download the {'archive' if found.member else 'file'}</a>"
    )


def caution(text: str) -> str:
    """A remark on a source, as HTML."""
    return f'<p class="caution">{escape(text)}</p>'


# --- text ------------------------------------------------------------------------------------------------


def locate(text: str, citation: Citation) -> tuple[int, int] | None:
    """The span of the cited words in a document's text: moved if the document changed, None if gone."""
    if text[citation.start : citation.end] == citation.quote:
        return citation.start, citation.end
    at = text.find(citation.quote) if citation.quote else -1
    return (at, at + len(citation.quote)) if at >= 0 else None


def change_note(citation: Citation, span: tuple[int, int] | None) -> str:
    """What must be said where the cited words are not where they were; empty where they are."""
    if span is None:
        return (
            caution("The document has changed since this answer: the cited words are no longer in it. They were:")
            + f"<blockquote>{escape(citation.quote)}</blockquote>"
        )
    if span[0] != citation.start:
        return caution("The document has changed since this answer; the words have moved.")
    return ""


def text_html(text: str, span: tuple[int, int] | None) -> str:
    """A document's canonical text with a span marked."""
    start, end = span or (0, 0)
    first, last = window(len(text), start, end)
    before = f'<p class="cut">{first:,} characters above are not shown.</p>' if first else ""
    after = f'<p class="cut">{len(text) - last:,} characters below are not shown.</p>' if last < len(text) else ""
    marked = f"<mark>{escape(text[start:end])}</mark>" if span else ""
    return (
        f'{before}<div class="document-text">{escape(text[first:start])}{marked}{escape(text[end:last])}</div>{after}'
    )


def window(length: int, start: int, end: int) -> tuple[int, int]:
    """The stretch of a text of `length` characters that is shown around the span `start`-`end`."""
    if length <= SHOWN_CHARACTERS:
        return 0, length
    side = SHOWN_CHARACTERS // 2
    return max(0, start - side), min(length, end + side)


# --- page ------------------------------------------------------------------------------------------------


def drawing_html(citation: Citation, page: int) -> str:
    """What stands while a page is drawn: the cited words are at hand already."""
    return (
        f'<p class="drawing" role="status">Drawing page {page:,}<span class="dots" aria-hidden="true"></span></p>'
        f"<blockquote>{escape(citation.quote)}</blockquote>"
    )


def page_html(citation: Citation, picture: PagePicture) -> str:
    """The picture of a page with boxes around the cited words, and the way to the pages around it."""
    href = f"source/page?document={url_quote(citation.document, safe='')}&page={picture.page}"
    told = f"Page {picture.page:,} of {picture.pages:,} of {citation.title}"
    if picture.boxes:
        told += f". Boxed: {citation.quote}"
    boxes = "".join(_box(box) for box in picture.boxes)
    return (
        f'<div class="pages" role="group" aria-label="Pages">{_turn(picture.page - 1, picture, "before")}'
        f'<span class="page-number">Page {picture.page:,} of {picture.pages:,}</span>'
        f"{_turn(picture.page + 1, picture, 'after')}{_return(citation, picture)}"
        '<button type="button" class="enlarge" aria-pressed="false">Enlarge</button></div>'
        f'<div class="page-picture" tabindex="0" role="group" aria-label="Picture of the page"><div class="leaf">'
        f'<img src="{escape(href)}" width="{picture.width}" height="{picture.height}" alt="{escape(told)}">'
        f"{boxes}</div></div>"
    )


def _box(box: Box) -> str:
    sides = (("left", box.left), ("top", box.top), ("width", box.width), ("height", box.height))
    style = ";".join(f"{side}:{100 * share:.3f}%" for side, share in sides)
    return f'<span class="box" style="{style}"></span>'


def _turn(page: int, picture: PagePicture, side: str) -> str:
    off = "" if 1 <= page <= picture.pages else " disabled"
    return f'<button type="button" class="turn" data-at="{page}" data-turn="{side}"{off}>Page {side}</button>'


def _return(citation: Citation, picture: PagePicture) -> str:
    if citation.page is None or citation.page == picture.page:
        return ""
    label = f"Cited page ({citation.page:,})"
    return f'<button type="button" class="turn" data-at="{citation.page}" data-turn="cited">{label}</button>'


# --- table -----------------------------------------------------------------------------------------------


def table_html(table: TableView, said: str) -> str:
    """A sheet's rows around the cited ones; marked are the cells whose value is said, or else all cited ones."""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in table.labels)
    told = said_cells(table.rows, said)
    rows = "".join(_row_html(row, len(table.labels), told) for row in table.rows)
    return (
        f"{_more(table.above, 'above')}"
        '<div class="sheet" tabindex="0" role="group" aria-label="Rows of the table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{_more(table.below, 'below')}"
    )


def said_cells(rows: Sequence[Row], said: str) -> set[Cell]:
    """The cells of the cited rows, row names aside, whose whole text stands in what is said; all if none does."""
    cited = [cell for row in rows if row.cited for cell in row.cells if cell]
    named = {row.cells[0] for row in rows if row.cited}
    found = {
        cell
        for cell in cited
        if cell not in named and re.search(rf"(?<![\w.,]){re.escape(cell.text)}(?![\w]|[.,]\d)", said)
    }
    return found or set(cited)


def _more(count: int, where: str) -> str:
    return f'<p class="cut">{count:,} row{"s" if count > 1 else ""} {where} in the text.</p>' if count else ""


def _row_html(row: Row, width: int, told: set[Cell]) -> str:
    def content(cell: Cell | None) -> str:
        if cell is None:
            return ""
        return f"<mark>{escape(cell.text)}</mark>" if row.cited and cell in told else escape(cell.text)

    kind = ' class="cited"' if row.cited else ""
    tag = '<span class="visually-hidden">Cited: </span>' if row.cited else ""
    first, *rest = row.cells
    if row.section:
        return f'<tr{kind}><th scope="rowgroup" colspan="{width}">{tag}{content(first)}</th></tr>'
    cells = "".join(f"<td>{content(cell)}</td>" for cell in rest)
    return f'<tr{kind}><th scope="row">{tag}{content(first)}</th>{cells}</tr>'
