"""What the study measures, on predictions whose quality is known, and the page that it fills."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from sl.audit.estimate import Interval, NoiseEstimate
from sl.audit.rank import rank
from sl.config.compose import compose_run
from sl.stats import infer
from studies.audit.by_default import in_short
from studies.audit.family import Family
from studies.audit.length import length_part
from studies.audit.measure import measures
from studies.audit.overview import overview
from studies.audit.page import size, whole_family, write_pages
from studies.audit.study import CELLS, LONG_CELLS, Trial, long_trials, trials
from studies.audit.study import audit as study_audit

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.filterwarnings("ignore:May not flag")  # cleanlab spares a class without labels
def test_measures_by_hand() -> None:
    """Eight labels, three of them wrong; the ranking has a wrong one first, a right one second, the others next."""
    confidence = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
    probabilities = np.column_stack([confidence, 1 - confidence])
    labels, clean = np.zeros(8, dtype=np.int64), np.array([1, 0, 1, 1, 0, 0, 0, 0])
    joint = np.array([[0.5, 0.5], [0.0, 0.0]])
    estimate = NoiseEstimate(joint, Interval(0.5, 0.4, 0.6), (Interval(0.5, 0.4, 0.6),) * 2, 1 - confidence, 0.25)
    ranking = rank(labels, probabilities, estimate.wrong, 0.84, np.ones(8, dtype=bool))
    found = measures(labels, clean, probabilities, ranking, estimate)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert found["precision_at_count"] == pytest.approx(2 / 3)
    assert found["recall_at_90"] == pytest.approx(1 / 3)
    assert found["rate"] == {"true": 0.375, "estimated": 0.5, "low": 0.4, "high": 0.6, "covered": False}
    assert found["flagged"]["disagree"] == {"precision": 0.75, "recall": 1.0}
    assert found["flagged"]["decision"] == {"precision": 0.5, "recall": pytest.approx(1 / 3)}


def test_every_trial_is_an_audit_with_a_record_of_its_own() -> None:
    planned = list(trials(list(CELLS)))
    assert len({trial.file for trial in planned}) == len(planned) == 7 * (5 * 6 + 3 * 3)
    for cell in CELLS:
        config = compose_run(Trial(cell, "gce", 4, 1).overrides, "audit")
        assert (config.folds, config.seed, config.names["loss"]) == (4, 1, "gce")


def test_audits_at_all_epochs_differ_in_their_length_alone() -> None:
    planned = list(long_trials(["CIFAR-10N worst"]))
    assert [(trial.seed, trial.loss) for trial in planned] == [(s, loss) for s in (0, 1, 2) for loss in ("ce", "sl")]
    short = Trial("CIFAR-10N worst", "sl", 0, 0)
    assert set(short.overrides) - set(planned[1].overrides) == {"scale.epoch_share=0.25"}
    assert set(planned[1].overrides) < set(short.overrides)
    assert (planned[0].retrains, planned[1].retrains) == (False, True)
    usual = compose_run(next(long_trials(["CIFAR-10N worst, authors_code"])).overrides, "audit")
    own = compose_run(["dataset=folder", "data_dir=pictures"], "audit")
    shares = ("batch_share", "epoch_share", "width_share")
    assert [getattr(usual.scale, share) for share in shares] == [getattr(own.scale, share) for share in shares]
    assert usual.names["recipe"] == own.names["recipe"] == "authors_code"


def test_the_page_shows_means_and_deviations(tmp_path: Path) -> None:
    flags = {name: {"precision": 0.5, "recall": 0.25} for name in ("decision", "cleanlab", "disagree")}
    for seed, value in ((0, 0.8), (1, 0.9)):
        found = dict.fromkeys(("average_precision", "precision_at_count", "recall_at_90"), value)
        rate = {"true": 0.4, "estimated": 0.35, "low": 0.3, "high": 0.45, "covered": seed == 0}
        record = {
            "cell": "invented", "overrides": ["dataset=x", "loss=ce", "folds=0", f"seed={seed}"], "loss": "ce",
            "folds": 0, "seed": seed, "images": 1000, "epochs": 3, "expected_precision": 0.9,
            "measures": {**found, "rate": rate, "confident_learning_rate": 0.5, "flagged": flags},
            "trained_test_accuracy": 0.7, "retrained_test_accuracy": value,
            "provenance": {"commit": "0123456789", "dirty": False},
        }  # fmt: skip
        (tmp_path / f"{seed}.json").write_text(json.dumps(record))
    page, readme = tmp_path / "page.md", tmp_path / "readme.md"
    page.write_text("<!-- results:begin -->\n<!-- results:end -->\n")
    readme.write_text("<!-- audit:begin -->\n<!-- audit:end -->\n")
    write_pages(tmp_path, page, readme)
    assert "| invented | 40.0 % |" not in readme.read_text()  # CE alone
    text = page.read_text()
    assert (
        "1,000 images, 3 epochs, 40.0 % of the labels wrong. Test accuracy (%) on the labels as given: CE 70.0" in text
    )
    row = next(line for line in text.splitlines() if line.startswith("| CE |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2:4] == ["2", "0.850 ± 0.071"]
    assert cells[6:10] == ["−5.0 ± 0.0", "10.0 ± 0.0", "1 of 2", "0.50 / 0.25"]
    assert cells[-1] == "85.0 ± 7.1"


@pytest.mark.parametrize(
    ("cell", "images", "epochs", "text"),
    [
        ("CIFAR-10N worst", 5000, 30, "Scaled-down run: 5,000 of 50,000 images, 30 of 120 epochs"),
        ("MNIST, asymmetric 40 %", 1199, 15, "Scaled-down run: 1,199 of 60,000 images, 15 of 50 epochs"),
        ("digits, symmetric 20 %", 1438, 30, "1,438 images, 30 epochs"),
    ],
)
def test_a_scaled_down_setting_is_called_so(cell: str, images: int, epochs: int, text: str) -> None:
    overrides = Trial(cell, "sl", 0, 0).overrides
    assert size({"overrides": overrides, "images": images, "epochs": epochs}) == text


def test_a_record_holds_what_the_audit_itself_finds(
    audit: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same run of one epoch, the fewest that there are, by `sl audit` and by the study."""
    cell = ("dataset=digits", "noise=symmetric", "noise.rate=0.2", "recipe=apl", "recipe.epochs=1")
    monkeypatch.setitem(LONG_CELLS, "short", cell)
    trial = Trial("short", "sl", 0, 1, all_epochs=True)
    noise = json.loads((audit(*trial.overrides) / "noise.json").read_text())
    work = tmp_path / "audit"
    folders = [f"{name}_dir={work / name}" for name in ("runs", "models", "checkpoints")]
    shared = ["runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu"]
    record = study_audit(trial, [*trial.overrides, *shared, *folders], work / "predictions")
    assert record["identity"] == noise["identity"]
    assert record["epochs"] == 1
    anew = record["retrained_test_accuracy"], record["sl_retrained_test_accuracy"]
    assert all(0 < accuracy < 1 for accuracy in anew)
    assert anew[0] != anew[1]  # two losses
    found = record["measures"]
    assert {key: found["rate"][key] for key in ("low", "high")} == {key: noise["rate"][key] for key in ("low", "high")}
    assert found["rate"]["estimated"] == noise["rate"]["value"]
    assert found["confident_learning_rate"] == noise["confident_learning_rate"]


def invented(loss: str, folds: int, seed: int, precision: float, decided: float | None = 0.8) -> dict[str, Any]:
    flags = {"decision": {"precision": decided, "recall": 0.3}, "cleanlab": {"precision": 0.7, "recall": 0.9}}
    rate = {"true": 0.4, "estimated": 0.35, "covered": seed == 0}
    found = {"average_precision": precision, "rate": rate, "flagged": flags, "confident_learning_rate": 0.5}
    given = None if folds else precision / 2  # of the invented test accuracies too the differences are known
    accuracies = {"trained_test_accuracy": given, "retrained_test_accuracy": 0.9 if loss == "sl" else None}
    return {"cell": "invented", "loss": loss, "folds": folds, "seed": seed, "measures": found, **accuracies}


def test_the_overview_marks_what_differs_from_cross_entropy() -> None:
    usual, better = (0.70, 0.80, 0.75), (0.76, 0.85, 0.80)  # differences 0.06, 0.05, 0.05: p = 0.004, corrected 0.008
    records = [invented("ce", 0, seed, value, None) for seed, value in enumerate(usual)]
    records += [invented("sl", 0, seed, value) for seed, value in enumerate(better)]
    records += [invented("gce", 0, seed, value) for seed, value in enumerate((0.76, 0.72, 0.80))]
    records += [invented("ce", 4, seed, 0.8) for seed in (0, 1)]
    text = overview(records, whole_family(records, []))
    lines = [[cell.strip() for cell in line.split("|")[2:-1]] for line in text.splitlines() if "| invented" in line]
    ranking, miss, decision, gain = lines
    assert ranking == ["0.750", "0.760", "0.803 *", "0.800", "–", "–", "0.400"]
    assert miss == [*["−5.0 (1 of 3)"] * 3, "−5.0 (1 of 2)", "–", "–", "+10.0"]
    (reach, *more) = [line for line in text.splitlines() if line.startswith("| SL, one run")]
    assert (reach, more) == ("| SL, one run | 1 | −5.0 to −5.0 | +10.0 to +10.0 |", [])
    assert decision[:4] == ["– / 0.30", "0.80 / 0.30", "0.80 / 0.30", "0.80 / 0.30"]
    assert decision[-1] == "0.70 / 0.90"
    assert gain == ["–", "–", "+52.5 *", "–", "–", "–", "+2.7 *"]  # 0.9 minus 0.375; half of the differences above


def test_the_readme_shows_audits_as_the_command_trains_them() -> None:
    """SL ranks 6, 5 and 5 points better than CE and ends half of that more accurate (p = 0.004)."""
    values = {"ce": (0.70, 0.80, 0.75), "sl": (0.76, 0.85, 0.80)}
    own = [invented(loss, 0, seed, value) for loss in values for seed, value in enumerate(values[loss])]
    own = [one | {"cell": "ours, authors_code", "overrides": ["dataset=x", "scale=cpu"]} for one in own]
    others = [own[0] | {"cell": "other", "overrides": [change]} for change in ("recipe=apl", "scale.epoch_share=0.25")]
    folds = [one | {"folds": 4} for one in own]
    lines = in_short([*others, *folds, *own], whole_family([*folds, *own], [])).splitlines()[2:]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    assert rows == [["ours", "40.0 %", "0.75", "0.80 *", "35.0 %", "80 %", "30 %", "+2.7 *", "3"]]
    undecided = [invented(loss, 0, 0, 0.7, None) | {"overrides": []} for loss in ("ce", "sl")]
    (row,) = in_short(undecided, whole_family(undecided, [])).splitlines()[2:]
    assert row == "| invented | 40.0 % | 0.70 | 0.70 | 35.0 % | – | 30 % | +0.0 | 1 |"


def test_a_comparison_that_several_tables_show_counts_once_and_is_corrected_for_all() -> None:
    gained = infer([0.03, 0.04, 0.05])
    others = [infer([-1.0, 1.1, number / 100]) for number in range(5)]
    for more in ([], others):
        family = Family([gained, gained, *more])
        (p, *_) = false_discovery_control([gained.p, *(one.p for one in more)])
        assert family.p(gained) == pytest.approx(p)
        assert family.mark(gained) == (" *" if p < 0.05 else "")
    assert (family.mark(gained), family.tested) == ("", 6)


@pytest.mark.results
def test_the_measured_parts_of_the_pages_are_of_their_records(tmp_path: Path) -> None:
    kept = [ROOT / "docs" / "audit-study.md", ROOT / "README.md"]
    pages = [Path(shutil.copy(path, tmp_path)) for path in kept]
    write_pages(ROOT / "results" / "audit_study", *pages)
    for page, old in zip(pages, kept, strict=True):
        assert page.read_text() == old.read_text(), "run: python scripts/audit_study.py table_only=true"


def test_the_reach_of_an_estimate_is_that_of_its_settings() -> None:
    """Two settings, whose estimates miss by −5 and by −25 points, and cleanlab's by 10 and −10."""
    records = [invented("ce", folds, seed, 0.8) for folds in (0, 4) for seed in (0, 1)]
    other = {"true": 0.6, "estimated": 0.35, "covered": False}
    records += [{**one, "cell": "other", "measures": {**one["measures"], "rate": other}} for one in records]
    lines = [line for line in overview(records, whole_family(records, [])).splitlines() if line.startswith("| CE, ")]
    assert lines == [f"| CE, {way} | 2 | −25.0 to −5.0 | −10.0 to +10.0 |" for way in ("one run", "4 folds")]


def test_audits_at_all_epochs_stand_beside_the_short_ones() -> None:
    """CE ranks 0.1 better with all epochs; on the corrected labels SL is 20, 21 and 22 points ahead of SL as given."""
    short = [invented(loss, 0, seed, 0.6) | {"epochs": 30} for loss in ("ce", "sl") for seed in range(4)]
    long = [invented("ce", 0, seed, 0.7 + seed / 1000) | {"epochs": 120} for seed in range(3)]
    anew = {"epochs": 120, "retrained_test_accuracy": 0.5}
    long += [
        invented("sl", 0, seed, 0.6) | anew | {"sl_retrained_test_accuracy": 0.5 + seed / 100} for seed in range(3)
    ]
    long = [one | {"provenance": {"commit": "0123456789", "dirty": one["loss"] == "sl"}} for one in long]
    text = length_part(short, long, whole_family(short, long))
    assert "Scaled-down runs, commit 0123456, 0123456 with changes." in text
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in text.splitlines() if "| invented" in line]
    assert rows[0][:4] == ["30", "CE", "4", "0.600"]
    assert rows[2] == ["120", "CE", "3", "0.701", "−5.0", "0.80 / 0.30", "35.0 ± 0.1", "–", "–"]
    assert rows[3][-3:] == ["30.0 ± 0.0", "50.0 ± 0.0", "51.0 ± 1.0"]
    found = {title: cells for title, *cells in rows[4:]}
    assert found["average precision of CE: all epochs minus fewer"][:2] == ["3", "+10.1 [+9.9, +10.3] *"]
    assert found["average precision of SL: all epochs minus fewer"] == ["3", "+0.0", "–"]
    assert found["average precision at all epochs: SL minus CE"][1] == "−10.1 [−10.3, −9.9] *"
    assert found["test accuracy of SL: its corrected labels minus labels as given"][1] == "+21.0 [+18.5, +23.5] *"
    assert found["test accuracy of CE: SL's corrected labels minus labels as given"][0] == "3"
    assert found["test accuracy on SL's corrected labels: SL minus CE"][1].startswith("+1.0 [")
