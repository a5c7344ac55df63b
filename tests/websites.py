"""A web site on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html><head><title>Leases</title></head><body><p>Harbour leased 412 megawatts.</p></body></html>"


class Site:
    """A server on loopback: `pages` gives (status, headers, body) by path; `seen` the headers of every request."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes | Iterable[bytes]]] = {}
        self.seen: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
                status, headers, body = site.pages[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for chunk in [body] if isinstance(body, bytes) else body:
                        self.wfile.write(chunk)
                except OSError:
                    site.gone.set()

            def log_message(self, *_: object) -> None:
                pass

        self.gone = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(0.01), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def put(self, path: str, body: bytes | Iterable[bytes] = PAGE, status: int = 200, **headers: str) -> str:
        """Serve this at a path; underscores in header names are hyphens. Gives the address."""
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        return self.url + path

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
