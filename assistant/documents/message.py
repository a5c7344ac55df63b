"""A mail as a document, whatever file it came in: who wrote to whom and when, what, and what was attached."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from assistant.documents.builder import TextBuilder
from assistant.documents.decode import decode, wider
from assistant.documents.markup import add_markup, parse_html
from assistant.documents.model import BlockKind, Document
from assistant.documents.plain import add_plain

#: Charsets that others are mistaken for: what is declared so is looked at again.
_WEAK = {"ascii", "iso8859-1"}


@dataclass(frozen=True)
class Mail:
    """What a mail says, in its own words; `date` is ISO 8601 (a day), `sent` the moment as the mail states it.

    `bodies` are its texts in order, each with whether it is HTML; `attachments` are the names of what was not read.
    """

    subject: str = ""
    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    sent: str = ""
    date: str | None = None
    bodies: tuple[tuple[str, bool], ...] = ()
    attachments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def body_text(data: bytes, name: str, charset: str | None) -> str:
    """A body's text in the charset it declares, or in the one its bytes fit.

    Raises:
        DocumentError: the bytes are no text.
    """
    try:
        if charset and codecs.lookup(charset).name not in _WEAK:
            encoding = wider(charset)
            # Its escapes are plain bytes, which would be taken for UTF-8 or for no text at all.
            return data.decode(encoding, "replace" if encoding.startswith("iso2022") else "strict")
    except (LookupError, ValueError):
        pass
    return decode(data, name, charset)


def mail_document(mail: Mail, name: str) -> Document:
    """The document of a mail: subject, a paragraph with its head, the bodies; attachments are told in a note."""
    builder = TextBuilder()
    builder.add(BlockKind.HEADING, " ".join(mail.subject.split()), level=1)
    head = (("From", mail.sender), ("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc), ("Date", mail.sent))
    builder.add(BlockKind.PARAGRAPH, "\n".join(f"{label}: {' '.join(value.split())}" for label, value in head if value))
    before = len(builder.blocks)
    for text, is_html in mail.bodies:
        if not is_html:
            add_plain(builder, text)
        elif (root := parse_html(text)) is not None:
            add_markup(builder, root, below=1)
    notes = list(mail.notes)
    if len(builder.blocks) == before:
        notes.append("the mail has no text of its own")
    if mail.attachments:
        many = "attachments" if len(mail.attachments) > 1 else "attachment"
        notes.append(f"{many} not read: {', '.join(mail.attachments)} (save and add what you need)")
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=mail.subject,
        date=mail.date,
        author=mail.sender or None,
        notes=tuple(notes),
    )
