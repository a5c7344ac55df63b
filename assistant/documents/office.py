"""What office files have in common: a zip of XML parts (ECMA-376, part 2), checked before any library opens it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from assistant.documents.builder import clean_text
from assistant.errors import DocumentError

#: First bytes of a compound file: the old formats, and what a password makes of the new ones (MS-CFB, 2.2).
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The stream an encrypted package lies in (MS-OFFCRYPTO, 2.3.4.4); names in compound files are UTF-16.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: All parts together may unpack to so much; text of this size would fill a library.
MAX_UNPACKED = 200 * 2**20
#: Document type declarations can make a small file expand without end; office files must not have any.
_DECLARATIONS = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_CHUNK = 2**20
_XML_SUFFIXES = (".xml", ".rels", ".vml")
#: What the libraries' own templates and PowerPoint itself write where nobody gave a title.
_NO_TITLES = {"powerpoint presentation", "word document", "untitled"}
#: When the templates of python-docx and python-pptx were made, as they state it.
_TEMPLATES = {"2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z"}


class Format(NamedTuple):
    """A format by its name in a sentence, the folder its parts lie in, its suffix and the program that writes it."""

    noun: str
    folder: str
    suffix: str
    program: str


WORD = Format("Word document", "word/", ".docx", "Word")
SLIDES = Format("PowerPoint presentation", "ppt/", ".pptx", "PowerPoint")
WORKBOOK = Format("spreadsheet workbook", "xl/", ".xlsx", "Excel")
FORMATS = (WORD, SLIDES, WORKBOOK)


class Facts(NamedTuple):
    """What a file states about itself; `date` is the day it was made, in ISO form."""

    title: str
    author: str | None
    date: str | None


def is_encrypted(data: bytes) -> bool:
    """Whether a compound file holds an office file under a password."""
    return _ENCRYPTED in data


def locked(name: str) -> DocumentError:
    """The error for a file that only a password opens."""
    return DocumentError(f"{name} is locked with a password", "Save an unlocked copy and add that.")


def damaged(name: str, form: Format) -> DocumentError:
    """The error for a file that is not, or no longer, what its suffix says."""
    return DocumentError(
        f"{name} is not a readable {form.noun}", f"Open it in {form.program}, save it as {form.suffix} and add that."
    )


def open_package(data: bytes, name: str, form: Format) -> zipfile.ZipFile:
    """The zip of an office file, after all checks that need no knowledge of its content.

    Raises:
        DocumentError: locked, damaged, of another format, unpacking to more than `MAX_UNPACKED`, or with
            declarations that could make it expand.
    """
    if data.startswith(COMPOUND_FILE):
        raise locked(name) if is_encrypted(data) else _old_format(name, form)
    with readable(name, form):
        archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise DocumentError(
            f"{name} unpacks to {unpacked / 2**20:.0f} MiB, over the limit of {MAX_UNPACKED / 2**20:.0f} MiB",
            "Split it and add the pieces.",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise locked(name)
    if not _is_of(parts, form):
        raise _other_format(name, form, next((other for other in FORMATS if _is_of(parts, other)), None))
    with readable(name, form):
        for part in parts:
            if part.filename.lower().endswith(_XML_SUFFIXES):
                _check_part(archive, part, name)
    return archive


def _is_of(parts: Sequence[zipfile.ZipInfo], form: Format) -> bool:
    return any(part.filename.startswith(form.folder) for part in parts)


def _old_format(name: str, form: Format) -> DocumentError:
    return DocumentError(
        f"{name} is in an old binary format, not in today's {form.suffix}",
        f"Open it in the program it comes from, save it as {form.suffix} and add that.",
    )


def _other_format(name: str, form: Format, other: Format | None) -> DocumentError:
    if other is not None:
        return DocumentError(f"{name} holds a {other.noun}", f"Rename it to {other.suffix} and add that.")
    return DocumentError(
        f"{name} is some other zip file, not in the format of a {form.noun}", "Unpack it and add what is in it."
    )


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Unpack a part once, which checks its sum, and refuse document type declarations."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            if any(declaration in tail + chunk for declaration in _DECLARATIONS):
                raise DocumentError(
                    f"{name} holds a document type declaration, which office files must not have",
                    "Save it again in the program it comes from, and add that.",
                )
            tail = chunk[-32:]


@contextmanager
def readable(name: str, form: Format) -> Iterator[None]:
    """Whatever goes wrong inside means a damaged file; the libraries' warnings are not for people.

    Raises:
        DocumentError: in place of any other error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (DocumentError, MemoryError):
            raise
        except Exception as error:  # the libraries let errors of every kind out of damaged files
            raise damaged(name, form) from error


def parse_xml(data: bytes) -> Any:
    """The root of an XML part; entities stay as they are and nothing is fetched."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def local(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def related(part: Any, kind: str) -> list[Any]:
    """The roots of the parts that a part names as its `kind`, such as "comments"; outside files are never opened."""
    return [
        parse_xml(relation.target_part.blob)
        for relation in part.rels.values()
        if not relation.is_external and relation.reltype.rpartition("/")[2] == kind
    ]


def embedded_note(parts: list[Any]) -> list[str]:
    """A note if parts of a document carry whole files of their own, which are not opened."""
    count = sum(
        relation.reltype.rpartition("/")[2] in ("oleObject", "package", "aFChunk")
        for part in parts
        for relation in part.rels.values()
    )
    return [f"embedded files, not read: {count}"] if count else []


def facts(archive: zipfile.ZipFile) -> Facts:
    """Title, author and day from the core properties (ECMA-376, part 2, 11), as far as stated.

    The libraries are not asked: they make up properties where a file has none.
    """
    names = [name for name in archive.namelist() if re.search(r"(?:^|/)core[^/]*\.xml$|\.psmdcp$", name)]
    if not names:
        return Facts("", None, None)
    stated = {local(element): clean_text(element.text or "").strip() for element in parse_xml(archive.read(names[0]))}
    title = stated.get("title", "")
    if stated.get("created") in _TEMPLATES:
        # Nobody wrote it then: the program that made the file left these as they were.
        stated |= {
            "created": "",
            "creator": "" if stated.get("creator") == "python-docx" else stated.get("creator", ""),
        }
    day = re.match(r"\d{4}-\d{2}-\d{2}", stated.get("created", ""))
    return Facts(
        "" if title.lower() in _NO_TITLES else title, stated.get("creator") or None, day.group() if day else None
    )
