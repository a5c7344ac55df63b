"""Zip archives: several documents with names of their own, and members that are no honest files."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence

import pytest

from assistant.documents import archive, packed, read_document
from assistant.documents.registry import is_archive, read_documents
from assistant.errors import DocumentError


def zipped(*members: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as file:
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, data in members:
            file.writestr(name, data)
    return target.getvalue()


def read(data: bytes) -> tuple[list[tuple[str, str]], Sequence[str]]:
    documents = read_documents(data, "files.zip", "/somewhere/files.zip")
    assert {document.source for document in documents} == {"/somewhere/files.zip"}
    assert not any(document.notes for document in documents[1:])
    return [(document.name, document.text) for document in documents], documents[0].notes


def test_an_archive_is_several_documents() -> None:
    data = zipped(("a.md", "# One"), ("deep/er/b.txt", "Two words."), ("deep/c.json", '{"k": 3}'), ("deep/", ""))
    assert read(data) == (
        [("files.zip/a.md", "One"), ("files.zip/deep/er/b.txt", "Two words."), ("files.zip/deep/c.json", "k: 3")],
        (),
    )
    assert is_archive("FILES.ZIP") and not is_archive("files.zip/a.md")


def test_hidden_files_are_left_alone() -> None:
    data = zipped(("a.md", "One"), (".git/b.md", "Two"), ("__MACOSX/._a.md", "x"), ("deep/.DS_Store", "x"))
    assert read(data) == ([("files.zip/a.md", "One")], ())


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("photo.png", b"\x89PNG", "photo.png: .png is not a supported format"),
        ("empty.txt", b" ", "empty.txt is empty"),
        ("binary.txt", b"\0\1", "binary.txt is a binary file"),
        ("/etc/a.md", b"words", "names a place outside the archive"),
        ("../a.md", b"words", "names a place outside the archive"),
        ("deep/../../a.md", b"words", "names a place outside the archive"),
        ("C:\\a.md", b"words", "names a place outside the archive"),
        ("..\\a.md", b"words", "names a place outside the archive"),
        ("inner.zip", zipped(("a.md", "words")), "inner.zip is an archive in another one"),
        ("good.md", b"Other words.", "good.md stands in the archive more than once"),
        ("./good.md", b"Other words.", "good.md stands in the archive more than once"),
    ],
)
def test_what_is_not_read_is_told(name: str, data: bytes, says: str) -> None:
    texts, notes = read(zipped(("good.md", "Words."), (name, data)))
    assert texts == [("files.zip/good.md", "Words.")]
    (note,) = notes
    assert note.startswith("not read from files.zip: ") and says in note


def test_only_so_many_are_told_by_name() -> None:
    _, (note,) = read(zipped(("good.md", "Words."), *((f"{n}.png", "x") for n in range(25))))
    assert note.count(".png is not") == 10
    assert note.endswith("; and 15 more")


def test_a_locked_or_damaged_member_is_told() -> None:
    data = bytearray(zipped(("good.md", "Words."), ("bad.md", "Other words."), ("shut.md", "x"), method=0))
    data[data.index(b"Other words.")] ^= 0xFF
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    texts, (note,) = read(bytes(data))
    assert [name for name, _ in texts] == ["files.zip/good.md"]
    assert "bad.md: files.zip is damaged" in note and "shut.md: files.zip is locked" in note


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"words", "is damaged or not what its suffix says"),
        (zipped(("a.md", "Words."))[:-30], "is damaged"),
        (zipped(), "holds no file that can be read"),
        (zipped(("a.png", "x")), "a.png: .png is not a supported format"),
        (zipped(("a.md", b" " * 2_000)), "unpacks to far more"),
        (zipped(("a.md", b"a" * 900), ("b.md", b"b" * 900)), "unpacks to far more"),
        (zipped(*((f"{n}.md", "x") for n in range(30))), "more than 20 files"),
    ],
    ids="words cut empty pictures bomb bombs many".split(),
)
def test_bad_archives(data: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MAX_PART", 1_000)
    monkeypatch.setattr(packed, "MAX_ALL", 1_500)
    monkeypatch.setattr(archive, "_MAX_MEMBERS", 20)
    with pytest.raises(DocumentError) as caught:
        read(data)
    assert says in str(caught.value)
    assert caught.value.next_step and "\n" not in str(caught.value)


def test_an_archive_is_no_single_document() -> None:
    with pytest.raises(DocumentError, match="archive"):
        read_document(zipped(("a.md", "x")), "files.zip", "")


def test_the_text_of_all_members_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.documents.registry._MAX_CHARACTERS", 100)
    monkeypatch.setattr("assistant.documents.registry._MAX_IN_ALL", 250)
    long = ("long.md", "word " * 30)
    documents, notes = read(zipped(("a.md", "word " * 19), long, ("b.md", "word " * 19)))
    assert [name for name, _ in documents] == ["files.zip/a.md", "files.zip/b.md"]
    assert "long.md comes to 149 characters of text, over the limit of 100" in notes[0]
    with pytest.raises(DocumentError, match=r"The files in files\.zip come to more than 250 characters") as caught:
        read(zipped(*((f"{letter}.md", "word " * 19) for letter in "abc")))
    assert "Unpack" in caught.value.next_step


def test_too_many_entries_are_refused_before_an_object_is_made_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_MAX_ENTRIES", 5)
    few, many = (zipped(*((f"{number}.md", "Words.") for number in range(count))) for count in (5, 6))
    # Behind a comment; behind other bytes; with an end that lies about their number.
    lying = bytearray(many)
    lying[-14:-10] = b"\1\0\1\0"
    commented = bytearray(many)
    commented[-2:] = b"\3\0"
    for data in (many, bytes(lying), bytes(commented) + b"end", b"prefix" + many):
        with monkeypatch.context() as patched:
            patched.setattr("zipfile.ZipFile", lambda *_: pytest.fail("it was opened"))
            with pytest.raises(DocumentError, match="more than 5 entries"):
                packed.Packed(data, "files.zip")
    # The entries of a zip file that is stored in another one are none of it.
    stored = zipped(("inner.zip", many), ("a.md", "Words."), method=zipfile.ZIP_STORED)
    for data, count in ((few, 5), (b"prefix" + few, 5), (stored, 2)):
        assert len(packed.Packed(data, "files.zip").names) == count
