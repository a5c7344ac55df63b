"""The process files are read in, and pages drawn: `parser.py` starts it, sends it files, and ends it.

Run as `python -m assistant.documents.worker SECONDS MEGABYTES FOLDER`; it imports the readers and nothing else of the
house, and takes FOLDER, its place for temporary files, with it.
It ends when its input does, so that it never outlives who started it: a thread waits for that, and where a
reader keeps that thread from running, an alarm clock ends the process soon after SECONDS.

Memory is limited by the system where it can: `RLIMIT_DATA` on Linux (what is written to, not addresses that are only
set aside), `RLIMIT_AS` on other Unixes. macOS takes these limits and keeps few of them, so that there a thread watches
the highest use of memory as well. Windows knows neither; what bounds a reader there is the time, the size of files
and each reader's own limits.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import IO

from pydantic import BaseModel, SecretStr

from assistant.documents.frames import (
    Began,
    Draw,
    Drawn,
    Failed,
    Progressed,
    Read,
    Refused,
    Request,
    Taken,
    parse_request,
    receive,
    send,
)
from assistant.documents.options import ReadOptions
from assistant.documents.page_picture import draw_page
from assistant.documents.registry import read_documents
from assistant.errors import DocumentError

#: Exit code of a process that used more memory than it may.
OUT_OF_MEMORY = 3
#: Who started this ends it when time is up; if that is gone, the alarm does, so many seconds later.
_GRACE_S = 2.0
_WATCH_S = 0.1


def limit_memory(megabytes: int) -> None:
    """Have the system refuse more memory than this, as far as it can (see the module)."""
    try:
        import resource
    except ImportError:
        return
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    _, hard = resource.getrlimit(kind)
    wanted = megabytes * 2**20
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    if sys.platform != "linux":
        threading.Thread(target=_watch_memory, args=(wanted,), daemon=True).start()


def _watch_memory(most: int) -> None:
    import resource

    # Kilobytes everywhere but on macOS (getrusage(2)).
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= most:
        time.sleep(_WATCH_S)
    os._exit(OUT_OF_MEMORY)


def _end(folder: str) -> None:
    """End at once, and with this process whatever a reader started or left in its folder."""
    shutil.rmtree(folder, ignore_errors=True)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _listen(stream: IO[bytes], inbox: queue.SimpleQueue[tuple[bytes, bytes]], folder: str) -> None:
    while (head := receive(stream)) is not None and (data := receive(stream)) is not None:
        inbox.put((head, data))
    _end(folder)


def _answer(head: bytes, data: bytes, say: Callable[[BaseModel], None]) -> None:
    request = parse_request(head)
    try:
        say(_drawn(request, data) if isinstance(request, Draw) else _read(request, data, say))
    except DocumentError as error:
        say(Refused(message=error.args[0], next_step=error.next_step))
    except (MemoryError, SystemError):  # libraries in C that forget to say that memory ran out raise the latter
        say(Failed(error="MemoryError", trace=""))
    except Exception as error:  # whatever a library lets out of a broken file must not stop the rest
        say(Failed(error=type(error).__name__, trace=traceback.format_exc(limit=-12)))


def _read(request: Request, data: bytes, say: Callable[[BaseModel], None]) -> Read:
    options = ReadOptions(
        passwords=tuple(SecretStr(word) for word in request.passwords),
        ocr=request.ocr,
        ocr_languages=request.ocr_languages,
        ocr_pages=request.ocr_pages,
        began=lambda member: say(Began(member=member)),
        progress=lambda what, done, total: say(Progressed(what=what, done=done, total=total)),
    )
    return Read(documents=tuple(read_documents(data, request.name, request.source, options, request.skip)))


def _drawn(request: Draw, data: bytes) -> Drawn:
    options = ReadOptions(passwords=tuple(SecretStr(word) for word in request.passwords))
    picture = draw_page(
        data,
        request.name,
        request.page,
        member=request.member,
        quote=request.quote,
        before=request.before,
        options=options,
    )
    return Drawn(picture=picture)


def main(seconds: float, megabytes: int, folder: str) -> None:
    """Read files until the input ends."""
    # Ctrl-C, and the end of a whole group of processes, is for the one who started this; the end of the input follows.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # What a library prints must not get between the replies.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_memory(megabytes)
    inbox: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox, folder), daemon=True).start()

    def set_alarm(after: float) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, after)

    def say(message: BaseModel) -> None:
        send(replies, message.model_dump_json().encode())
        set_alarm(seconds + _GRACE_S)

    while True:
        head, data = inbox.get()
        say(Taken())
        _answer(head, data, say)
        set_alarm(0)
        del head, data


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
