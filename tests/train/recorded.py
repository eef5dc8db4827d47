"""What the tests of training share: the noise and loss of their runs, and what they ask of a record."""

from pathlib import Path

NOISY = ("noise=symmetric", "noise.rate=0.4", "loss=sl")


def metrics(path: Path) -> list[str]:
    """The lines of a record that say what was measured, byte for byte."""
    return [line for line in path.read_text().splitlines() if line.startswith(('{"kind":"epoch"', '{"kind":"probe"'))]
