"""Fetching one address: limits of size and time, redirects checked one by one, no cookies, no proxies.

Proxies of the environment are not used: the address to connect to would be the proxy's choice, and nothing checked
here would hold.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from pydantic import BaseModel, ConfigDict

from assistant import __version__
from assistant.documents.registry import supported_suffixes
from assistant.errors import AddressError
from assistant.fetching.address import document_name, parse_address
from assistant.fetching.kind import disposed_name, in_utf8, suffix_of

if TYPE_CHECKING:
    import httpcore
    import httpx

    from assistant.fetching.connect import Resolver

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
#: How zlib is told that a gzip header comes first.
_GZIP = 31

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Limits:
    """What one address may cost: bytes as unpacked, seconds in all; `private` allows targets in local networks."""

    max_bytes: int
    seconds: float
    private: bool = False


class Page(BaseModel):
    """What stood at an address, be it a page or any file.

    `address` is the normal form of what was asked for and `name` the document's; `data` are its bytes, which the
    reader of the name's suffix reads. `notes` are what a person must know of the fetching.
    """

    model_config = ConfigDict(frozen=True)

    address: str
    name: str
    data: bytes
    notes: tuple[str, ...] = ()


def fetch(
    address: str,
    limits: Limits,
    progress: Progress | None = None,
    *,
    resolver: Resolver | None = None,
    network: httpcore.NetworkBackend | None = None,
) -> Page:
    """Fetch what stands at an address.

    Args:
        address: an http(s) address.
        limits: of size and time, and where it may lead.
        progress: told ("fetching HOST", bytes, bytes in all or 0).
        resolver: gives the IP addresses of a host; the system's by default.
        network: what connects; the system's by default.

    Raises:
        AddressError: it may not be fetched, cannot be reached, is too large or slow, or is of no format that is read.
    """
    import httpcore
    import httpx

    from assistant.fetching.connect import CheckedNetwork, Deadline, resolve

    asked = url = parse_address(address)
    real = network or httpcore.SyncBackend()
    checked = CheckedNetwork(Deadline(limits.seconds, str(asked)), limits.private, resolver or resolve, real)
    with httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=checked) as pool:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                with pool.stream("GET", str(url), headers=_headers(url)) as response:
                    headers = httpx.Headers(response.headers)
                    if response.status in _REDIRECTS and "Location" in headers:
                        url = _next(url, headers["Location"])
                        continue
                    _check_status(url, response.status)
                    return _page(asked, url, headers, _body(url, headers, response, limits, progress))
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
                _explain(url, error)
    raise AddressError(f"{asked} leads from one address to another without end", "Add the page's own address.")


def _headers(url: httpx.URL) -> dict[bytes | str, bytes | str]:
    return {
        "Host": url.netloc,
        "User-Agent": f"corpus-assistant/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
    }


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads, checked like an address that was typed."""
    import httpx

    try:
        target = parse_address(str(url.join(location)))
    except (AddressError, httpx.InvalidURL, ValueError) as error:
        reason = error.args[0] if isinstance(error, AddressError) else "no valid address"
        raise AddressError(
            f"{url} leads somewhere else that cannot be added: {reason}", "Add the page's own address."
        ) from error
    if url.scheme == "https" and target.scheme == "http":
        raise AddressError(f"{url} leads to the unprotected {target}", "Add that address if you mean it.")
    return target


def _check_status(url: httpx.URL, status: int) -> None:
    if status == 200:
        return
    next_step = "Check the address; does it open in a browser?"
    if status in (401, 402, 403, 407, 451):
        next_step = "It wants a log-in or no programs: save the page in a browser and add the file."
    elif status in (408, 425, 429) or status >= 500:
        next_step = "Try again later."
    raise AddressError(f"{url} answered with status {status} and no page", next_step)


def _body(
    url: httpx.URL, headers: httpx.Headers, response: httpcore.Response, limits: Limits, progress: Progress | None
) -> bytes:
    """The content, unpacked; stops as soon as it is over the limit, packed or not."""
    stated = headers.get("Content-Length", "")
    total = int(stated) if stated.isdecimal() else 0
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise AddressError(f"{url} is packed as {encoding}, which was not asked for", "Save the page and add the file.")
    if total > limits.max_bytes:
        _too_large(url, limits)
    chunks = _counted(response.iter_stream(), url, total, limits, progress)
    data = bytearray()
    for chunk in _unzipped(chunks, url, limits) if encoding.endswith("gzip") else chunks:
        data += chunk
        if len(data) > limits.max_bytes:
            _too_large(url, limits)
    if not data.strip():
        raise AddressError(f"{url} is empty", "Nothing was added; check the address.")
    return bytes(data)


def _counted(
    chunks: Iterator[bytes], url: httpx.URL, total: int, limits: Limits, progress: Progress | None
) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        done += len(chunk)
        if done > limits.max_bytes:
            _too_large(url, limits)
        if progress:
            progress(f"fetching {url.host}", done, max(done, total))
        yield chunk


def _unzipped(chunks: Iterator[bytes], url: httpx.URL, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip stream, never more at once than is allowed in all and one byte."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        for chunk in chunks:
            while chunk:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(wbits=_GZIP)
                yield unpacker.decompress(chunk, limits.max_bytes + 1)
                chunk = unpacker.unused_data
    except zlib.error as error:
        raise AddressError(f"{url} is packed wrongly: {error}", "Try again later.") from error
    if not unpacker.eof:
        raise AddressError(f"{url} broke off before its end", "Try again.")


def _too_large(url: httpx.URL, limits: Limits) -> NoReturn:
    raise AddressError(
        f"{url} is larger than the limit of {limits.max_bytes / 2**20:.0f} MiB", "Raise ASSISTANT_MAX_FILE_MB."
    )


def _page(asked: httpx.URL, final: httpx.URL, headers: httpx.Headers, data: bytes) -> Page:
    content_type = headers.get("Content-Type", "")
    names = [disposed_name(headers.get("Content-Disposition", "")), final.path, asked.path]
    suffix = suffix_of(content_type, [name for name in names if name], data)
    if suffix is None:
        raise AddressError(
            f"{final} is of the type {content_type or '(none stated)'}, which is not supported",
            f"Supported are {' '.join(supported_suffixes())}.",
        )
    return Page(
        address=str(asked),
        name=document_name(asked, suffix),
        data=in_utf8(data, suffix, content_type),
        notes=(f"read from {final}",) if final != asked else (),
    )


def _explain(url: httpx.URL, error: Exception) -> NoReturn:
    """A failed connection in words."""
    import httpcore

    if isinstance(error, httpcore.TimeoutException):
        raise AddressError(f"{url.host} does not answer in time", "Try again later.") from error
    if isinstance(error, httpcore.ConnectError):
        raise AddressError(
            f"{url.host} cannot be reached: {error}", "Check the address and your connection."
        ) from error
    raise AddressError(f"{url} broke off: {error}", "Try again.") from error
