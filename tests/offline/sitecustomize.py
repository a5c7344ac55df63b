"""Loaded by every Python process of the job: whatever leaves this machine is refused and written down."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

_RECORD = os.environ.get("OFFLINE_RECORD")


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host is None or (isinstance(host, str) and (host in ("", "localhost", "::1") or host.startswith("127.")))


def _refuse(what: str, target: object) -> None:
    with Path(str(_RECORD)).open("a", encoding="utf-8") as file:
        file.write(f"{what} {target!r}\n")
    raise OSError(errno.ENETUNREACH, f"the test refuses {what} {target!r}")


def _guarded(name: str, place: int) -> Any:
    real = getattr(socket.socket, name)

    def call(self: socket.socket, *words: Any) -> Any:
        address = words[place] if len(words) > abs(place) - (place < 0) else None
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and not _is_local(address[0]):
            _refuse(name, address)
        return real(self, *words)

    return call


def _guarded_lookup(name: str) -> Any:
    real = getattr(socket, name)

    def call(host: Any, *words: Any, **more: Any) -> Any:
        if not _is_local(host):
            _refuse(name, host)
        return real(host, *words, **more)

    return call


if _RECORD:
    for _name, _place in (("connect", 0), ("connect_ex", 0), ("sendto", -1), ("sendmsg", 3)):
        setattr(socket.socket, _name, _guarded(_name, _place))
    for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        setattr(socket, _name, _guarded_lookup(_name))
