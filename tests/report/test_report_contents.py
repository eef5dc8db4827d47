import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from scipy import stats

from sl.errors import UserError
from sl.figures.catalogue import folder
from sl.record import load_all, run_groups
from sl.report.contents import contents
from sl.report.write import page, write
from sl.tables import load

ROOT = Path(__file__).parents[2]
PAPER = ROOT / "results" / "paper"
LITERATURE = load(PAPER)
SEEDS = (0, 1, 2)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """CE and SL at symmetric 40 %, three seeds each; one run with another alpha; one that is not finished."""
    root = tmp_path / "runs"
    for loss in ("ce", "sl"):
        for seed in SEEDS:
            synthetic.record(root, loss, seed=seed)
    synthetic.record(root, "sl", seed=0, loss_options={"alpha": 6.0})
    synthetic.write(root, synthetic.lines(synthetic.header("gce"))[:4])
    return root


def data_of(root: Path) -> dict[str, Any]:
    return contents(load_all(root), LITERATURE, root.parent / "out", root.parent / "figures", root.parent / "audit")


def series_of(group: dict[str, Any], loss: str) -> dict[str, Any]:
    return next(series for series in group["series"] if series["loss"] == loss and series["main"])


def test_pictures_are_inside_the_page_where_they_were_drawn(runs: Path) -> None:
    picture = runs.parent / "figures" / "cifar10" / "cpu" / "ablation.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG")
    images = {one["title"]: one["image"] for one in data_of(runs)["groups"][0]["images"]}
    assert images.pop("SL and its terms alone") == "data:image/png;base64,iVBORw=="
    assert set(images.values()) == {None}


def test_a_picture_that_cannot_be_read_is_named(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = runs.parent / "figures" / "cifar10" / "cpu" / "ablation.png"
    picture.parent.mkdir(parents=True)
    picture.touch()
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == picture:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # of a failing disk, the system does not say where
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UserError) as error:
        write(load_all(runs), LITERATURE, runs.parent / "out", runs.parent / "figures", runs.parent / "audit")
    assert str(error.value) == f"{picture}: must be a picture that can be read: Input/output error; draw it again"
    assert not (runs.parent / "out").exists()


def test_probes_are_those_of_the_runs_that_looked_at_the_same_class(runs: Path) -> None:
    """One more seed found no image of the class, and one looked at another class."""
    for seed, changes in ((3, {"count": 0, "confidence": None, "predictions": None}), (4, {"probe_class": 5})):
        lines = synthetic.lines(synthetic.header("ce", seed=seed))
        synthetic.write(runs, [line | changes if line["kind"] == "probe" else line for line in lines])
    (group,) = data_of(runs)["groups"]
    found = series_of(group, "ce")
    assert group["probed"] == 3
    assert found["origin"].startswith("5 runs")
    assert found["probes"]["origin"].startswith("3 runs, 3 seeds (0, 1, 2)")
    seen = [
        line["confidence"]
        for seed in SEEDS
        for line in synthetic.lines(synthetic.header("ce", seed=seed))
        if line.get("stage") == "late"
    ]
    late = found["probes"]["stages"]["late"]
    assert late["confidence"]["mean"] == pytest.approx(1000 * np.mean(seen, axis=0), abs=0.51)


@pytest.mark.parametrize("usual", [True, False])
def test_every_section_opens_on_the_noise_that_the_figures_show(tmp_path: Path, usual: bool) -> None:
    """Symmetric 40 % where it ran, else the noise with most runs: said by the data, not by a title in a script."""
    root = tmp_path / "runs"
    rates = {0.2: 1, 0.6: 2, 0.8: 1} | ({0.4: 1} if usual else {})
    for rate, seeds in rates.items():
        for seed in range(seeds):
            synthetic.record(root, "ce", rate=rate, seed=seed)
    synthetic.record(root, "ce", "none", 0.0)
    (group,) = data_of(root)["groups"]
    assert group["noises"][group["usual_noise"]] == ("symmetric 40 %" if usual else "symmetric 60 %")
    scripts = (ROOT / "sl" / "report" / "page").glob("*.js")
    assert [path.name for path in scripts if "symmetric" in path.read_text()] == []


def test_a_series_that_probed_no_image_has_no_probes(tmp_path: Path) -> None:
    lines = synthetic.lines(synthetic.header("ce"))
    nothing = {"count": 0, "confidence": None, "predictions": None}
    synthetic.write(tmp_path, [line | nothing if line["kind"] == "probe" else line for line in lines])
    (group,) = data_of(tmp_path)["groups"]
    assert series_of(group, "ce")["probes"] is None


def test_audits_of_the_same_own_data_are_shown(tmp_path: Path) -> None:
    root, audits = tmp_path / "runs", tmp_path / "audit"
    synthetic.own(root, "sl")
    for name, fingerprint in (("mine", "invented"), ("other", "else")):
        (audits / name).mkdir(parents=True)
        (audits / name / "noise.json").write_text(json.dumps({"summary": f"{name}: 3 %", "fingerprint": fingerprint}))
        (audits / name / "suspects.png").write_bytes(b"\x89PNG")
    shown = contents(load_all(root), LITERATURE, tmp_path / "out", tmp_path, audits)["groups"][0]["suspects"]
    picture = "data:image/png;base64,iVBORw=="
    assert shown == [{"summary": "mine: 3 %", "page": "../audit/mine/suspects.html", "image": picture}]
    (audits / "mine" / "noise.json").write_text("{")
    with pytest.raises(UserError, match=r"mine/noise\.json: must be written by an audit"):
        contents(load_all(root), LITERATURE, tmp_path / "out", tmp_path, audits)
    synthetic.record(tmp_path / "published", "sl")
    assert (
        contents(load_all(tmp_path / "published"), LITERATURE, tmp_path, tmp_path, audits)["groups"][0]["suspects"]
        == []
    )


def test_curves_are_means_and_deviations_over_seeds(runs: Path) -> None:
    series = series_of(data_of(runs)["groups"][0], "sl")
    classes = synthetic.curves("sl", "class_accuracy").transpose(0, 2, 1)
    assert np.allclose(series["classes"]["mean"], 1000 * classes.mean(0), atol=0.5)
    assert np.allclose(series["classes"]["std"], 1000 * classes.std(0, ddof=1), atol=0.5)
    spread = classes.max(1) - classes.min(1)
    assert np.allclose(series["metrics"]["spread"]["mean"], 1000 * spread.mean(0), atol=0.5)
    memorised = synthetic.curves("sl", "wrong_memorised")
    assert np.allclose(series["metrics"]["wrong_memorised"]["mean"], 1000 * memorised.mean(0), atol=0.5)


def test_a_sweep_is_kept_apart_and_a_single_run_has_no_deviation(runs: Path) -> None:
    group = data_of(runs)["groups"][0]
    swept = next(series for series in group["series"] if not series["main"])
    assert swept["title"].startswith("SL (α 6,")
    assert len(swept["runs"]) == 1
    assert swept["classes"]["std"] is None
    assert len(series_of(group, "sl")["runs"]) == 3


def test_a_claim_has_number_interval_and_the_runs_behind(runs: Path) -> None:
    data = data_of(runs)
    claim = next(claim for claim in data["groups"][0]["claims"] if claim["id"] == "sl_vs_ce_symmetric_40")
    gains = 100 * (synthetic.curves("sl", "test_accuracy") - synthetic.curves("ce", "test_accuracy"))[:, -1]
    assert claim["values"] == pytest.approx(gains, abs=0.006)
    assert claim["mean"] == pytest.approx(gains.mean(), abs=0.006)
    interval = stats.ttest_1samp(gains, 0).confidence_interval()
    assert (claim["low"], claim["high"]) == pytest.approx((interval.low, interval.high), abs=0.006)
    assert (claim["verdict"], claim["n"]) == ("supported", 3)
    assert any(
        reported["paper"] and reported["confidence"] == "recalled, not checked" for reported in claim["reported"]
    )
    expected = {synthetic.header(loss, seed=seed)["identity"] for loss in ("ce", "sl") for seed in SEEDS}
    assert {data["runs"][place]["id"] for place in claim["runs"]} == expected


def test_results_stand_beside_published_figures_with_their_marks(runs: Path) -> None:
    data = data_of(runs)
    table = data["groups"][0]["results"][0]
    row = next(row for row in table["rows"] if row["loss"] == "CE")
    cell = row["cells"][table["noises"].index("symmetric 40 %")]
    last = 100 * synthetic.curves("ce", "test_accuracy")[:, -1]
    assert cell["own"]["text"] == f"{last.mean():.2f} ± {last.std(ddof=1):.2f} (3)"
    assert [data["runs"][place]["seed"] for place in cell["runs"]] == [0, 1, 2]
    paper = next(value for value in cell["published"] if value["paper"])
    assert (paper["text"], paper["recalled"], paper["difference"]) == ("78.70", True, None)
    source = next(source for source in table["sources"] if source["label"] == "SL paper")
    assert "recalled, not checked" in source["text"]
    assert source["obstacle"] == "not comparable: scaled-down"


def test_a_difference_from_the_paper_only_at_its_scale(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce", scale="paper", epochs=120)
    group = data_of(tmp_path / "runs")["groups"][0]
    assert group["scale"] == "paper scale"
    table = group["results"][0]
    cell = table["rows"][0]["cells"][table["noises"].index("symmetric 40 %")]
    value = next(value for value in cell["published"] if value["paper"])
    assert value["difference"] == pytest.approx(cell["own"]["mean"] - 78.70, abs=0.011)


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
    unfinished = [run for run in data["runs"] if not run["finished"]]
    assert [(run["loss"], run["accuracy"]) for run in unfinished] == [("GCE (q 0.7)", [None, None, None])]
    shown = {place for group in data["groups"] for series in group["series"] for place in series["runs"]}
    assert all(data["runs"][place]["finished"] for place in shown)
    assert "runs not finished, which only the list of runs shows: 1" in data["missing"]


def test_groups_of_one_name_are_told_apart(runs: Path) -> None:
    synthetic.record(runs, "ce", epochs=3)
    synthetic.record(runs, "ce", recipe_options={"lr": 1000.0})
    groups = data_of(runs)["groups"]
    first = "CIFAR-10 · scaled-down run · authors_code"
    assert [group["label"] for group in groups] == [first, f"{first} · 2", f"{first} · 3"]
    differs = ["differs from the runs of the same name above: lr 0.01 → 1000" in group["setting"] for group in groups]
    assert sum(differs) == 1
    assert not differs[0]


def test_the_picture_of_one_precision_does_not_stand_with_the_runs_of_another(tmp_path: Path) -> None:
    for seed in range(3):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
    other = synthetic.header("ce")
    other["config"]["precision"] = "bfloat16"
    synthetic.write(tmp_path / "runs", synthetic.lines(other | {"identity": "0" * 16}))
    picture = tmp_path / "figures" / "cifar10" / "cpu" / "confusion.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"of the first group")
    first, second = data_of(tmp_path / "runs")["groups"]
    assert [bool(group["images"][0]["image"]) for group in (first, second)] == [True, False]
    assert second["setting"].endswith("differs from the runs of the same name above: precision float32 → bfloat16")


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


def test_without_records_the_page_says_what_is_missing(tmp_path: Path) -> None:
    data = contents([], LITERATURE, tmp_path, tmp_path, tmp_path)
    assert data["missing"] == [f"no finished run yet: {name}" for name in ("MNIST", "CIFAR-10", "CIFAR-100")]
    (group,) = data["groups"]
    assert group["scale"] == "no run recorded yet"
    assert group["claims"] == []
    assert any(table["recalled"] for table in data["published"])


def test_the_page_needs_nothing_else(runs: Path) -> None:
    text = page(load_all(runs), LITERATURE, runs.parent, runs.parent, runs.parent)
    assert "default-src 'none'" in text
    for outside in (
        r"<script[^>]*\bsrc=",
        r"<link[^>]*stylesheet",
        r"@import",
        r"url\(",
        r"\bfetch\(",
        r"<img",
        r"<iframe",
    ):
        assert not re.search(outside, text)
    assert not re.search(r"/\*(style|script|data)\*/", text)


def test_no_text_of_a_record_can_end_the_data(tmp_path: Path) -> None:
    head = synthetic.header("ce")
    head["data"]["class_names"][0] = "</script><b>&amp;"
    synthetic.write(tmp_path / "runs", synthetic.lines(head))
    text = page(load_all(tmp_path / "runs"), LITERATURE, tmp_path, tmp_path, tmp_path)
    held = text.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(held)["groups"][0]["classes"][0] == "0 </script><b>&amp;"


def test_a_hundred_runs_stay_below_three_megabytes(tmp_path: Path) -> None:
    empty = len(page([], LITERATURE, tmp_path, tmp_path, tmp_path).encode())
    for loss in ("ce", "sl", "gce"):
        synthetic.record(tmp_path / "runs", loss, epochs=120)
    runs = load_all(tmp_path / "runs")
    each = (len(page(runs, LITERATURE, tmp_path, tmp_path, tmp_path).encode()) - empty) / len(runs)
    assert empty + 100 * each < 3e6


def test_the_same_records_give_the_same_page(runs: Path, tmp_path: Path) -> None:
    written = [
        Path(write(load_all(runs), LITERATURE, tmp_path / name, tmp_path, tmp_path)) for name in ("first", "other")
    ]
    assert written[0].name == "index.html"
    assert written[0].read_bytes() == written[1].read_bytes()


@pytest.mark.results
def test_every_page_of_records_has_its_figures() -> None:
    groups = run_groups([run for run in load_all(ROOT / "results" / "runs") if run.complete])
    assert groups
    for group in groups:
        place = ROOT / "results" / "figures" / folder(group)
        drawn = {path.stem for path in place.glob("*.png")}
        assert drawn >= {"class_curves", "memorisation", "transition"}, "run: make figures"


def test_a_recipe_whose_name_begins_as_another_is_not_its_namesake(tmp_path: Path) -> None:
    for recipe in ("apl", "apl_longer"):
        synthetic.record(tmp_path / "runs", "ce", recipe=recipe)
    labels = {group["label"] for group in data_of(tmp_path / "runs")["groups"]}
    assert labels == {f"CIFAR-10 · scaled-down run · {recipe}" for recipe in ("apl", "apl_longer")}
