"""Opening a source: the page, table or text in which the cited words stand. Knows nothing of Gradio."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answering.answer import Citation
from assistant.documents.page_picture import PagePicture
from assistant.documents.table_view import is_sheet, table_around
from assistant.errors import AssistantError, DocumentError
from assistant.index.originals import Whereabouts
from assistant.ui import source_html
from assistant.ui.panels import source_problem
from assistant.ui.source_html import Frame, View

if TYPE_CHECKING:
    from assistant.facade import Assistant

logger = logging.getLogger(__name__)

Span = tuple[int, int] | None
#: Why a page is shown as text where its words cannot be boxed.
_BY_OCR = (
    "Shown as text: the words of this page were read by OCR from its picture, so it is not known where they stand."
)
_NOT_PLACED = "Shown as text: the cited words could not be placed on the picture of their page."


class Look(BaseModel):
    """What a browser asks to see; checked, for it comes from there.

    `view` is what the person chose, `at` the page they turned to, `said` the sentence that cites.
    """

    model_config = ConfigDict(frozen=True)

    citation: Citation
    view: View | None = None
    at: int | None = Field(default=None, ge=1)
    said: str = Field(default="", max_length=20_000)


class Sources:
    """The handler of the right column, the same for every tab: what it shows depends on what is asked alone."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def show(self, data: Any) -> Iterator[str]:
        """The panel for a citation, as far as it is known: what takes time follows. Never raises.

        Args:
            data: a `Look` as the browser sends it.
        """
        try:
            yield from self._show(Look.model_validate(data))
        except ValidationError:
            logger.warning("a citation that is none was clicked")
            yield source_problem("This source cannot be shown", "Reload the page and ask the question again.")
        except AssistantError as error:
            yield source_problem(str(error.args[0]), error.next_step)
        except Exception:
            logger.exception("a source could not be shown")
            yield source_problem("Something went wrong inside the assistant", "Try again; see the log if it stays.")

    def _show(self, look: Look) -> Iterator[str]:
        cited = look.citation
        text = self._assistant.text(cited.document)
        span = source_html.locate(text, cited)
        found = self._assistant.originals.whereabouts(cited.document)
        table = table_around(text, *span) if span and is_sheet(cited.document) else None
        views = _views(cited, found, table is not None)
        view = look.view if look.view in views else views[0]
        note = source_html.change_note(cited, span) + _missing_page(cited, found)
        kept = look.model_copy(update={"view": None, "at": None}).model_dump_json()
        frame = Frame(cited, found, views, view, kept, note)
        if view == "page":
            at = look.at or cited.page or 1
            yield source_html.framed(frame, source_html.drawing_html(cited, at))
            problem, picture = self._picture(cited, at, span)
            if picture and (picture.boxes or look.view == "page" or at != cited.page):
                yield source_html.framed(frame, source_html.page_html(cited, picture))
                return
            if picture:
                problem = _NOT_PLACED if picture.lettered else _BY_OCR
            # What could not be drawn now may be drawn when it is chosen again.
            frame = frame._replace(view="text", note=note + source_html.caution(problem))
        if frame.view == "table" and table:
            yield source_html.framed(frame, source_html.table_html(table, look.said))
            return
        yield source_html.framed(frame, source_html.text_html(text, span))

    def _picture(self, cited: Citation, at: int, span: Span) -> tuple[str, PagePicture | None]:
        """The page's picture; else why there is none."""
        try:
            return "", self._assistant.originals.picture(cited.document, at, span if at == cited.page else None)
        except DocumentError as error:
            return f"Shown as text: {error.args[0]}.", None


def _views(cited: Citation, found: Whereabouts, tabular: bool) -> tuple[View, ...]:
    """The views there are of a document, best first."""
    if found.is_pdf and not found.problem and cited.page is not None:
        return ("page", "text")
    return ("table", "text") if tabular else ("text",)


def _missing_page(cited: Citation, found: Whereabouts) -> str:
    """Why a PDF is not shown by its pages; nothing for other documents."""
    if not found.problem or PurePosixPath(cited.document).suffix.lower() != ".pdf":
        return ""
    return source_html.caution(f"Shown as text. {found.problem}.")
