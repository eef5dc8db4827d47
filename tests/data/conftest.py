"""What the tests of downloads share."""

import threading
from collections.abc import Iterator

import pytest
from local_server import Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A web server on this machine, and no mirror of the user's."""
    monkeypatch.delenv("SL_MIRRORS", raising=False)
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.answers.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()
