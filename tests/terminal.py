"""A command at a terminal of its own."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MOST_SECONDS = 300.0


class Seen:
    """Standard output of a program at a terminal, which can wait until it has shown something.

    A live line is drawn by a thread of its own, on a busy machine some time after what it tells.
    """

    def __init__(self) -> None:
        self.file, self.text, self.clock = sys.stdout, "", time.monotonic
        sys.stdout = self  # type: ignore[assignment]

    def write(self, text: str) -> int:
        self.text += text
        return self.file.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def until(self, text: str) -> None:
        end = self.clock() + MOST_SECONDS
        while text not in self.text:
            assert self.clock() < end, f"{text!r} was never shown"
            time.sleep(0.01)


def in_terminal(*command: str, columns: int = 100) -> str:
    """What a terminal is sent by `command`."""
    main, side = pty.openpty()
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(Path(__file__).parent)])  # with this file, for Seen
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), "LINES": "24", "PYTHONPATH": path}
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment, close_fds=True)
    os.close(side)
    sent = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:  # Linux: the other side is closed
            chunk = b""
        if not chunk:
            break
        sent += chunk
    os.close(main)
    assert process.wait(timeout=MOST_SECONDS) == 0, sent.decode()
    return sent.decode()
