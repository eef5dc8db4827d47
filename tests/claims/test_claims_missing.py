"""What is missing for a verdict, and the command that trains it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic
from claim_records import claim, group, written

from sl.claims.evaluate import all_outcomes
from sl.claims.page import markdown
from sl.claims.rule import Verdict
from sl.record import load_all
from sl.reproduce.experiment import runs as experiment_runs
from sl.tables import Literature

ROOT = Path(__file__).parents[2]
GROUPS = {"SCALE": "scale", "reproduce": "experiment"}  # of configs/, as make calls them


def test_what_is_missing_is_one_line_with_its_command(page: tuple) -> None:
    found = claim(page[2], "spread_noisy_late")
    assert (found["verdict"], found["n"], found["interval"]) == ("not enough runs", 1, None)
    assert found["cells"] == {"CE, clean": 1, "CE, symmetric 40 %": 3}
    assert "not enough runs** |" not in page[1]
    (line,) = (line for line in page[1].splitlines() if line.startswith("Claims without enough runs"))
    undecided = [one for one in page[2][0]["claims"] if one["verdict"] == "not enough runs"]
    unmeasured = [one["id"] for one in undecided if min(one["cells"].values()) == 3]
    assert unmeasured == ["sl_separates_silhouette", "sl_separates_neighbours"]  # no representations were kept
    lacking = [one for one in undecided if one["id"] not in unmeasured]
    cells = {words: n for found in lacking for words, n in found["cells"].items()}
    assert line == (
        f"Claims without enough runs: {len(lacking)}. "
        f"With 3 seeds each they need {sum(max(0, 3 - n) for n in cells.values())} more runs. "
        "`make reproduce-cifar10 SCALE=paper` trains them, among others. "
        "Claims that cannot be measured on the runs there are: 2. The runs kept no representations "
        "(probe.representations=2000 keeps them), their records are older than the measure, the compared runs "
        "share too few seeds, or there are too few classes."
    )
    assert "MNIST: no finished run yet; `make reproduce-mnist` trains the runs." in page[1]


def test_runs_beyond_those_needed_make_up_for_none_that_is_missing() -> None:
    found = group("cifar10", True, one=(Verdict.LACKING, 1))
    claims = tuple(replace(one, cells={"many": 7, "few": 1, "none": 0}) for one in found.claims)
    assert (
        "Claims without enough runs: 1. With 3 seeds each they need 5 more runs."
        in replace(found, claims=claims).missing
    )


@pytest.mark.parametrize(
    ("scale", "recipe", "printed"),
    [
        ("paper", "authors_code", True),
        ("cpu", "authors_code", True),
        ("cpu", "sce_pytorch", True),
        ("custom", "authors_code", False),
        ("cpu", "gone", False),
    ],
)
@pytest.mark.parametrize("dataset", ["mnist", "cifar10", "digits", "pairs"])
def test_every_printed_command_has_choices_of_configs(
    tmp_path: Path, literature: Literature, dataset: str, scale: str, recipe: str, printed: bool
) -> None:
    synthetic.record(tmp_path, "ce", dataset=dataset, scale=scale, recipe=recipe)
    (found,) = all_outcomes(load_all(tmp_path), literature, tmp_path)
    (line,) = (line for line in markdown([found]).splitlines() if line.startswith("Claims without enough runs"))
    assert ("trains them" in line) == bool(found.command) == (printed and dataset != "pairs")
    commands = re.findall("`(.*?)`", line)
    assert commands == [found.command] * bool(found.command)
    for command in commands:
        named = re.findall(r"(scale|recipe|experiment|SCALE|reproduce)[=-](\w+)", command)
        assert {"scale", "experiment"} <= {GROUPS.get(option, option) for option, _ in named}
        for option, choice in named:
            group = GROUPS.get(option, option)
            assert (ROOT / "configs" / group / f"{choice}.yaml").is_file()
            assert group != "experiment" or f"dataset={dataset} " in " ".join(map(" ".join, experiment_runs(choice)))


def test_refused_pairs_stand_on_the_page(tmp_path: Path, literature: Literature) -> None:
    for loss, version in (("ce", "2.14.1"), ("sl", "2.15.0")):
        for seed in (0, 1, 2):
            path = synthetic.record(tmp_path / "runs", loss, seed=seed)
            if seed == 0:
                path.write_text(path.read_text().replace('"torch": "2.0"', f'"torch": "{version}"'))
    text, groups = written(tmp_path, literature)
    found = claim(groups, "sl_vs_ce_symmetric_40")
    assert (found["n"], found["verdict"]) == (2, "not enough runs")
    assert found["refused"] == ["seed 0: PyTorch 2.14.1 against 2.15.0"]
    line = next(line for line in text.splitlines() if line.startswith("Pairs refused"))
    assert "seed 0: PyTorch 2.14.1 against 2.15.0" in line
    left = [one for one in groups[0]["claims"] if one["n"] < 3 and one["refused"]]
    assert line.endswith(f"Claims left with too few pairs: {len(left)}.")
    assert "cannot be measured on the runs there are" not in text  # more is said of them above


def test_claims_that_refused_pairs_leave_with_a_verdict_are_not_counted() -> None:
    made = group("cifar10", True, one=(Verdict.LACKING, 2), two=(Verdict.SUPPORTED, 3))
    claims = (replace(one, cells={"CE": 4}, refused=("seed 0: other labels",)) for one in made.claims)
    text = markdown([replace(made, claims=tuple(claims))])
    assert "\n\nPairs refused: seed 0: other labels. Claims left with too few pairs: 1.\n\n" in text


def test_nothing_recorded(tmp_path: Path, literature: Literature) -> None:
    (tmp_path / "runs").mkdir()
    text, groups = written(tmp_path, literature)
    assert groups == []
    assert "CIFAR-10: no finished run yet; `make reproduce-cifar10` trains the runs." in text
