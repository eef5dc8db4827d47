"""Images in a file against images in memory: the same training, and what docs say of its speed."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bench_storage import compared, engine_on, epoch_seconds, random_dataset
from sl.data.mapped import mapped_rows

ROOT = Path(__file__).resolve().parents[2]


def test_both_train_alike(tmp_path: Path) -> None:
    memory = random_dataset(40, 8)
    pixels = mapped_rows(memory.train_images, torch.arange(40), tmp_path)
    engines = [engine_on(data, 8) for data in (memory, replace(memory, train_images=pixels, scratch=tmp_path))]
    state = {name: value.clone() for name, value in engines[0].model.state_dict().items()}
    engines[1].model.load_state_dict(state)
    assert all(epoch_seconds(engine, 1) > 0 for engine in engines)
    first, other = (list(engine.model.parameters()) for engine in engines)
    assert all(torch.equal(one, two) for one, two in zip(first, other, strict=True))
    assert not torch.equal(first[0], state["body.0.weight"])


def test_fewer_images_are_evaluated_at_once_the_larger_they_are() -> None:
    """Their activations would take several GB at 224 px; up to 32 px nothing changes, nor below the training batch."""
    at_once = [engine_on(random_dataset(10, side), side).evaluation_batch for side in (8, 32, 40, 96)]
    assert at_once == [500, 500, 500 * 32 * 32 // 40**2, 128]


def test_what_is_compared() -> None:
    found = compared(20, 8, rounds=2)
    ratios = [fast / slow for fast, slow in zip(*found["seconds"].values(), strict=True)]
    assert found["mapped_speed"]["highest"] == pytest.approx(max(ratios), abs=0.01)
    assert len(ratios) == found["rounds"] == 2


@pytest.mark.results
def test_docs_quote_the_record() -> None:
    (file,) = (ROOT / "results" / "storage").glob("*.json")
    cases = json.loads(file.read_text())["cases"]
    speeds = [cases[name]["mapped_speed"] for name in ("32 px", "64 px")]
    expected = [f"{speed[key]:.2f}" for speed in speeds for key in ("median", "lowest", "highest")]
    text = " ".join((ROOT / "docs" / "your-own-data.md").read_text(encoding="utf-8").split())
    quoted = re.search(
        r"at ([\d.]+) times the speed in memory at 32 px \(rounds from ([\d.]+) to ([\d.]+)\) "
        r"and ([\d.]+) times at 64 px \(([\d.]+) to ([\d.]+)\)",
        text,
    )
    assert quoted is not None
    assert list(quoted.groups()) == expected
