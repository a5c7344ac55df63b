"""Fetching from a real server on loopback, and where it may lead with look-ups and connections faked."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import pytest
from websites import PAGE, Site

from assistant.errors import AddressError
from assistant.fetching import Limits, Page, fetch

HERE = Limits(max_bytes=2**20, seconds=20, private=True)
PUBLIC = "93.184.216.34"


class Recorder(httpcore.MockBackend):
    """Plays responses, one for each connection, and notes where they would have gone."""

    def __init__(self, *responses: bytes) -> None:
        super().__init__([])
        self.responses = list(responses)
        self.connected: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        return httpcore.MockStream([self.responses.pop(0)])


def answer(status: str = "200 OK", body: bytes = PAGE, **headers: str) -> bytes:
    fields = {"Content-Type": "text/html", "Content-Length": str(len(body)), "Connection": "close", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def leading_to(target: str) -> bytes:
    return answer("302 Found", b"", Location=target)


def try_fetch(
    address: str, *responses: bytes, resolver: Callable[[str, int], list[str]] = lambda host, port: [PUBLIC]
) -> tuple[Page | None, str, list[tuple[str, int]]]:
    """The page or the error in words, and the connections made."""
    network = Recorder(*responses)
    try:
        page = fetch(address, Limits(2**20, 20), resolver=resolver, network=network)
    except AddressError as error:
        return None, str(error), network.connected
    return page, "", network.connected


def test_a_page(site: Site) -> None:
    address = site.put("/leases?year=2023", content_type="text/html", content_length=str(len(PAGE)))
    told: list[tuple[str, int, int]] = []
    page = fetch(f"{address}#part", HERE, lambda *step: told.append(step))
    assert page == Page(address=address, name=f"127.0.0.1:{site.url[17:]}/leases?year=2023.html", data=PAGE)
    assert told[-1] == ("fetching 127.0.0.1", len(PAGE), len(PAGE))
    (request,) = site.seen
    assert request["host"] == site.url.removeprefix("http://")
    assert request["user-agent"].startswith("corpus-assistant/")
    assert not {"cookie", "authorization", "referer"} & set(request)


def test_redirects_carry_no_cookie_and_are_told(site: Site) -> None:
    site.put("/new", content_type="text/html")
    address = site.put("/old", b"", 301, location="/new", set_cookie="id=1", content_length="0")
    page = fetch(address, HERE)
    assert (page.address, page.notes) == (address, (f"read from {site.url}/new",))
    assert page.name.endswith("/old.html")
    assert [request["path"] for request in site.seen] == ["/old", "/new"]
    assert all("cookie" not in request for request in site.seen)


def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(site.put("/a", content_type="text/html"), HERE).data == PAGE


def test_redirects_without_end(site: Site) -> None:
    address = site.put("/round", b"", 302, location="/round", content_length="0")
    with pytest.raises(AddressError, match="without end"):
        fetch(address, HERE)
    assert len(site.seen) == 6


@pytest.mark.parametrize(
    ("status", "told"),
    [(404, "Check the address"), (403, "save the page"), (429, "Try again later"), (503, "Try again later"),
     (204, "Check the address"), (304, "Check the address"), (302, "Check the address")],
)  # fmt: skip
def test_no_page(site: Site, status: int, told: str) -> None:
    with pytest.raises(AddressError, match=rf"answered with status {status}.*") as raised:
        fetch(site.put("/a", b"", status), HERE)
    assert told in raised.value.next_step


# --- limits -------------------------------------------------------------------------------------------------


def test_a_size_that_is_stated_is_not_read(site: Site) -> None:
    with pytest.raises(AddressError, match="larger than the limit of 1 MiB"):
        fetch(site.put("/a", content_type="text/html", content_length=str(2**20 + 1)), HERE)


def test_a_size_that_is_not_stated_is_cut_off_while_it_streams(site: Site) -> None:
    with pytest.raises(AddressError, match="larger than the limit of 1 MiB"):
        fetch(site.put("/a", itertools.repeat(b"x" * 65536), content_type="text/plain"), HERE)
    assert site.gone.wait(10), "the server was still being read from"


def test_a_page_of_exactly_the_limit(site: Site) -> None:
    body = b"x" * 2**20
    assert fetch(site.put("/a", body, content_type="text/plain"), HERE).data == body
    packed = gzip.compress(body)
    assert fetch(site.put("/b", packed, content_type="text/plain", content_encoding="gzip"), HERE).data == body


@pytest.mark.parametrize(
    ("body", "encoding", "told"),
    [
        (gzip.compress(b"\0" * 2**28), "gzip", "larger than the limit"),
        (gzip.compress(b"x" * 2**19) * 3, "gzip", "larger than the limit"),
        (gzip.compress(PAGE)[:-20], "gzip", "broke off"),
        (PAGE, "gzip", "packed wrongly"),
        (zlib.compress(PAGE), "deflate", "packed as deflate"),
        (PAGE, "br, gzip", "packed as br, gzip"),
        (b" \n", "identity", "is empty"),
    ],
    ids=["bomb", "bomb in members", "cut off", "not packed", "deflate", "two encodings", "empty"],
)
def test_packed_pages_that_are_refused(site: Site, body: bytes, encoding: str, told: str) -> None:
    with pytest.raises(AddressError, match=told):
        fetch(site.put("/a", body, content_type="text/html", content_encoding=encoding), HERE)


def test_packed_pages_that_are_read(site: Site) -> None:
    body = gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:])
    assert fetch(site.put("/a", body, content_type="text/html", content_encoding="x-gzip"), HERE).data == PAGE


def drip() -> Iterator[bytes]:
    while True:
        time.sleep(0.1)
        yield b"x"


def test_a_server_that_drips_is_left_in_time(site: Site) -> None:
    address = site.put("/a", drip(), content_type="text/plain")
    started = time.monotonic()
    with pytest.raises(AddressError, match=r"took longer than 0\.5 s|in time"):
        fetch(address, Limits(2**20, 0.5, private=True))
    assert time.monotonic() - started < 5


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(AddressError, match="does not answer in time"):
            fetch(address, Limits(2**20, 0.5, private=True))


def test_a_look_up_that_takes_for_ever_is_left_in_time() -> None:
    ended = threading.Event()

    def waiting(host: str, port: int) -> list[str]:
        ended.wait(30)
        return [PUBLIC]

    with pytest.raises(AddressError, match="does not answer in time"):
        fetch("https://slow.example/", Limits(2**20, 0.3), resolver=waiting, network=Recorder())
    ended.set()


def test_a_page_that_breaks_off(site: Site) -> None:
    with pytest.raises(AddressError, match="broke off"):
        fetch(site.put("/a", content_type="text/html", content_length="5000"), HERE)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(AddressError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", HERE)


def test_what_is_not_read_is_told(site: Site) -> None:
    with pytest.raises(AddressError, match="of the type image/png, which is not supported"):
        fetch(site.put("/a.png", b"\x89PNG", content_type="image/png"), HERE)


# --- where it may lead --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "169.254.169.254", "0.0.0.0", "[::]"],
)  # fmt: skip
def test_this_machine_is_refused_however_it_is_written(site: Site, host: str) -> None:
    network = Recorder()
    with pytest.raises(AddressError, match=r"of this machine or of a private network|There is no host") as raised:
        fetch(f"{site.url.replace('127.0.0.1', host)}/", Limits(2**20, 20), network=network)
    assert network.connected == []
    assert raised.value.next_step


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    _, error, connected = try_fetch("https://two.example/", resolver=lambda host, port: [PUBLIC, "10.0.0.1"])
    assert "two.example is 10.0.0.1" in error
    assert connected == []


def test_the_address_that_was_checked_is_connected_to() -> None:
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    page, _, connected = try_fetch("http://rebinding.example/a", answer(), resolver=rebinding)
    assert page and page.data == PAGE
    assert connected == [(PUBLIC, 80)]
    assert looked_up == ["rebinding.example"]


def test_the_host_is_named_in_tls() -> None:
    named: list[str | None] = []

    class Stream(httpcore.MockStream):
        def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: Any = None) -> Any:
            named.append(server_hostname)
            assert ssl_context.check_hostname
            return self

    class Network(Recorder):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
            self.connected.append((host, port))
            return Stream([answer()])

    network = Network()
    fetch("https://bücher.example/", Limits(2**20, 20), resolver=lambda *_: [PUBLIC], network=network)
    assert (named, network.connected) == (["xn--bcher-kva.example"], [(PUBLIC, 443)])


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://inner.example/", "inner.example is 10.0.0.1"), ("http://[::1]:9/", "::1 is an address"),
        ("file:///etc/passwd", "file:/etc/passwd is no address"), ("//me:secret@example.com/", "has a user name"),
        ("http://a:0/", "no valid address"), ("http://\u202e/", "no valid address"),
    ],
)  # fmt: skip
def test_redirects_are_checked_like_what_was_typed(target: str, told: str) -> None:
    def resolver(host: str, port: int) -> list[str]:
        return {"outer.example": [PUBLIC], "inner.example": ["10.0.0.1"]}.get(host) or [host]

    _, error, connected = try_fetch("http://outer.example/", leading_to(target), answer(), resolver=resolver)
    assert told in error
    assert "secret" not in error
    assert connected == [(PUBLIC, 80)]


def test_a_protected_page_does_not_lead_to_an_unprotected_one() -> None:
    _, error, connected = try_fetch("https://outer.example/", leading_to("http://outer.example/"), answer())
    assert "unprotected" in error
    assert connected == [(PUBLIC, 443)]


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    class Network(Recorder):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
            stream = super().connect_tcp(host, port)
            if ":" in host:
                raise httpcore.ConnectError("no route")
            return stream

    network = Network(b"", answer())
    addresses = ["2606:4700::1", PUBLIC]
    page = fetch("http://both.example/", Limits(2**20, 20), resolver=lambda *_: addresses, network=network)
    assert page.data == PAGE
    assert [host for host, _ in network.connected] == addresses
