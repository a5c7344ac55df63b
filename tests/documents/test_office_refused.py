"""Office files and tables that cannot be read: refused with what happened and what to do."""

from __future__ import annotations

import zipfile

import pytest
from document_parts import read
from office_files import changed_zip, make_compound, make_docx, make_pptx, make_xls, make_xlsx
from office_parts import SHEET, report

from assistant.documents import office
from assistant.errors import DocumentError

DOCX = make_docx(report)
BLANK = make_docx(lambda document: None)
ENTITIES = '<!DOCTYPE w [<!ENTITY a "words">]><w:document xmlns:w="x"/>'


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        *((f"a.{suffix}", make_compound("EncryptedPackage"), "locked") for suffix in ("docx", "pptx", "xlsx", "xls")),
        ("a.xls", make_xls({"A": [["b"]]}, password=True), "locked"),
        *((f"a.{suffix}", make_compound("WordDocument"), "old binary format") for suffix in ("docx", "pptx", "xlsx")),
        ("a.xls", make_compound("WordDocument"), "not a readable spreadsheet workbook"),
        *((f"a.{suffix}", b"just words", "not a readable") for suffix in ("docx", "pptx", "xlsx", "xls")),
        ("a.docx", DOCX[: len(DOCX) // 2], "not a readable Word document"),
        ("a.docx", DOCX.replace(b"PK\x03\x04", b"PK\x03\x05", 3), "not a readable Word document"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": b"<w:document"}), "not a readable Word document"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": ENTITIES.encode()}), "document type declaration"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": ENTITIES.encode("utf-16")}), "document type declaration"),
        ("a.xlsx", DOCX, "holds a Word document. Rename it to .docx"),
        ("a.docx", make_xlsx({"A": [["b"]]}), "Rename it to .xlsx"),
        ("a.xls", make_xlsx({"A": [["b"]]}), "Rename it to .xlsx"),
        ("a.pptx", changed_zip(b"PK\x05\x06" + b"\0" * 18, {"a.txt": b"words"}), "some other zip file"),
        ("a.docx", BLANK, "no text"),
        ("a.pptx", make_pptx(lambda deck: None), "no text"),
        ("a.xlsx", make_xlsx({"A": []}), "no text: all its sheets are empty"),
        ("a.xlsx", changed_zip(make_xlsx({"A": [["b"]]}), {SHEET: b"<worksheet><v>1"}), "not a readable"),
        ("a.xls", make_xls({"A": []}), "no text"),
        ("a.csv", "a,b\n" + '1,"' + "words " * 30_000, "quotation mark"),
        ("a.csv", b"a,b\n\0\0", "binary"),
        ("a.csv", ",\n,\n", "no text"),
    ],
)  # fmt: skip
def test_refused(name: str, data: bytes | str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(data, name)
    assert says in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.next_step


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed_zip(DOCX, {"word/media/zeros.bin": b"\0" * 2**20})
    monkeypatch.setattr(office, "MAX_UNPACKED", 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("the file was unpacked"))
    with pytest.raises(DocumentError, match="over the limit of 1 MiB"):
        read(bomb, "bomb.docx")
