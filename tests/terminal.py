"""A command at a terminal of its own."""

import os
import pty
import subprocess


def in_terminal(*command: str, columns: int = 100, seconds: float = 5) -> str:
    """What a terminal is sent by `command`, which has `seconds` to end after its last output."""
    main, side = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), "LINES": "24"}
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
    assert process.wait(timeout=seconds) == 0, sent.decode()
    return sent.decode()
