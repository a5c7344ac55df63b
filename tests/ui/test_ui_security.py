"""What the served page refuses. Each of these was open, or could be, in a plain mounted Gradio app."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.errors import StorageError
from assistant.settings import Settings
from assistant.ui.app import build_app, drop_leftovers, private_folder
from assistant.ui.security import ALLOWED_ROUTES, content_policy, names_a_file

FILES = [
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/self/cmdline",
    "%2Fetc%2Fpasswd",
    "..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "../../../../../../../../etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "pyproject.toml",
    "README.md",
]
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Settings]]:
    """One server for the whole module: its tests only knock."""
    home = tmp_path_factory.mktemp("served")
    settings = Settings(home=home / "home", corpus=home / "corpus", max_file_mb=1)
    with running(build_app(FakeAssistant(), settings)) as address:
        yield address, settings


@pytest.fixture
def url(served: tuple[str, Settings]) -> str:
    return served[0]


def file_object(path: str) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "a", "url": None}


@pytest.mark.parametrize("prefix", ["/gradio_api/file=", "/file=", "/gradio_api/file/", "/static/", "/assets/", "/ui/"])
@pytest.mark.parametrize("path", FILES)
def test_no_file_can_be_read_by_its_path(url: str, prefix: str, path: str) -> None:
    response = httpx.get(url + prefix + path)
    assert response.status_code in (400, 403, 404)
    assert "root:" not in response.text and "PATH=" not in response.text and "[project]" not in response.text


def test_not_even_an_upload_can_be_read_back(url: str) -> None:
    sent = httpx.post(url + "/gradio_api/upload", files={"files": ("a.md", b"private words")})
    (path,) = sent.json()
    assert Path(path).read_bytes() == b"private words"
    response = httpx.get(f"{url}/gradio_api/file={path}")
    assert response.status_code == 404 and "private" not in response.text


def test_gradio_itself_refuses_files_too(fake: FakeAssistant, settings: Settings) -> None:
    """Behind the route list: Gradio's own checks are on, which a mounted app leaves off."""
    from gradio.context import LocalContext
    from gradio.exceptions import InvalidPathError
    from gradio.processing_utils import async_move_files_to_cache

    app = build_app(fake, settings)
    assert app.state.blocks.allowed_paths == []
    block = next(iter(app.state.blocks.blocks.values()))

    async def copy_into_cache(path: str) -> None:
        LocalContext.blocks.set(app.state.blocks)
        await async_move_files_to_cache(file_object(path), block, check_in_upload_folder=True)

    async def get(path: str) -> int:
        transport = httpx.ASGITransport(app.state.gradio)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get(f"/gradio_api/file={path}")).status_code

    for path in ("/etc/passwd", "/proc/self/environ", str(settings.home / "x")):
        with pytest.raises(InvalidPathError):
            asyncio.run(copy_into_cache(path))
        assert asyncio.run(get(path)) == 403


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:1/",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/proxy=https://example.hf.space/",
        "/gradio_api/vibe-edit/",
        "/gradio_api/dev/reload",
        "/gradio_api/runs",
        "/gradio_api/run-history/buckets",
        "/gradio_api/component_server",
        "/gradio_api/queue/status",
        "/gradio_api/deep_link?session_hash=a",
        "/gradio_api/run/ask",
        "/gradio_api/call/ask",
        "/gradio_api/openapi.json",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
        "/login_check",
        "/pwa_icon",
        "/gradio_api/mcp/sse",
        "/nothing",
    ],
)
def test_routes_the_page_does_not_need_do_not_exist(url: str, path: str) -> None:
    for method in ("GET", "POST"):
        assert httpx.request(method, url + path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/healthz", "/config", "/theme.css", "/ui/style.css", "/favicon.ico"])
def test_routes_the_page_needs_are_served(url: str, path: str) -> None:
    assert httpx.get(url + path).status_code == 200
    assert ALLOWED_ROUTES.fullmatch(path)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": [file_object("/etc/passwd")], "fn_index": 0, "session_hash": "s"}, 400),
        ({"data": [[{"a": [file_object("http://127.0.0.1:1/x")]}]], "fn_index": 0, "session_hash": "s"}, 400),
        ({"data": [], "event_data": file_object("/etc/passwd"), "fn_index": 0, "session_hash": "s"}, 400),
        ({"data": ["x" * 2**20], "fn_index": 0, "session_hash": "s"}, 413),
        ("not json", 400),
    ],
)
def test_events_that_name_files_or_are_too_large_are_refused(url: str, body: Any, status: int) -> None:
    sent: dict[str, Any] = {"content": body} if isinstance(body, str) else {"json": body}
    assert httpx.post(url + "/gradio_api/queue/join", **sent).status_code == status


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"path": "/a", "meta": {}}, True),
        ([{"x": [{"path": "/a", "meta": {"_type": "gradio.FileData"}}]}], True),
        ({"data": ["the path", "meta"], "path": "/a"}, False),
        ({"files": [{"name": "a.md", "path": "/x/a.md", "size": 3}]}, False),
        (["path", "meta", 1, None], False),
    ],
)
def test_a_file_object_is_known_wherever_it_hides(value: Any, names: bool) -> None:
    assert names_a_file(value) is names


ROUTES = [
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/config"),
    ("GET", "/source/file?document=leases.md"),
    ("GET", "/source/page?document=leases.md&page=1"),
    ("GET", "/gradio_api/queue/data?session_hash=x"),
    ("GET", "/gradio_api/heartbeat/x"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/upload"),
    ("OPTIONS", "/gradio_api/queue/join"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "http://localhost", "null", "file://", ""]
)
def test_a_foreign_origin_gets_403_everywhere(url: str, method: str, path: str, origin: str) -> None:
    response = httpx.request(method, url + path, headers={"Origin": origin})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_the_pages_own_origin_is_served(url: str) -> None:
    assert httpx.get(url + "/healthz", headers={"Origin": url}).status_code == 200
    named = {"Host": url.removeprefix("http://").replace("127.0.0.1", "localhost")}
    named["Origin"] = "http://" + named["Host"]
    assert httpx.get(url + "/healthz", headers=named).status_code == 200
    # Two names of this machine are still two origins to a browser.
    assert httpx.get(url + "/healthz", headers={"Origin": named["Origin"]}).status_code == 403


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ],
)
def test_parts_of_the_page_cannot_be_loaded_into_another(url: str, site: str, mode: str, status: int) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert httpx.get(url + "/healthz", headers=headers).status_code == status


@pytest.mark.parametrize("origin", ["https://evil.example", None])
def test_websockets_are_refused(url: str, origin: str | None) -> None:
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | ({"Origin": origin} if origin else {})  # fmt: skip
    response = httpx.get(url + "/gradio_api/queue/join", headers=headers)
    assert response.status_code in ((403,) if origin else (400, 403, 404, 405))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "0.0.0.0", "a b"])
def test_another_host_name_gets_400(url: str, host: str) -> None:
    """A name that a foreign site has pointed at this machine."""
    assert httpx.get(url + "/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9", "[::1]:7860"])
def test_loopback_names_are_served(url: str, host: str) -> None:
    assert httpx.get(url + "/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/healthz", {}, 200),
        ("/ui/page.js", {}, 200),
        ("/nothing", {}, 404),
        ("/", {"Host": "evil.example"}, 400),
        ("/", {"Origin": "https://evil.example"}, 403),
    ],
)
def test_every_answer_carries_the_headers(url: str, path: str, headers: dict[str, str], status: int) -> None:
    response = httpx.get(url + path, headers=headers)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert "server" not in response.headers or "uvicorn" in response.headers["server"]


def test_only_scripts_with_this_pages_nonce_run(url: str) -> None:
    first, second = httpx.get(url), httpx.get(url)
    nonces = []
    for response in (first, second):
        policy = response.headers["content-security-policy"]
        (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
        nonces.append(nonce)
        tags = re.findall(r"<script[^>]*>", response.text)
        assert tags and all(f'nonce="{nonce}"' in tag for tag in tags)
        script = next(part for part in policy.split("; ") if part.startswith("script-src "))
        assert "unsafe-inline" not in script and "http" not in script and "*" not in script
    assert nonces[0] != nonces[1]
    assert first.headers["cache-control"] == "no-store"


def test_the_policy_names_no_other_server() -> None:
    assert not re.search(r"https?:|\*", content_policy("n"))


def test_a_head_request_has_headers_and_no_body(url: str) -> None:
    response = httpx.head(url)
    assert response.status_code == 200 and response.content == b""
    assert "nonce-" in response.headers["content-security-policy"]


def test_the_page_says_nothing_of_gradios_reports(url: str) -> None:
    config = httpx.get(url + "/config").json()
    assert config["analytics_enabled"] is False
    assert config["show_error"] is False if "show_error" in config else True
    assert config.get("run_history") is False
    assert config.get("footer_links", []) == []


def test_uploads_over_the_limit_are_refused_and_leave_nothing(served: tuple[str, Settings]) -> None:
    url, settings = served
    files = {"files": ("a.md", b"x" * (settings.max_file_mb * 2**20 + 1))}
    assert httpx.post(url + "/gradio_api/upload", files=files).status_code == 413
    left = [path for path in (settings.home / "incoming").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in left) <= settings.max_file_mb * 2**20


def test_uploads_land_in_a_folder_only_the_owner_can_read(served: tuple[str, Settings]) -> None:
    url, settings = served
    (path,) = httpx.post(url + "/gradio_api/upload", files={"files": ("a.md", b"words")}).json()
    assert Path(path).is_relative_to(settings.home / "incoming")
    for folder in (settings.home / "incoming", *(settings.home / "incoming").iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_health_says_how_things_stand(url: str) -> None:
    assert httpx.get(url + "/healthz").json() == {"status": "ready", "state": "Ready", "problems": []}


def test_a_home_that_cannot_be_written_is_a_named_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StorageError, match="ASSISTANT_HOME"):
        private_folder(blocked / "home")


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    mine, left = private_folder(tmp_path), private_folder(tmp_path)
    (left / "a.md").write_text("private")
    drop_leftovers(mine)
    assert mine.exists() and not left.exists()


def test_the_incoming_folder_goes_with_the_server(fake: FakeAssistant, settings: Settings) -> None:
    app = build_app(fake, settings)
    with running(app):
        assert list((settings.home / "incoming").iterdir())
    assert not list((settings.home / "incoming").iterdir())
