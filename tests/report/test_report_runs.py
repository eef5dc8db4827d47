"""Which runs the report lists, in which groups, and what it says is missing."""

import json
import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
import synthetic
from report_data import LITERATURE, data_of

from sl.record import load_all
from sl.report.write import write


def test_every_run_is_listed_with_scale_origin_and_path(runs: Path) -> None:
    data = data_of(runs)
    for run in data["runs"]:
        record = Path(os.path.normpath(runs.parent / "out" / run["path"]))
        assert json.loads(record.read_text().splitlines()[0])["identity"] == run["id"]
        assert run["scale"] == "scaled-down run"
        assert run["provenances"][0] | {"packages": {}} == {
            **{"commit": "0123456789abcdef", "dirty": False, "device": "cpu: invented, 1 thread"},
            **{
                "precision": "float32",
                "step": "eager",
                "started": "2026-01-01T00:00:00+00:00",
                "python": "3.11.0",
                "packages": {},
            },
        }
        assert (run["finished"], run["of"]) == (run["epochs"] == 12, 12)
        if run["finished"]:
            curve = 100 * synthetic.curves("ce" if run["loss"] == "CE" else "sl", "test_accuracy", [run["seed"]])[0]
            assert run["accuracy"] == pytest.approx([curve[-1], curve.max(), curve[-10:].mean()], abs=0.006)
    unfinished = [run for run in data["runs"] if not run["finished"]]
    assert [(run["loss"], run["accuracy"]) for run in unfinished] == [("GCE (q 0.7)", [None, None, None])]
    losses = [data["runs"][place]["loss"].split()[0] for place in data["groups"][0]["runs"]]
    assert losses == ["CE"] * 3 + ["GCE"] + ["SL"] * 4
    shown = {place for group in data["groups"] for series in group["series"] for place in series["runs"]}
    assert all(data["runs"][place]["finished"] for place in shown)
    assert "runs not finished, which only the list of runs shows: 1" in data["missing"]


def test_a_run_whose_noise_has_no_rate_says_how_many_labels_are_wrong(tmp_path: Path) -> None:
    head = synthetic.header("ce", "human", noise_options={"rate": None, "name": "worst"})
    head["noise"]["realised_rate"] = 0.392
    synthetic.write(tmp_path / "runs", synthetic.lines(head))
    assert [run["noise"] for run in data_of(tmp_path / "runs")["runs"]] == ["human (worst) (39.2 % wrong)"]


def test_own_data_beside_the_papers_leave_the_page_the_papers(tmp_path: Path) -> None:
    synthetic.own(tmp_path / "runs", "ce")
    assert data_of(tmp_path / "runs")["published"] == []
    synthetic.record(tmp_path / "runs", "ce")
    data = data_of(tmp_path / "runs")
    assert "does the paper hold" in data["title"]
    assert [table["recalled"] for table in data["published"]] == [
        "not checked" in table["notes"][0] for table in data["published"]
    ]


def test_groups_of_one_name_are_told_apart(runs: Path) -> None:
    synthetic.record(runs, "ce", epochs=3)
    synthetic.record(runs, "ce", recipe_options={"lr": 1000.0})
    groups = data_of(runs)["groups"]
    first = "CIFAR-10 · scaled-down run · authors_code"
    assert [group["label"] for group in groups] == [first, f"{first} · 2", f"{first} · 3"]
    differs = ["differs from the runs of the same name above: lr 0.01 → 1000" in group["setting"] for group in groups]
    assert sum(differs) == 1
    assert not differs[0]


def test_a_record_under_another_name_keeps_its_place_behind_the_claims(runs: Path) -> None:
    before = data_of(runs)["groups"]
    for path in sorted(runs.rglob("*.jsonl")):
        path.rename(path.with_name(f"copy of {path.name}"))
    assert data_of(runs)["groups"] == before


def test_runs_that_are_not_finished_are_listed_and_nothing_else(tmp_path: Path) -> None:
    synthetic.write(tmp_path / "runs", synthetic.lines(synthetic.header("ce"))[:4])
    data = data_of(tmp_path / "runs")
    (group,) = data["groups"]
    assert (group["series"], group["runs"]) == ([], [0])
    assert group["origin"].endswith("none is finished")
    assert group["claims"] == []
    assert "no finished run yet: CIFAR-10" in data["missing"]


def test_a_recipe_whose_name_begins_as_another_is_not_its_namesake(tmp_path: Path) -> None:
    for recipe in ("apl", "apl_longer"):
        synthetic.record(tmp_path / "runs", "ce", recipe=recipe)
    labels = {group["label"] for group in data_of(tmp_path / "runs")["groups"]}
    assert labels == {f"CIFAR-10 · scaled-down run · {recipe}" for recipe in ("apl", "apl_longer")}


def test_links_lead_to_records_whatever_their_folders_are_called(tmp_path: Path) -> None:
    """Signs with a meaning in addresses are escaped; bytes that are not UTF-8 stand as they are printed."""
    root = tmp_path / os.fsdecode(b"100%25 #1?a:b caf\xe9")
    made = synthetic.record(root / "runs", "ce")
    target = Path(write(load_all(root / "runs"), LITERATURE, tmp_path / "out", tmp_path, tmp_path))
    (run,) = json.loads(target.read_text().partition('id="data">')[2].partition("</script>")[0])["runs"]
    assert Path(os.path.normpath(target.parent / os.fsdecode(unquote_to_bytes(run["link"])))) == made
    assert run["link"].isascii()
    assert not {*run["link"]} & {*"#?:"}
    assert "caf\\udce9" in run["path"]
