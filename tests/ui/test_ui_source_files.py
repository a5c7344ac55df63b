"""What the page serves of documents: files as downloads, pages as pictures, by names of the index and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pdfs import make_pdf
from source_parts import Make
from ui_server import running

from assistant.ui.app import build_app
from assistant.ui.source_files import disposition

PDF = make_pdf([["Cover"], ["The reserve margin fell to 9 percent."]])
NAME = 'ne"w; <b>ü.pdf'


@pytest.fixture
def url(make_assistant: Make, work: Path) -> Iterator[str]:
    real = make_assistant()
    (work / NAME).write_bytes(PDF)
    (work / "page.md").write_text("<script>alert(1)</script> and some words")
    real.add([work / NAME, work / "page.md"])
    with running(build_app(real, real.settings)) as address:
        yield address


def test_files_and_pages(url: str, work: Path) -> None:
    def get(what: str, headers: dict[str, str] | None = None, **query: str | int) -> httpx.Response:
        return httpx.get(f"{url}/source/{what}", params=query, headers=headers)

    file = get("file", document=NAME)
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert file.headers["cache-control"] == "no-store"
    assert get("file", document="page.md").headers["content-type"] == "application/octet-stream"

    page = get("page", document=NAME, page=2)
    assert page.status_code == 200 and page.content.startswith(b"\x89PNG")
    assert page.headers["content-type"] == "image/png"
    assert page.headers["content-security-policy"].startswith("sandbox")

    for what in ("file", "page"):
        for name in ("/etc/passwd", f"../{work.name}/page.md", str(work / "page.md"), "", "nowhere.md", "a\0b"):
            assert get(what, document=name, page=1).status_code == 404
        # Another page may neither load a document nor lead to it.
        for site, mode in (("cross-site", "navigate"), ("same-site", "no-cors"), ("cross-site", "no-cors")):
            headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
            assert get(what, headers, document=NAME, page=1).status_code == 403
        assert get(what, {"Sec-Fetch-Site": "same-origin"}, document=NAME, page=1).status_code == 200
        assert httpx.post(f"{url}/source/{what}", params={"document": NAME, "page": 1}).status_code in (404, 405)
        assert httpx.get(f"{url}/source/{what}").status_code == 422
    assert get("page", document=NAME, page=9).status_code == 410
    assert get("page", document="page.md", page=1).status_code == 410
    assert get("page", document=NAME, page="x").status_code == 422
    assert httpx.get(f"{url}/source/other").status_code == 404

    (work / NAME).write_bytes(PDF + b"x")
    assert get("file", document=NAME).status_code == 410
    assert "has changed" in get("page", document=NAME, page=1).text
    (work / NAME).unlink()
    (work / NAME).symlink_to("/etc/passwd")
    assert get("file", document=NAME).status_code == 410


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.pdf", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
        ("ü.md", "attachment; filename=\"_.md\"; filename*=UTF-8''%C3%BC.md"),
        ('a"\r\nX: y', "attachment; filename=\"a___X_ y\"; filename*=UTF-8''a%22%0D%0AX%3A%20y"),
    ],
)
def test_a_name_stays_within_its_header(name: str, header: str) -> None:
    assert disposition(name) == header
