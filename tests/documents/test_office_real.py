"""Real office files (../shared/evaldata/formats): read with nearly all their words."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from document_parts import read
from office_parts import texts

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "evaldata" / "formats" / "markitdown"
RUN = re.compile(r"<(\w+:t|c:v)(?: [^>]*)?>([^<]*)</\1>|</(?:w:p|a:p|c:pt|si|w:tc)>")


def stated(path: Path) -> str:
    """The text of an office file's parts, taken from the markup as it stands."""
    wanted = r"word/(document|comments|footnotes)\.xml|ppt/(slides|charts|notesSlides)/[^/]+\.xml|xl/sharedStrings\.xml"
    with zipfile.ZipFile(path) as archive:
        markup = "".join(archive.read(name).decode() for name in archive.namelist() if re.fullmatch(wanted, name))
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "/worksheets/sheet" in name)
    markup += re.sub(r"<c [^>]*><v>([^<]*)</v>", r"<c:v>\1</c:v>", re.sub(r'<c [^>]*t="s".*?</c>', "", sheets))
    markup = re.sub(r"<(/?)t\b", r"<\1x:t", markup)
    text = ""
    for kind, content in RUN.findall(markup):
        # Words are cut between runs, but not between the pieces of equations and between points of charts.
        text += content if kind in ("w:t", "a:t", "x:t") else f" {content} "
    return text


def contained(wanted: str, text: str) -> float:
    """The share of a text's words, each as often as it stands there, that another has."""
    words, given = (Counter(re.findall(r"\w+", each.lower())) for each in (wanted, text))
    return sum((words & given).values()) / sum(words.values())


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/evaldata/formats is not here")
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("test.docx", "test.docx"),
        ("equations.docx", "equations.docx"),
        ("rlink.docx", "rlink.docx"),
        ("test_with_comment.docx", "test_with_comment.docx"),
        ("test.pptx", "test.pptx"),
        ("test.xlsx", "test.xlsx"),
        # The same workbook in the old format.
        ("test.xls", "test.xlsx"),
    ],
)
def test_real_files_are_read_whole(name: str, reference: str) -> None:
    # What is expected of these files is not given beside them: "test.md" there is of the PDF.
    document = read((REAL / name).read_bytes(), name)
    assert contained(stated(REAL / reference), document.text) >= 0.95


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/evaldata/formats is not here")
def test_a_real_table_in_shift_jis() -> None:
    data = (REAL / "test_mskanji.csv").read_bytes()
    document = read(data, "test_mskanji.csv")
    assert texts(document)[:2] == ["名前 | 年齢 | 住所", "佐藤太郎 | 年齢: 30 | 住所: 東京"]
    assert contained(data.decode("cp932"), document.text) == 1
