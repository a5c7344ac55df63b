"""Reader of web pages saved in one file with their pictures (MHTML, RFC 2557)."""

from __future__ import annotations

from assistant.documents.eml import charset_of, header, nested_too_deeply, parse_mail, payload
from assistant.documents.message import body_text
from assistant.documents.model import Document
from assistant.documents.web import read_html
from assistant.errors import DocumentError

_PAGES = ("text/html", "application/xhtml+xml")


def read_mhtml(data: bytes, name: str) -> Document:
    """Read a saved page: its first HTML part, as any other page; pages in its frames are told in a note.

    Raises:
        DocumentError: not such a file, without an HTML part, or without article text.
    """
    message = parse_mail(data, name)
    try:
        pages = [part for part in message.walk() if part.get_content_type() in _PAGES]
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    if not pages:
        raise DocumentError(f"{name} holds no web page", "Save the page again, as .html or as text.")
    page = body_text(payload(pages[0]), name, charset_of(pages[0]))
    # What the page declares of its charset is about bytes that are no longer there.
    document = read_html(page.encode("utf-8"), name)
    frames = len(pages) - 1
    note = f"{frames} more {'pages' if frames > 1 else 'page'} in its frames not read; save what you need by itself"
    return document.model_copy(
        update={
            "title": document.title or header(message, "Subject"),
            "notes": (*document.notes, note) if frames else document.notes,
        }
    )
