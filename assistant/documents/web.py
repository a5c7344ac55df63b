"""Reader of saved web pages: the article without menus, adverts and share buttons (trafilatura)."""

from __future__ import annotations

import re

from assistant.documents.builder import TextBuilder
from assistant.documents.decode import decode
from assistant.documents.markdown import add_markdown
from assistant.documents.model import Document
from assistant.errors import DocumentError

#: The encoding a page declares in its first bytes (HTML Standard, 13.2.3.2).
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


def read_html(data: bytes, name: str) -> Document:
    """Read a saved web page.

    Raises:
        DocumentError: no article text was found in the page.
    """
    import trafilatura

    charset = _CHARSET.search(data[:1024])
    page = decode(data, name, charset.group(1).decode("ascii") if charset else None)
    body = trafilatura.extract(
        page, output_format="markdown", include_tables=True, include_comments=False, favor_recall=True
    )
    if not body:
        raise DocumentError(f"{name}: no article text in this web page", "Save the page's text as .txt and add that.")
    builder = TextBuilder()
    add_markdown(builder, body)
    meta = trafilatura.extract_metadata(page)
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=(meta.title if meta else None) or builder.first_heading() or "",
        date=meta.date if meta else None,
        author=meta.author if meta else None,
    )
