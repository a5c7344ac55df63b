"""Addresses as people type them: which are fetched, how they are written, and the names of their documents. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from assistant.documents.registry import same_reader
from assistant.errors import AddressError

if TYPE_CHECKING:
    import httpx

#: Two letters at least: `C://` is a drive.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.IGNORECASE)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
#: Where an address leaves the file to the server.
_BARE = re.compile(r"/(?=\?|$)")
#: Longest name of a document, in characters; of a longer address the end is replaced by a digest.
_LONGEST = 160


def is_address(text: str) -> bool:
    """Whether a person means an address by this, and no file."""
    return bool(_SCHEME.match(text.strip()))


def parse_address(text: str) -> httpx.URL:
    """An address in its one normal form: no fragment, host and scheme in small ASCII letters, no needless port.

    Raises:
        AddressError: not http(s), malformed, or with a user name in it.
    """
    import httpx

    if not is_address(text):
        raise AddressError(f"{text.strip()} is no address", "Begin it with https://.")
    try:
        # Twice: a default port is dropped only behind a scheme in small letters.
        url = httpx.URL(str(httpx.URL(text.strip()).copy_with(fragment=None)))
        # `https://example.com` is `https://example.com/`.
        url = url.copy_with(raw_path=url.raw_path)
        host = url.host
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressError(f"{text.strip()} is no valid address: {error}", "Check it for typing mistakes.") from error
    if url.scheme not in ("http", "https"):
        raise AddressError(f"{url} begins with {url.scheme}://", "Only http:// and https:// addresses can be added.")
    # Not shown: there may be a password in it.
    if url.userinfo:
        raise AddressError(
            f"The address at {host} has a user name in it", "Add it without, or save the page and add that."
        )
    if not _HOST.fullmatch(url.raw_host.decode("ascii")) or url.port == 0 or (url.port or 0) > 65535:
        raise AddressError(f"{url} is no valid address", "Check it for typing mistakes.")
    return url


def document_name(url: httpx.URL, suffix: str) -> str:
    """The name of the document from an address: the address without its scheme, ending in a suffix that is read.

    `https://example.com/reports/?year=2023` is `example.com/reports/index?year=2023.html`. Only letters beyond ASCII
    and spaces are unescaped, so that two addresses do not get one name.
    """
    port = f":{url.port}" if url.port else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    name = _ESCAPES.sub(lambda match: _readable(match.group()), f"{host}{port}{url.raw_path.decode('ascii')}")
    name = _BARE.sub("/index", name)
    if not same_reader(name, suffix):
        name += suffix
    if len(name) > _LONGEST:
        digest = hashlib.sha256(str(url).encode()).hexdigest()[:8]
        name = f"{name[:_LONGEST]}~{digest}{suffix}"
    return name


def _readable(escaped: str) -> str:
    try:
        text = unquote_to_bytes(escaped).decode("utf-8")
    except UnicodeDecodeError:
        return escaped
    plain = all(char == " " or (ord(char) > 127 and char.isprintable()) for char in text)
    return text if plain else escaped
