"""A web server on this machine that can misbehave."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `files` (path to bytes); a file in `cut` ends early. Keeps the paths asked for in `asked`.

    While `answers` is not set, whoever asks waits.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.asked: list[str] = []
        self.answers = threading.Event()
        self.answers.set()
        handler = type("Handler", (_Handler,), {"owner": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


class _Handler(BaseHTTPRequestHandler):
    owner: Server

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        self.owner.asked.append(path)
        self.owner.answers.wait()
        with suppress(ConnectionError):  # the client may have given up
            self._answer(path)

    def _answer(self, path: str) -> None:
        content = self.owner.files.get(path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if path in self.owner.cut else content)

    def log_message(self, *args: object) -> None:
        pass
