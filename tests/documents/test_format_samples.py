"""Real files of many programs (../shared/evaldata/formats): read with nearly all their words, or refused with a reason.

What each should say is taken out of it here by other means than the readers': bare patterns and the standard library.
"""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.documents import Document, read_document
from assistant.documents.registry import read_bytes, read_documents
from assistant.errors import DocumentError

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "evaldata" / "formats" / "markitdown"
_WORD = re.compile(r"\w+")


def sample(name: str) -> Path:
    if not (SAMPLES / name).is_file():
        pytest.skip(f"../shared/evaldata/formats/markitdown/{name} is not here")
    return SAMPLES / name


def read(path: Path) -> Document:
    return read_document(read_bytes(path, 40 * 2**20), path.name, str(path))


def without_tags(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", source))


def contained(expected: str, text: str) -> float:
    """Share of the expected words, as often as they stand there, that are in a text."""
    wanted, held = Counter(_WORD.findall(expected.lower())), Counter(_WORD.findall(text.lower()))
    return sum((wanted & held).values()) / wanted.total()


def mail_words(path: Path) -> str:
    # Outlook keeps texts with two bytes a letter.
    text = path.read_bytes().decode("utf-16-le", "ignore")
    found = re.findall(r"Test Email Message|This is the body of the test email message|test\.\w+@example\.com", text)
    return " ".join(dict.fromkeys(found))


def book_words(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        pages = [book.read(name).decode() for name in book.namelist() if re.search(r"chap.*xhtml$", name)]
    return without_tags(" ".join(page.partition("<body")[2] for page in pages))


def notebook_words(path: Path) -> str:
    cells = json.loads(path.read_text())["cells"]
    outputs = [line for cell in cells for output in cell.get("outputs", []) for line in output["text"]]
    return " ".join(outputs + [line for cell in cells for line in cell["source"]])


def feed_words(path: Path) -> str:
    items = re.findall(r"<item>.*?</item>", path.read_text(), re.DOTALL)
    texts = re.findall(r"<(?:title|pubDate|\w+:encoded)>.*?</", " ".join(items), re.DOTALL)
    # Markup is escaped once more than in a page.
    return without_tags(html.unescape(without_tags(" ".join(f"{text}>" for text in texts))))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("test_outlook_msg.msg", mail_words),
        ("test.epub", book_words),
        ("test.json", Path.read_text),
        ("test_notebook.ipynb", notebook_words),
        ("test_rss.xml", feed_words),
    ],
)
def test_nearly_all_words_are_read(name: str, words: Callable[[Path], str]) -> None:
    path = sample(name)
    document = read(path)
    expected = words(path)
    assert expected.strip()
    assert contained(expected, document.text) >= 0.95
    assert document.notes == ()


def test_an_archive_gives_its_documents() -> None:
    path = sample("test_files.zip")
    documents = read_documents(read_bytes(path, 40 * 2**20), path.name, str(path))
    members = [info.filename for info in zipfile.ZipFile(path).infolist()]
    read_names = [document.name.removeprefix("test_files.zip/") for document in documents]
    assert {"test_blog.html", "test_wikipedia.html"} <= set(read_names) <= set(members)
    (note,) = documents[0].notes[-1:]
    assert all(name in read_names or f"{name}: " in note for name in members)


def test_what_no_reader_knows_is_refused() -> None:
    with pytest.raises(DocumentError, match="not a supported format"):
        read(sample("random.bin"))


@pytest.mark.parametrize("suffix", [".msg", ".epub", ".eml", ".json", ".ipynb", ".xml", ".mhtml", ".jsonl"])
def test_a_file_under_a_wrong_suffix_is_refused(suffix: str) -> None:
    data = sample("random.bin").read_bytes()
    with pytest.raises(DocumentError) as caught:
        read_document(data, f"random{suffix}", f"random{suffix}")
    assert caught.value.next_step
