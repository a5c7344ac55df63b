"""A small OpenAI-compatible server that behaves, or misbehaves, as the first part of its path says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

CHUNK = {
    "id": "1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": None}],
}


class Endpoint(ThreadingHTTPServer):
    """`seen` holds the requests; `released` lets the ones that hang go, `left` is set when one that waits is left."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[dict[str, Any]] = []
        self.released = threading.Event()
        self.arrived = threading.Event()
        self.left = threading.Event()

    def base_url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append({"path": self.path, "headers": headers, "body": body})
        self.server.arrived.set()
        behaviour = urlsplit(self.path).path.split("/")[1]
        if behaviour.isdigit():
            # An endpoint that repeats the key it was given, as some do.
            self._whole(int(behaviour), {"error": {"message": f"bad key {self.headers['Authorization']}"}})
        elif behaviour == "long":
            self._whole(400, {"error": {"message": "the request exceeds the available context size", "code": 400}})
        elif behaviour == "html":
            self._whole(200, "<html><title>Router</title></html>", "text/html")
        elif behaviour == "list":
            self._whole(200, [1, 2, 3])
        elif behaviour == "hang":
            self.server.released.wait(60)
            self.close_connection = True
        elif behaviour == "waits":
            self._wait()
        else:
            self._stream(behaviour)

    def _stream(self, behaviour: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._piece(f"data: {json.dumps(CHUNK)}\n\n")
        if behaviour == "stalls":
            self.server.released.wait(60)
        elif behaviour == "pauses":
            self._wait()
        elif behaviour == "reports":
            self._piece('data: {"error": {"message": "out of memory", "code": 500}}\n\n')
        elif behaviour == "garbles":
            self._piece("data: {not json\n\n")
        elif behaviour == "good":
            self._piece("data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.close_connection = True

    def _wait(self) -> None:
        """Say nothing more until whoever asked has closed the connection."""
        if not self.connection.recv(1):
            self.server.left.set()
        self.close_connection = True

    def _piece(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _whole(self, status: int, content: Any, kind: str = "application/json") -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def running_endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    thread = threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.released.set()
        endpoint.shutdown()
        thread.join(10)
        endpoint.server_close()
