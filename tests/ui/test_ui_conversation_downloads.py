"""Conversations as downloads: files that stay files, and for the page alone."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tabs import House, Tab
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.settings import Settings
from assistant.ui.app import build_app


@pytest.fixture
def served(fake: FakeAssistant, settings: Settings, house: House) -> Iterator[tuple[str, str]]:
    """The address of a page and the id of a conversation in its home."""
    talk = Tab(house).ask("What capacity was leased? <b>Größe</b>").id
    with running(build_app(fake, settings)) as url:
        yield url, talk


def test_a_conversation_is_downloaded_with_headers_that_keep_it_a_file(served: tuple[str, str]) -> None:
    url, talk = served
    markdown = httpx.get(f"{url}/conversations/{talk}.md")
    assert markdown.status_code == 200 and markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    disposition = markdown.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=") and disposition.endswith(".md")
    assert "; filename*=UTF-8''20" in disposition
    assert "Gr%C3%B6%C3%9Fe" in disposition and "<" not in disposition
    assert markdown.headers["x-content-type-options"] == "nosniff"
    assert {"default-src 'none'", "sandbox"} <= set(markdown.headers["content-security-policy"].split("; "))
    assert markdown.headers["cache-control"] == "no-store"
    assert "## What capacity was leased? \\<b\\>Größe\\</b\\>" in markdown.text and "[^1]: “Harbour" in markdown.text
    told = httpx.get(f"{url}/conversations/{talk}.json")
    assert told.headers["content-type"] == "application/json"
    assert told.json()["exchanges"][0]["answer"]["citations"][0]["document"] == "leases.md"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/conversations/0123456789abcdef.md", {}, 404),
        ("/conversations/{talk}.html", {}, 404),
        ("/conversations/{talk}", {}, 404),
        ("/conversations/../conversations.db", {}, 404),
        ("/conversations/%2e%2e/conversations.db", {}, 404),
        ("/conversations.db", {}, 404),
        ("/conversations/{talk}.md", {"Origin": "https://evil.example"}, 403),
        ("/conversations/{talk}.md", {"Host": "evil.example"}, 400),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_the_page_gets_conversations(
    served: tuple[str, str], path: str, headers: dict[str, str], status: int
) -> None:
    url, talk = served
    response = httpx.get(url + path.format(talk=talk), headers=headers)
    assert response.status_code == status
    assert status == 200 or "megawatts" not in response.text
