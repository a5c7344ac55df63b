"""A folder with everything in it that files can do to a reader: each is told with a next step, the rest is indexed."""

from __future__ import annotations

import gzip
import os
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from library_parts import BAKERY, OpenLibrary
from pdfs import make_pdf

from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.documents.registry import check_file
from assistant.errors import DocumentError
from assistant.index.ingest import AddResult

ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY a "words words words words">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 12}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><bomb>&i;</bomb>"
).encode()
ALIASES = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
PAGE = "<html><body><article>{}<p>The yard at Lindholm built twelve boats in May.</p>{}</article></body></html>"


def make_zip(*members: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def bombs_within(depth: int) -> bytes:
    inner = bytes(2**20)
    for level in range(depth):
        inner = make_zip(*((f"{level}-{copy}.zip", inner) for copy in range(4)))
    return inner


def office_bomb() -> bytes:
    parts = ("[Content_Types].xml", b"<Types/>"), ("word/document.xml", ENTITIES)
    return make_zip(*parts)


def wide_bomb() -> bytes:
    """Many members that are each small enough, and too much together."""
    return make_zip(*((f"{number}.txt", b" " * 2**23) for number in range(26)))


#: Files by name: their bytes, and what is said of them; None where they are read.
FILES: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "bomb.zip": (lambda: make_zip(("zeros.txt", bytes(50 * 2**20))), "unpacks to far more"),
    "wide-bomb.zip": (wide_bomb, "unpacks to far more"),
    "nested-bomb.zip": (lambda: bombs_within(3), "archive in another one"),
    "bomb.docx": (lambda: make_zip(("word/document.xml", bytes(210 * 2**20))), "over the limit of 200 MiB"),
    "outside.zip": (lambda: make_zip(("../../escaped.txt", b"Words."), ("/etc/rooted.txt", b"Words.")), "outside"),
    "entities.xml": (lambda: ENTITIES, "declares entities of its own"),
    "entities.docx": (office_bomb, "document type declaration"),
    "aliases.md": (lambda: f"---\na: &a [x, y]\n{ALIASES}title: *j\n---\nWords.".encode(), "front matter"),
    "huge.txt": (lambda: b"", "over the limit of"),
    "deep.html": (lambda: PAGE.format("<div>" * 50_000, "</div>" * 50_000).encode(), "no article text"),
    "deep.json": (lambda: b"[" * 200_000 + b"]" * 200_000, "nests its values too deeply"),
    "deep.xml": (lambda: b"<a>" * 100_000 + b"words" + b"</a>" * 100_000, "XML"),
    "really-a.txt": (lambda: make_pdf([["Words."]]), "by its first bytes it is a PDF file"),
    "really-b.pdf": (lambda: make_zip(("a.txt", b"Words.")), "by its first bytes it is a zip archive"),
    "really-c.docx": (lambda: b"Plain words.", "not a readable Word document"),
    "really-d.csv": (lambda: gzip.compress(b"a,b\n1,2\n"), "gzip archive"),
    "nul.txt": (lambda: b"Some words\x00and more words", "binary file"),
    "mixed.txt": (lambda: "Café in the harbour.\n".encode() + "Rübe in the field.\n".encode("cp1252"), None),
    "two\nlines.md": (lambda: b"Words.", "line break"),
    "inside\rname.zip": (lambda: make_zip(("a.txt", b"Words.")), "line break"),
    "lines-inside.zip": (lambda: make_zip(("two\nlines.txt", b"Words."), ("good.txt", b"Words of the yard.")), None),
}  # fmt: skip


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenLibrary, dict[str, AddResult]]]:
    """The folder synced with good files between the bad ones, and what became of each by its name."""
    root = tmp_path_factory.mktemp("bad")
    folder = root / "files"
    folder.mkdir()
    for name, (make, _) in FILES.items():
        (folder / name).write_bytes(make())
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200 * 2**20)
    (root / "secret.md").write_text(BAKERY)
    (folder / "link.md").symlink_to(root / "secret.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    os.mkfifo(folder / "pipe.md")
    for name in ("a-first.md", "m-between.md", "z-last.md"):
        (folder / name).write_text(f"# {name}\n\n{BAKERY}")
    (folder / "table.csv").write_text("plant,boats\nLindholm,12\n")
    with OpenLibrary(root / "home") as library:
        library.ingest.max_bytes = 40 * 2**20
        yield library, {result.name: result for result in library.sync(folder)}


@pytest.mark.parametrize("name", FILES, ids=ascii)
def test_each_is_read_or_told(synced: tuple[OpenLibrary, dict[str, AddResult]], name: str) -> None:
    result = synced[1][ascii(name)[1:-1]]
    says = FILES[name][1]
    if says is None:
        assert result.status == "added", result.reason
        return
    assert result.status == "failed"
    assert says in result.reason and result.next_step
    assert "\n" not in result.reason + result.next_step + result.name


def test_the_rest_is_indexed(synced: tuple[OpenLibrary, dict[str, AddResult]]) -> None:
    library, told = synced
    assert {name for name, result in told.items() if result.status == "added"} == {
        "a-first.md", "m-between.md", "z-last.md", "table.csv",
        *(name for name, (_, says) in FILES.items() if says is None),
    }  # fmt: skip
    assert library.in_step()


def test_links_that_leave_the_folder_or_lead_nowhere_are_told(
    synced: tuple[OpenLibrary, dict[str, AddResult]],
) -> None:
    told = synced[1]
    assert "outside the folder" in told["link.md"].reason
    assert told["loop.md"].status == "failed" and told["loop.md"].next_step


def test_what_is_odd_and_read_is_read_right(synced: tuple[OpenLibrary, dict[str, AddResult]]) -> None:
    library, told = synced
    texts = {info.name: library.store.text(info.name) for info in library.store.documents()}
    assert "Café in the harbour." in texts["mixed.txt"] and "Rübe in the field." in texts["mixed.txt"]
    assert "two\\nlines.txt" in told["lines-inside.zip"].reason
    assert "escaped" not in " ".join(texts) and "rooted" not in " ".join(texts)


def test_no_permission_is_told(opened: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "shut.md", "z.md"):
        (tmp_path / "files").mkdir(exist_ok=True)
        (tmp_path / "files" / name).write_text(f"# {name}\n\n{BAKERY}")
    real = Path.read_bytes

    def denied(self: Path) -> bytes:
        # What the system answers; file modes do not stop a privileged user.
        if self.name == "shut.md":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", denied)
    told = {result.name: result for result in opened.sync(tmp_path / "files")}
    assert [told[name].status for name in ("a.md", "shut.md", "z.md")] == ["added", "failed", "added"]
    assert "Permission denied" in told["shut.md"].reason and "permissions" in told["shut.md"].next_step


def test_a_long_pdf_is_read(tmp_path: Path) -> None:
    data = make_pdf([[f"Page {number} speaks of boat {number}."] for number in range(1, 5001)])
    parser = ParserProcess(ReadLimits(seconds=100, megabytes=1024))
    try:
        (document,) = parser.read(data, "long.pdf", "long.pdf")
    finally:
        parser.close()
    assert document.page_count == 5000 and document.blocks[-1].page == 5000
    assert "Page 4711 speaks of boat 4711." in document.text


def test_a_text_over_the_memory_is_refused_where_the_size_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"Words of a text without end. " * 7_300_000)
    check_file(path, 4096 * 2**20)
    parser = ParserProcess(ReadLimits(seconds=100, megabytes=400))
    try:
        with pytest.raises(DocumentError, match="takes more than 400 MiB of memory to read"):
            parser.read(path.read_bytes(), path.name, str(path))
        assert parser.read(b"a,b\n1,2\n", "a.csv", "a")[0].text
    finally:
        parser.close()
