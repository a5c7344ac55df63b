"""Files that cannot be read: one line that says what happened and what to do, and no other exception."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from pdfs import make_pdf

from assistant.documents import Document, read_document
from assistant.documents.registry import printable, read_bytes
from assistant.errors import DocumentError

LIMIT = 40 * 2**20
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def read(path: Path) -> Document:
    return read_document(read_bytes(path, LIMIT), path.name, str(path))


def refused(path: Path) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(path)
    error = caught.value
    assert error.next_step
    assert "\n" not in str(error)
    assert str(error) == f"{error.args[0]}. {error.next_step}"
    assert not error.args[0].endswith(".")
    return error


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.md", b" \n\t\r\n ", "empty"),
        ("blank-bom.txt", b"\xef\xbb\xbf \n", "no text"),
        ("photo.png", PNG, "not a supported format"),
        ("no-suffix", b"words", "not a supported format"),
        ("sheet.ods", b"PK\x03\x04words", "not a supported format"),
        ("photo.txt", PNG, "binary"),
        ("nul.txt", b"words\x00words", "binary"),
        ("control.txt", b"\x01\x02\x03\x04words" * 9, "binary"),
        ("packed.txt", zlib.compress(b"some words " * 50), "unknown text encoding"),
        ("half.txt", b"\xff\xfeabc", "encoding"),
        ("broken.pdf", b"%PDF-1.7\nnothing that a PDF has", "not a readable PDF"),
        ("cut.pdf", make_pdf([["Words."]])[:60], "not a readable PDF"),
        ("words.pdf", b"just words", "not a readable PDF"),
        ("scan.pdf", make_pdf([[], []]), "its pages are empty"),
        ("locked.pdf", make_pdf([["Words."]], password="secret"), "locked with a password"),
        ("menu.html", b"<html><body><script>var words = 1</script></body></html>", "no article text"),
        ("front.md", b"---\ntitle: [open\n---\nWords.", "front matter"),
        ("date.md", b"---\ndate: 2026-13-45\n---\nWords.", "front matter"),
        ("deep.md", b"---\n" + b"[" * 50_000 + b"\n---\nWords.", "front matter"),
        ("only-facts.md", b"---\ntitle: x\n---\n", "no text"),
        ("only-rule.md", b"***\n", "no text"),
    ],
)
def test_bad_content(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    error = refused(path)
    assert says in str(error)
    assert name in str(error)


def test_missing_and_folder(tmp_path: Path) -> None:
    assert "No such file" in str(refused(tmp_path / "missing.txt"))
    assert "is not a file" in str(refused(tmp_path))
    assert "No such file" in str(refused(tmp_path / "file.txt" / "beneath.txt"))
    assert "cannot be read" in str(refused(tmp_path / f"{'n' * 300}.txt"))


def test_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "is not a file" in str(refused(tmp_path / "pipe.txt"))


def test_over_the_limit_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    error = refused(path)
    assert "50 MiB, over the limit of 40 MiB" in str(error)
    assert "ASSISTANT_MAX_FILE_MB" in error.next_step


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("words")

    def denied(self: Path) -> bytes:
        # What the system answers; file modes do not stop a privileged user.
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", denied)
    error = refused(path)
    assert "Permission denied" in str(error)
    assert "permissions" in error.next_step


def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path / "caf") + b"\xe9.txt"))
    path.write_text("words")
    error = refused(path)
    assert "caf\\udce9.txt" in str(error)
    assert printable(path.name) == "caf\\udce9.txt"
    str(error).encode("utf-8")


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    data = make_pdf([["First page."], ["Second page."]])
    # The second page's object is no longer a page.
    damaged = data.replace(b"8 0 obj\n<< /Type /Page ", b"8 0 obj\n[[ /Type /Page ", 1)
    assert damaged != data
    path = tmp_path / "damaged.pdf"
    path.write_bytes(damaged)
    document = read(path)
    assert "First page." in document.text
    assert any("2" in note for note in document.notes)


LONG = b"Words upon words in a line.\n" * 4000


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", LONG + b"x\0y" + LONG, "a character that is no text (NUL or the like) was left out"),
        ("a.md", LONG + b"\0\1\2" + LONG, "3 characters that are no text (NUL or the like) were left out"),
        ("a.csv", b"plant,output\n" + b"Lindholm,412\n" * 6000 + b"Oslo\0,5\n", "a character that is no text"),
        ("a.txt", b"\xff\xfe" + (LONG.decode() + "\0" + LONG.decode()).encode("utf-16-le"), "a character that is"),
        ("a.txt", LONG, ""),
        ("a.txt", "Schöne Wörter\tund mehr\f\r\n".encode("utf-16"), ""),
    ],
)
def test_what_is_left_out_of_a_text_is_told(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    notes = read(tmp_path / name).notes
    assert len(notes) == bool(says) and all(says in note for note in notes)


def test_binary_behind_a_long_beginning_of_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(LONG + bytes(len(LONG)))
    assert "a.txt is a binary file" in str(refused(tmp_path / "a.txt"))


def test_more_text_than_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.documents.registry._MAX_CHARACTERS", 1_000)
    # Its labels stand in every row: the text is far longer than the file.
    path = tmp_path / "a.csv"
    path.write_text(f"plant,{'output of the plant ' * 5}\n" + "L,4\n" * 50)
    assert path.stat().st_size < 1_000
    error = refused(path)
    assert "a.csv comes to" in str(error) and "over the limit of 1,000" in str(error)
    path.write_text("plant,output\n" + "L,4\n" * 50)
    assert read(path).text
