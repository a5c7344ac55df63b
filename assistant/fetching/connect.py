"""Connections that go where they were checked to go: a host is resolved once, and the address found is connected to.

It is the lowest layer of the HTTP client, so no redirect, no second look-up and no odd way of writing an address
(`http://2130706433/`, `http://[::ffff:127.0.0.1]/`) gets around it. The client above goes on to name the host in its
request and in TLS. Every wait is bounded by what is left of the time for the whole.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from assistant.errors import AddressError

Resolver = Callable[[str, int], Sequence[str]]
#: Longest wait for a look-up, for a connection and for the next bytes, in seconds.
_PATIENCE_S = 15.0
#: IPv6 addresses that a network translates to the IPv4 address in their last 32 bits (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large: no private, local, multicast or reserved one.

    An IPv6 address that stands for an IPv4 address is judged by that.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order the system wants them tried.

    Raises:
        OSError: there is no such host.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Deadline:
    """The time left for one address, redirects and all."""

    def __init__(self, seconds: float, address: str) -> None:
        self._seconds = seconds
        self._address = address
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The longest that the next step may take, in seconds.

        Raises:
            AddressError: nothing is left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise AddressError(
                f"{self._address} took longer than {self._seconds:g} s",
                "Try again later, or raise ASSISTANT_FETCH_TIMEOUT_S.",
            )
        return min(left, _PATIENCE_S)


class CheckedNetwork(httpcore.NetworkBackend):
    """Opens connections to allowed IP addresses only.

    Args:
        deadline: bounds every wait.
        private: whether addresses of this machine and its networks are allowed.
        resolver: gives the IP addresses of a host.
        network: what really connects.
    """

    def __init__(self, deadline: Deadline, private: bool, resolver: Resolver, network: httpcore.NetworkBackend) -> None:
        self._deadline = deadline
        self._private = private
        self._resolver = resolver
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of a host's IP addresses that answers.

        Raises:
            AddressError: one of them is not allowed, there is no such host, or the time is over.
            httpcore.ConnectError, httpcore.ConnectTimeout: none answers.
        """
        failed: Exception | None = None
        for ip in self._allowed(host, port):
            try:
                stream = self._network.connect_tcp(ip, port, self._deadline.left(), local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("no address")

    def _allowed(self, host: str, port: int) -> Sequence[str]:
        try:
            found = _in_time(lambda: self._resolver(host, port), self._deadline.left())
        except (OSError, UnicodeError) as error:
            raise AddressError(f"There is no host {host}", "Check the address and your connection.") from error
        # One is enough to refuse: a host that is here and there at once is up to something.
        bad = [] if self._private else [ip for ip in found if not is_public(ip)]
        if bad:
            where = f"{host} is" if host == bad[0] else f"{host} is {bad[0]},"
            raise AddressError(
                f"{where} an address of this machine or of a private network",
                "If you trust it, set ASSISTANT_FETCH_PRIVATE=true.",
            )
        return found


def _in_time(look_up: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """What a look-up gives; the system's own has no time limit, so it is left alone when it takes too long."""
    found: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            found.put(look_up())
        except Exception as error:
            found.put(error)

    threading.Thread(target=run, name="assistant-resolve", daemon=True).start()
    try:
        result = found.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout("no answer from the name server") from None
    if isinstance(result, Exception):
        raise result
    return result


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends with the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
