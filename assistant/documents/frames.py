"""What is said between the Assistant and its reading process: frames of a length and that many bytes.

A request is two frames, a `Request` or a `Draw` as JSON and the file's bytes; replies are frames of JSON, the first of
them `Taken`, the last `Read`, `Drawn`, `Refused` or `Failed`.
"""

from __future__ import annotations

import struct
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.documents.model import Document
from assistant.documents.page_picture import PagePicture

_LENGTH = struct.Struct(">Q")


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Message):
    """A file to read, with the fields of `ReadOptions`. `skip` are members of an archive to leave out, and why."""

    kind: Literal["read"] = "read"
    name: str
    source: str
    passwords: tuple[str, ...] = Field(default=(), repr=False)
    ocr: bool
    ocr_languages: str
    ocr_pages: int
    skip: dict[str, str] = {}


class Draw(_Message):
    """A page of a PDF to draw, with the arguments of `draw_page`."""

    kind: Literal["draw"] = "draw"
    name: str
    page: int
    member: str = ""
    quote: str = ""
    before: str = ""
    passwords: tuple[str, ...] = Field(default=(), repr=False)


class Taken(_Message):
    """The whole request has come: what happens from here on is its doing."""

    kind: Literal["taken"] = "taken"


class Began(_Message):
    """A member of an archive is read now."""

    kind: Literal["began"] = "began"
    member: str


class Progressed(_Message):
    """So much of a long document is read."""

    kind: Literal["progressed"] = "progressed"
    what: str
    done: int
    total: int


class Read(_Message):
    """The documents of the file."""

    kind: Literal["read"] = "read"
    documents: tuple[Document, ...]


class Drawn(_Message):
    """The picture of the page."""

    kind: Literal["drawn"] = "drawn"
    picture: PagePicture


class Refused(_Message):
    """A `DocumentError`."""

    kind: Literal["refused"] = "refused"
    message: str
    next_step: str


class Failed(_Message):
    """Any other error: its name, and where it arose."""

    kind: Literal["failed"] = "failed"
    error: str
    trace: str


Reply = Taken | Began | Progressed | Read | Drawn | Refused | Failed
_REQUEST: TypeAdapter[Request | Draw] = TypeAdapter(Annotated[Request | Draw, Field(discriminator="kind")])
_REPLY: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def send(stream: IO[bytes], *frames: bytes) -> None:
    """Write frames and flush."""
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def receive(stream: IO[bytes], most: int | None = None) -> bytes | None:
    """The next frame; None if the stream ends before it is whole.

    Raises:
        ValueError: it says to be longer than `most` bytes.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if most is not None and length > most:
        raise ValueError(f"a frame of {length} bytes")
    body = stream.read(length)
    return body if len(body) == length else None


def parse_request(frame: bytes) -> Request | Draw:
    """What is asked for.

    Raises:
        ValueError: it is no request.
    """
    return _REQUEST.validate_json(frame)


def parse_reply(frame: bytes) -> Reply:
    """A reply, checked: what a broken process says is not trusted.

    Raises:
        ValueError: it is none.
    """
    return _REPLY.validate_json(frame)
