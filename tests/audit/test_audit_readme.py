"""What README and docs/audit.md say of an audit's time and of its first suspects, against the records."""

import csv
import json
from pathlib import Path

import pytest

from sl.config.compose import compose_run
from sl.noise.cifar_n import CLEAN_COLUMN, FILES, read_columns
from sl.train.described import describe_run

ROOT = Path(__file__).resolve().parents[2]
AUDITED = ROOT / "results" / "audit_study"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
AUTHORS = "cifar-10n-worst-authors-code_sl_folds0_seed0.json"


def suspects() -> list[dict[str, str]]:
    """The labels of the README's picture, from the audit's own suspects.csv, with the true ones."""
    with (AUDITED / "suspects.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.results
def test_pages_quote_the_time_of_an_audit() -> None:
    (file,) = (ROOT / "results" / "audit_time").glob("*.json")
    cases = json.loads(file.read_text())["cases"]
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    for case in cases:
        assert case["pictures"] == 2000
        assert case["wrong"] == 0.2
        rate = [f"{100 * case['estimated'][key]:.1f}" for key in ("value", "low", "high")]
        cells = [
            f"`{' '.join(case['options'] or ['folds=4'])}`",  # four were the default then
            f"{case['wall_seconds'] / 60:.1f}",
            f"{case['processor_seconds'] / 60:.1f}",
            f"{case['average_precision']:.2f}",
            f"{rate[0]} ({rate[1]} to {rate[2]})",
            f"{case['decided']}",
            f"{100 * case['decision_precision']:.0f}",
        ]
        assert f"| {' | '.join(cells)} |" in page
    first = cases[0]
    assert first["options"] == ["folds=0"]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"2,000 pictures took {first['wall_seconds'] / 60:.0f} minutes on one idle Zen 3 core" in readme
    assert first["processor_seconds"] / first["wall_seconds"] < 1.01  # one core
    wrong = f"{100 * first['decision_precision']:.0f}"
    assert (
        f"Of its {first['decided']} changes on those 2,000 pictures {wrong} % were right (90 % were expected)" in readme
    )


@pytest.mark.results
def test_the_pictures_shown_are_of_an_audit_of_the_study() -> None:
    """All by `sl audit`, and what README says of them."""
    record = json.loads((AUDITED / "all_epochs" / AUTHORS).read_text())
    labels = ["dataset=cifar10", "noise=human", "noise.name=worst"]
    config = compose_run([*labels, "scale=cpu", "runtime.precision=float32", "runtime.threads=1"], "audit")
    assert describe_run(config).identity == record["identity"]
    assert record["images"] == 5000
    shown = suspects()
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"An audit of 5,000 pictures (scaled down) put these {len(shown)} labels first." in readme
    assert all(one["label"] != one["true"] for one in shown)
    right = sum(one["suggested"] == one["true"] for one in shown)
    assert f"all {len(shown)} are wrong; {right} of the suggestions are right" in readme


def test_the_labels_shown_are_those_of_the_data_set(data_dir: Path) -> None:
    file = FILES["cifar10"]
    if not (path := data_dir / "cifar-n" / file.file_name).exists():
        pytest.skip("cifar-n is not below SL_DATA_DIR")
    given, clean = read_columns(path, file.columns["worst"], CLEAN_COLUMN)
    for one in suspects():
        row = int(one["index"])
        assert [CLASSES[given[row]], CLASSES[clean[row]]] == [one["label"], one["true"]]
