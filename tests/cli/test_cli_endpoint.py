"""The command line: a chat model's endpoint that refuses, is down or is not named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cli_parts import QUESTION
from processes import Cli, check_error


class _Endpoint(BaseHTTPRequestHandler):
    """An endpoint that refuses every key."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"error": {"message": "bad key sk-very-secret", "type": "auth", "code": "invalid_api_key"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(10)


def use_endpoint(monkeypatch: pytest.MonkeyPatch, port: int) -> str:
    url = f"http://127.0.0.1:{port}/v1"
    monkeypatch.setenv("ASSISTANT_CHAT_BASE_URL", url)
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    monkeypatch.setenv("ASSISTANT_CHAT_API_KEY", "sk-very-secret")
    return url


@pytest.mark.parametrize("as_json", [True, False])
def test_wrong_key(filled: Cli, refusing: int, monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    url = use_endpoint(monkeypatch, refusing)
    run = filled("ask", QUESTION, *["--json"][:as_json])
    check_error(run, url, "refuses the key", "ASSISTANT_CHAT_API_KEY")
    assert "very-secret" not in run.err + run.out


def test_endpoint_down(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = use_endpoint(monkeypatch, unused.getsockname()[1])
        check_error(filled("ask", QUESTION, "--json"), url, "cannot be reached", "ASSISTANT_CHAT_BASE_URL")


def test_unknown_chat_model(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    check_error(filled("ask", QUESTION), "some-model", "ASSISTANT_CHAT_BASE_URL")
