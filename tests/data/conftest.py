"""A web server, and folders of pictures."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_config
from local_server import Server
from PIL import Image

from sl.data.mapped import CHUNK


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


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """train/ and test/ of the classes bee and ant, in several sizes, modes and formats."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 3), ("test", 1)):
        for name in ("bee", "ant"):
            (tmp_path / part / name).mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 256, (20 + 7 * i, 31, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / part / name / f"{i}.png")
    Image.new("L", (9, 5), 77).save(tmp_path / "train" / "ant" / "grey.JPG", "jpeg")
    Image.new("RGBA", (9, 5), (1, 2, 3, 4)).save(tmp_path / "train" / "ant" / "see-through.png")
    Image.new("RGB", (4, 4)).quantize(2).save(tmp_path / "train" / "bee" / "palette.bmp")
    return tmp_path


@pytest.fixture(scope="module")
def many_pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A little more than two chunks of pictures, one of them unreadable."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(2 * CHUNK + 3):
        Image.fromarray(rng.integers(0, 256, (6, 4, 3), dtype=np.uint8)).save(root / f"{number:04}.png")
    (root / "0300.png").write_text("no picture")
    return sorted(root.iterdir())


@pytest.fixture
def in_this_process() -> Iterator[None]:
    """Decoding in this process, where it can be watched; and no second to start others."""
    with parallel_config(backend="sequential"):
        yield
