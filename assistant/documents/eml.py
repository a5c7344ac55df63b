"""Reader of mails as programs save and send them (RFC 5322, MIME)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import Message
from typing import Any, TypeVar, cast

from assistant.documents.decode import wider
from assistant.documents.message import Mail, body_text, mail_document
from assistant.documents.model import Document
from assistant.errors import DocumentError

#: A file with none of these is no mail.
_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Received", "MIME-Version")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
_MAX_CODED = 20_000
Fact = TypeVar("Fact")


def parse_mail(data: bytes, name: str) -> Message:
    """The parts of a mail, or of a saved page, which is written alike.

    The old policy of the standard library is asked for: the new one fails on many a header that breaks the rules.

    Raises:
        DocumentError: no headers, or nested beyond reason.
    """
    from email import message_from_bytes

    try:
        message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    if not any(key in message for key in _HEADERS):
        raise DocumentError(f"{name} is not a mail", "Check the file; rename it if it is of another format.")
    return message


def nested_too_deeply(name: str) -> DocumentError:
    """The error for parts within parts without end."""
    return DocumentError(f"{name} is nested too deeply", "Open it in the program it is from and save it again.")


def header(message: Message, key: str) -> str:
    """A header in words, all of them where it stands more than once."""
    found = [str(value) for known, value in message.raw_items() if known.lower() == key.lower()]
    return ", ".join(_decoded(" ".join(value.split())) for value in found)


def _decoded(value: str) -> str:
    """A header's words, its encodings (RFC 2047, plain bytes) undone; as it is written if that cannot be."""
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        # Bytes above 127 are kept as half surrogates by the parser; many programs write UTF-8 there.
        if not value.isascii():
            value = _western(value.encode("utf-8", "surrogateescape"))
        # Undoing the encodings of a header this long would take minutes; it is no honest one.
        if len(value) > _MAX_CODED:
            return value
        return str(make_header([_in_utf8(part, charset) for part, charset in decode_header(value)]))
    except (MessageError, LookupError, ValueError):
        return value


def _in_utf8(part: Any, charset: str | None) -> tuple[Any, str | None]:
    """A part of a header with its charset: a character that the one it declares lacks leaves the others as they are."""
    return (part, None) if charset is None else (part.decode(wider(charset), "replace").encode(), "utf-8")


def _western(data: bytes) -> str:
    """Bytes of a header that declares nothing: too few to tell encodings apart but the two that are usual."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _or(get: Callable[[], Fact], otherwise: Fact) -> Fact:
    """What is read of a header, or something else if it breaks the rules."""
    try:
        return get()
    except (ValueError, LookupError, AttributeError, TypeError):
        return otherwise


def sent_at(text: str) -> datetime | None:
    """The moment that a Date header states; None if it is in no known form."""
    from email.utils import parsedate_to_datetime

    return _or(lambda: parsedate_to_datetime(text), None) if text else None


def charset_of(part: Message) -> str | None:
    """The charset a part declares; None if it declares none, or in a way that cannot be read."""
    return _or(part.get_content_charset, None)


def payload(part: Message) -> bytes:
    """A part's bytes, its transfer encoding undone."""
    data = _or(lambda: cast(Any, part.get_payload(decode=True)), b"")
    return data if isinstance(data, bytes) else b""


def _file_name(part: Message) -> str:
    return _decoded(" ".join((_or(part.get_filename, None) or "").split()))


def _attached(part: Message) -> bool:
    return _or(part.get_content_disposition, None) == "attachment" or bool(_file_name(part))


def _leaves(part: Message) -> Iterator[Message]:
    """A mail's parts in order; of several forms of the same text the plain one, else the last that is HTML."""
    inner = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(inner, list):
        yield part
        return
    parts = [one for one in inner if isinstance(one, Message)]
    if part.get_content_type() == "multipart/alternative":
        forms = [list(_leaves(one)) for one in parts]
        for wanted in ("text/plain", "text/html"):
            for form in forms:
                if any(leaf.get_content_type() == wanted and payload(leaf).strip() for leaf in form):
                    yield from form
                    # Other forms say the same, but may carry pictures or an invitation of their own.
                    others = [leaf for other in forms if other is not form for leaf in other]
                    yield from (leaf for leaf in others if leaf.get_content_maintype() != "text" or _attached(leaf))
                    return
    for one in parts:
        yield from _leaves(one)


def _told_name(part: Message) -> str:
    """How an attachment is named to a person: by its file name, else by what it is."""
    if (found := _file_name(part)) or part.get_content_type() != "message/rfc822":
        return found or f"a part without a name ({part.get_content_type()})"
    inner = part.get_payload()
    mail = inner[0] if isinstance(inner, list) and inner else None
    subject = header(mail, "Subject") if isinstance(mail, Message) else ""
    return f"the mail “{subject}”" if subject else "a mail"


def _contents(message: Message, name: str) -> tuple[list[tuple[str, bool]], list[str]]:
    """The texts of a mail, each with whether it is HTML, and the names of all other parts."""
    bodies: list[tuple[str, bool]] = []
    attachments: list[str] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not _attached(part):
            bodies.append((body_text(payload(part), name, charset_of(part)), kind == "text/html"))
        else:
            attachments.append(_told_name(part))
    return bodies, attachments


def read_eml(data: bytes, name: str) -> Document:
    """Read a mail: its plain text, else its HTML; what is attached is named in a note.

    Raises:
        DocumentError: not a mail, nested beyond reason, or with a body that is no text.
    """
    message = parse_mail(data, name)
    try:
        bodies, attachments = _contents(message, name)
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    when = sent_at(header(message, "Date"))
    sealed = message.get_content_type() in _SEALED
    mail = Mail(
        subject=header(message, "Subject"),
        sender=header(message, "From"),
        to=header(message, "To"),
        cc=header(message, "Cc"),
        bcc=header(message, "Bcc"),
        sent=header(message, "Date"),
        date=when.date().isoformat() if when else None,
        bodies=tuple(bodies),
        attachments=tuple(attachments),
        notes=("the mail is encrypted or sealed; save it opened from the mail program",) if sealed else (),
    )
    return mail_document(mail, name)
