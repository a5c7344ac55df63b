"""Reader of mails saved by Outlook: an OLE compound file of properties ([MS-OXMSG], read with olefile)."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.documents.decode import decode
from assistant.documents.eml import sent_at
from assistant.documents.message import Mail, mail_document
from assistant.documents.model import Document
from assistant.errors import DocumentError

if TYPE_CHECKING:
    from olefile import OleFileIO

_PROPERTIES = "__properties_version1.0"
_EMBEDDED = "__substg1.0_3701000D"
#: Property ids ([MS-OXPROPS]) of a message.
_SUBJECT, _HEADERS, _BODY, _RTF, _HTML = 0x0037, 0x007D, 0x1000, 0x1009, 0x1013
_SENDER_NAME, _SENDER_MAIL, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_DISPLAY_BCC, _DISPLAY_CC, _DISPLAY_TO = 0x0E02, 0x0E03, 0x0E04
_SUBMITTED, _DELIVERED, _CODE_PAGE = 0x0039, 0x0E06, 0x3FFD
#: Of a recipient and of an attachment.
_KIND, _NAME, _MAIL, _SMTP = 0x0C15, 0x3001, 0x3003, 0x39FE
_SHORT_NAME, _LONG_NAME = 0x3704, 0x3707
#: Property types: text of two bytes a letter, text in the code page, bytes.
_UNICODE, _CODED, _BINARY = 0x001F, 0x001E, 0x0102
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_KINDS = {1: "to", 2: "cc", 3: "bcc"}


class _Properties:
    """The properties of one storage of the file: the message itself, a recipient or an attachment."""

    def __init__(self, ole: OleFileIO, storage: str, code_page: int = 0) -> None:
        self._ole = ole
        self._prefix = f"{storage}/" if storage else ""
        data = self._stream(_PROPERTIES)
        # The message's own list has a longer head than those beneath it ([MS-OXMSG] 2.4.1).
        start = 8 if storage else 32
        self._fixed = {
            tag >> 16: value
            for tag, _, value in struct.iter_unpack("<II8s", data[start : len(data) - (len(data) - start) % 16])
        }
        self._code_page = code_page or self.number(_CODE_PAGE) or 1252

    @property
    def code_page(self) -> int:
        return self._code_page

    def _stream(self, name: str) -> bytes:
        path = self._prefix + name
        if not self._ole.exists(path):
            return b""
        data: bytes = self._ole.openstream(path).read()
        return data

    def bytes(self, number: int) -> bytes:
        return self._stream(f"__substg1.0_{number:04X}{_BINARY:04X}")

    def text(self, number: int) -> str:
        data = self._stream(f"__substg1.0_{number:04X}{_UNICODE:04X}")
        if data:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        data = self._stream(f"__substg1.0_{number:04X}{_CODED:04X}").rstrip(b"\0")
        try:
            return data.decode(f"cp{self._code_page}" if self._code_page != 65001 else "utf-8")
        except (LookupError, ValueError):
            return data.decode("cp1252", "replace")

    def number(self, number: int) -> int:
        value = self._fixed.get(number)
        return int.from_bytes(value[:4], "little") if value else 0

    def moment(self, number: int) -> datetime | None:
        """A time, kept as tenths of microseconds since 1601."""
        value = self._fixed.get(number)
        try:
            return _EPOCH + timedelta(microseconds=int.from_bytes(value, "little") // 10) if value else None
        except OverflowError:
            return None


def _address(name: str, *mails: str) -> str:
    """`Ann Lee <ann@example.com>`; internal addresses of a company's directory say nothing to a person."""
    mail = next((one for one in mails if "@" in one), "")
    name = name.strip(" '\"")
    return f"{name} <{mail}>" if name and mail and mail not in name else name or mail


def _storages(ole: OleFileIO, prefix: str) -> list[str]:
    return sorted({path[0] for path in ole.listdir(streams=True, storages=True) if path[0].startswith(prefix)})


def _recipients(ole: OleFileIO, code_page: int) -> dict[str, str]:
    """Who the mail went to, by `to`, `cc` and `bcc`; entries without a name or an address are left out."""
    found: dict[str, list[str]] = {}
    for storage in _storages(ole, "__recip_version1.0_"):
        entry = _Properties(ole, storage, code_page)
        address = _address(entry.text(_NAME), entry.text(_SMTP), entry.text(_MAIL))
        if address:
            found.setdefault(_KINDS.get(entry.number(_KIND) & 0xF, "to"), []).append(address)
    return {kind: ", ".join(addresses) for kind, addresses in found.items()}


def _attachments(ole: OleFileIO, code_page: int) -> tuple[str, ...]:
    names = []
    for storage in _storages(ole, "__attach_version1.0_"):
        entry = _Properties(ole, storage, code_page)
        name = entry.text(_LONG_NAME) or entry.text(_SHORT_NAME) or entry.text(_NAME)
        if ole.exists(f"{storage}/{_EMBEDDED}"):
            name = f"the mail “{name}”" if name else "a mail"
        names.append(" ".join(name.split()) or "a file without a name")
    return tuple(names)


def _html(message: _Properties, name: str) -> str:
    data = message.bytes(_HTML)
    return decode(data, name, f"cp{message.code_page}") if data.strip(b"\0 \r\n\t") else message.text(_HTML)


def _bodies(message: _Properties, name: str) -> tuple[tuple[tuple[str, bool], ...], tuple[str, ...]]:
    """The text of the mail, with whether it is HTML, and what must be told of it."""
    if (plain := message.text(_BODY)).strip():
        return ((plain, False),), ()
    if (html := _html(message, name)).strip():
        return ((html, True),), ()
    if message.bytes(_RTF):
        return (), ("its text is kept as RTF only, which was not read; save it from Outlook as HTML or text",)
    return (), ()


def _mail(ole: OleFileIO, name: str) -> Mail:
    from email import message_from_string

    message = _Properties(ole, "")
    people = _recipients(ole, message.code_page)
    stated = message_from_string(message.text(_HEADERS)).get("Date", "")
    when = message.moment(_SUBMITTED) or sent_at(str(stated)) or message.moment(_DELIVERED)
    bodies, notes = _bodies(message, name)
    return Mail(
        subject=message.text(_SUBJECT),
        sender=_address(message.text(_SENDER_NAME), message.text(_SENDER_SMTP), message.text(_SENDER_MAIL)),
        to=people.get("to") or message.text(_DISPLAY_TO),
        cc=people.get("cc") or message.text(_DISPLAY_CC),
        bcc=people.get("bcc") or message.text(_DISPLAY_BCC),
        sent=str(stated) or (when.isoformat(sep=" ", timespec="seconds") if when else ""),
        date=when.date().isoformat() if when else None,
        bodies=bodies,
        attachments=_attachments(ole, message.code_page),
        notes=notes,
    )


def read_msg(data: bytes, name: str) -> Document:
    """Read an Outlook mail: its plain text, else its HTML; what is attached is named in a note.

    Raises:
        DocumentError: not an Outlook mail, or damaged.
    """
    import olefile

    damaged = DocumentError(
        f"{name} is not an Outlook mail that can be read", "Save it from Outlook again, or as .eml or text."
    )
    if not olefile.isOleFile(data=data):
        raise damaged
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists(_PROPERTIES):
                raise damaged
            mail = _mail(ole, name)
    except (OSError, struct.error, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise damaged from error
    return mail_document(mail, name)
