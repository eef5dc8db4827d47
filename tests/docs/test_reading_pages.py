"""The Python in docs/noise.md and docs/records.md runs, in a folder as it is after some runs."""

from pathlib import Path

import numpy as np
import pytest
import synthetic
from fences import ROOT, blocks

from sl.noise.cifar_n import FILES


def python_of(page: str) -> list[str]:
    found = [block.text for block in blocks(ROOT / "docs" / f"{page}.md") if block.language == "python"]
    assert found
    return found


def test_records_and_one_that_has_just_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "results" / "runs"
    for seed in (0, 1):
        synthetic.record(folder, "sl", seed=seed)
    synthetic.write(folder, synthetic.lines(synthetic.header("ce"))[:1])
    monkeypatch.chdir(tmp_path)
    page: dict[str, object] = {"__name__": "page"}
    for text in python_of("records"):
        exec(text, page)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["cifar10", "sl"]] * 2
    assert lines[-1].startswith("sl symmetric 40 % 2 0.")
    shapes = {name: np.shape(page[name]) for name in ("accuracy", "by_class", "confusion", "mean_curve")}
    assert shapes == {"accuracy": (12,), "by_class": (12, 10), "confusion": (10, 10), "mean_curve": (12,)}


def test_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    if not (data_dir / "cifar-n" / FILES["cifar10"].file_name).exists():
        pytest.skip("cifar-n is not below SL_DATA_DIR")
    (tmp_path / "data").symlink_to(data_dir)
    monkeypatch.chdir(tmp_path)
    page: dict[str, object] = {"__name__": "page"}
    for text in python_of("noise"):
        exec(text, page)
    assert round(100 * float((page["true"] != page["worst"]).double().mean()), 1) == 40.2  # as published
    assert int((page["clean"] != page["noisy"]).sum()) == 400
