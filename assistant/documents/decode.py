"""Bytes to text: the encoding is found, never guessed silently wrong, and binary files are refused."""

from __future__ import annotations

import codecs
import re

from assistant.errors import DocumentError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Characters that stand in no text; they are left out of what is kept.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]+")
_CONTROL_BYTES = re.compile(_CONTROL.pattern.encode())
#: Share of control characters above which decoded text is taken for a binary file.
_MAX_CONTROL_SHARE = 0.01
#: What is declared, and the encoding that holds all of it and what is written under its name besides.
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949",
}  # fmt: skip
#: Share of bytes above 127 below which a text is written in Latin letters, a few of them with accents.
_LATIN_SHARE = 0.3


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """Text of a file in UTF-8, UTF-16 with a mark, the encoding it declares, or one that is recognised.

    Lines of another encoding among lines of UTF-8 are recognised by themselves.

    Raises:
        DocumentError: the bytes are binary or in no known encoding.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return _checked(data.decode(encoding), name)
            except UnicodeDecodeError as error:
                raise _unreadable(name) from error
    if b"\0" in data[:65536]:
        raise DocumentError(f"{name} is a binary file", "Convert it to text, Markdown, HTML or PDF first.")
    try:
        return _checked(data.decode("utf-8"), name)
    except UnicodeDecodeError:
        text = _declared_text(data, declared) or _mixed_text(data) or _recognised_text(data)
        if text is None:
            raise _unreadable(name) from None
        return _checked(text, name)


def _declared_text(data: bytes, declared: str | None) -> str | None:
    """The text in the encoding a page declares; None if it declares none, or wrongly."""
    if declared is None:
        return None
    try:
        return data.decode(wider(declared))
    except (LookupError, UnicodeDecodeError):
        return None


def wider(declared: str) -> str:
    """The encoding that what is declared stands for, as browsers read it and senders rely on (Encoding Standard, 4.2).

    Raises:
        LookupError: there is no such encoding.
    """
    encoding = codecs.lookup(declared).name
    return _WIDER.get(encoding, encoding)


def _mixed_text(data: bytes) -> str | None:
    """The text of a file whose lines are mostly UTF-8 and in part in another encoding; None if it is not so."""
    texts: list[str | None] = []
    others: list[bytes] = []
    accented = 0
    for line in data.split(b"\n"):
        try:
            texts.append(line.decode("utf-8"))
            accented += not line.isascii()
        except UnicodeDecodeError:
            texts.append(None)
            others.append(line)
    # Of a text in one other encoding few lines happen to be UTF-8.
    if accented < max(len(others), 1):
        return None
    joined = b"\n".join(others)
    recognised = joined.decode("cp1252", errors="replace") if _is_latin(joined) else _recognised_text(joined)
    if recognised is None:
        return None
    rest = iter(recognised.split("\n"))
    return "\n".join(text if text is not None else next(rest, "") for text in texts)


def _recognised_text(data: bytes) -> str | None:
    """The text in the encoding its bytes fit best, None if in none.

    Short Western texts fit many encodings equally well ("Café" is also Chinese), so Windows-1252 wins
    whenever it is possible at all and the letters are mostly plain.
    """
    from charset_normalizer import from_bytes

    found = from_bytes(data)
    best = found.best()
    if best is None:
        return None
    possible = {encoding for match in found for encoding in match.could_be_from_charset}
    if "cp1252" in possible and _is_latin(data):
        return data.decode("cp1252", errors="replace")
    return str(best)


def _is_latin(data: bytes) -> bool:
    return sum(byte > 127 for byte in data) < _LATIN_SHARE * len(data)


def _checked(text: str, name: str) -> str:
    # Binary behind a long beginning of text is seen in the whole, binary at the beginning of much text only there.
    for part in (text[:65536], text):
        if part and sum(map(len, _CONTROL.findall(part))) / len(part) > _MAX_CONTROL_SHARE:
            raise DocumentError(f"{name} is a binary file", "Convert it to text, Markdown, HTML or PDF first.")
    return text


def stray_note(data: bytes) -> str:
    """What is to be told of a text file of which some characters are left out; empty if none are."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="ignore").encode("utf-8", errors="ignore")
    count = sum(map(len, _CONTROL_BYTES.findall(data)))
    if not count:
        return ""
    many = f"{count:,} characters that are" if count > 1 else "a character that is"
    return f"{many} no text (NUL or the like) {'were' if count > 1 else 'was'} left out; the file may be damaged"


def _unreadable(name: str) -> DocumentError:
    return DocumentError(f"{name} is in an unknown text encoding", "Save it as UTF-8 and add it again.")
