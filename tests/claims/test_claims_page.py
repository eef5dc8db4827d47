"""claims.md and claims.json: verdicts beside their scale, numbers beside their records, what is missing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import synthetic
from claim_records import Made, accuracies

from sl.claims import Literature, write_all
from sl.errors import UserError
from sl.record import load_all
from sl.tables.published import load, load_classes

ROOT = Path(__file__).parents[2]
CE = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5))
SL = Made("sl", 0.4, accuracies(0.95, 0.7), accuracies(0.95, 0.7))


@pytest.fixture(scope="module")
def literature() -> Literature:
    folder = ROOT / "results" / "paper"
    return Literature(load(folder), load_classes(folder))


def written(root: Path, literature: Literature) -> tuple[str, list[dict[str, Any]]]:
    list(write_all(load_all(root / "runs"), literature, root))
    return (root / "claims.md").read_text(), json.loads((root / "claims.json").read_text())["sheets"]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, literature: Literature) -> tuple[Path, str, list[dict[str, Any]]]:
    """CE and SL with three seeds at 40 %, CE with one on clean labels and an unfinished one."""
    root = tmp_path_factory.mktemp("page")
    for seed in (0, 1, 2):
        CE.write(root / "runs", seed)
        SL.write(root / "runs", seed)
    Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 0)
    unfinished = Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 1)
    unfinished.write_text("".join(unfinished.read_text().splitlines(keepends=True)[:3]))
    return root, *written(root, literature)


def claim(sheets: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(found for found in sheets[0]["claims"] if found["id"] == name)


def test_the_table_comes_first_and_names_the_scale_beside_every_verdict(page: tuple) -> None:
    text = page[1]
    top = text[: text.index("# Behind each verdict")]
    rows = [line for line in top.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) == sum(bool(found["n"] or found["proof"]) for found in page[2][0]["claims"])
    for row in rows:
        assert "| scaled-down run | **" in row
    assert "scaled-down run: 5,000 of 50,000 training and" in top


def test_numbers_are_the_same_in_both(page: tuple) -> None:
    text, found = page[1], claim(page[2], "sl_vs_ce_symmetric_40")
    shown = [f"{found[key]:+.2f}".replace("-", "−") for key in ("mean", "low", "high")]
    assert f"{shown[0]} [{shown[1]}, {shown[2]}] | 3 | scaled-down run | **holds** |" in text
    assert (found["seeds"], found["p"], found["least_p"]) == ([0, 1, 2], 0.25, 0.25)
    assert found["mean"] == pytest.approx(sum(found["values"]) / 3)
    assert found["mean"] == pytest.approx(12.5, abs=0.5)


def test_what_others_report_stands_beside_with_its_mark(page: tuple) -> None:
    reported = claim(page[2], "sl_vs_ce_symmetric_40")["reported"]
    assert {"text": "+6.64", "source": "SL paper; recalled, not checked", "paper": True} in reported
    assert any(line["source"].startswith("KTH re-run, last epoch") and line["text"] == "+7.06" for line in reported)
    assert "| +6.64 (recalled, not checked) | " in page[1]
    early = claim(page[2], "spread_clean_early")["reported"]
    assert [line["text"] for line in early] == ["whole spread 49.5"]  # 96.1 − 46.6


def test_what_the_paper_does_not_claim_is_said(page: tuple) -> None:
    assert "its own table has Forward ahead here" in claim(page[2], "sl_vs_forward_asymmetric_40")["claim"]
    assert "own table" not in claim(page[2], "sl_vs_forward_symmetric_40")["claim"]


def test_links_lead_to_the_records(page: tuple) -> None:
    root, text, sheets = page
    links = re.findall(r"\]\((\S+\.jsonl)\)", text)
    assert links
    assert {str((root / link).resolve()) for link in links} == {
        str(path.resolve()) for path in (root / "runs").rglob("*.jsonl") if '"kind": "end"' in path.read_text()
    }
    assert all((root / path).is_file() for path in claim(sheets, "sl_vs_ce_symmetric_40")["records"])


def test_what_is_missing_is_said(page: tuple) -> None:
    found = claim(page[2], "spread_noisy_late")
    assert (found["verdict"], found["n"], found["low"]) == ("not enough runs", 1, None)
    assert found["finished_runs"] == "CE, clean: 1 and 1 unfinished; CE, symmetric 40 %: 3"
    assert found["why_no_interval"] == "no interval: it takes 3 seeds, there are 1"
    assert "| SL, symmetric 40 %: 3; LSR, symmetric 40 %: 0 |" in page[1]
    kept = claim(page[2], "sl_separates_silhouette")
    assert kept["finished_runs"].endswith("what is measured is not recorded on 3 seed(s)")


def test_every_table_row_has_as_many_cells_as_its_head(page: tuple) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", page[1], flags=re.MULTILINE)
    assert len(tables) == 2
    for table in tables:
        assert len({line.count(" | ") for line in table.splitlines()}) == 1


def test_each_recipe_and_scale_has_its_own_verdicts(tmp_path: Path, literature: Literature) -> None:
    for options in ({}, {"recipe": "apl"}, {"scale": "paper", "epochs": 120}, {"dataset": "mnist", "epochs": 50}):
        for seed in (0, 1, 2):
            for loss in ("ce", "sl"):
                synthetic.record(tmp_path / "runs", loss, seed=seed, **options)
    text, sheets = written(tmp_path, literature)
    named = [(sheet["dataset"], sheet["scale"], sheet["recipe"], sheet["paper_scale"]) for sheet in sheets]
    assert named == [
        ("cifar10", "cpu", "apl", False),
        ("cifar10", "cpu", "authors_code", False),
        ("cifar10", "paper", "authors_code", True),
        ("mnist", "cpu", "authors_code", False),
    ]
    assert "| 3 | paper scale | **" in text
    ids = [{found["id"] for found in sheet["claims"]} for sheet in sheets]
    assert ids[2] - ids[3] == {"classes_1_3_clean", "classes_6_3_noisy", "small_alpha"}


def test_human_noise_gets_claims_too(tmp_path: Path, literature: Literature) -> None:
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path / "runs", loss, "human", noise_options={"rate": None, "name": "worst"})
    found = claim(written(tmp_path, literature)[1], "sl_vs_ce_human_worst")
    assert (found["n"], found["verdict"]) == (1, "not enough runs")


def test_nothing_recorded_lists_every_claim(tmp_path: Path, literature: Literature) -> None:
    (tmp_path / "runs").mkdir()
    text, sheets = written(tmp_path, literature)
    verdicts = {found["verdict"] for found in sheets[0]["claims"] if not found["proof"]}
    assert verdicts == {"not enough runs"}
    assert "no finished run recorded yet" in text
    assert text.count("| CE, clean: 0") > 5
    assert "+6.64 (recalled, not checked)" in text


def test_out_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="not writable"):
        list(write_all([], Literature(), tmp_path / "file"))


def test_script_without_torch(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    watch = (
        "import sys, runpy; sys.argv[0] = 'scripts/claims.py'\n"
        "try: runpy.run_path('scripts/claims.py', run_name='__main__')\n"
        "except SystemExit as end: sys.exit(end.code or 'torch' in sys.modules)"
    )
    for runs, code in ((tmp_path / "runs", 0), (tmp_path / "nowhere", 2)):
        command = [sys.executable, "-c", watch, "--runs", str(runs), "--out", str(tmp_path / "out")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
        assert done.returncode == code, done.stderr
        assert len(done.stdout.splitlines()) == (0 if code else 2)
