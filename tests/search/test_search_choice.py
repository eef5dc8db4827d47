"""A choice of parameters goes by noisy validation accuracy, and can go by nothing else."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from held_out_runs import record
from scipy import stats

from sl.config.compose import compose_run
from sl.errors import UserError
from sl.record import Run, load_all, read
from sl.search.rank import listing, overrides, rankings, score
from sl.search.validation import ValidatedRun, validated, with_holdout
from sl.train.described import describe_run

ROOT = Path(__file__).resolve().parents[2]
OF_THE_TEST_SET = ("test_accuracy", "class_accuracy", "confusion", "representation")
CHOOSES = sorted((ROOT / "sl/search").glob("*.py"))


class Poisoned:
    """A line of a record that lets nobody read what is of the test set."""

    def __init__(self, line: Any) -> None:
        self._line = line

    def __getattr__(self, key: str) -> Any:
        assert key not in OF_THE_TEST_SET, f"{key} was read"
        return getattr(self._line, key)

    __getitem__ = __getattr__


def poisoned(run: Run) -> Run:
    probes = {stage: Poisoned(probe) for stage, probe in run.probes.items()}
    return replace(run, epochs=tuple(Poisoned(line) for line in run.epochs), probes=probes)


def order(runs: list[Run]) -> list[float]:
    (ranking,) = rankings(map(validated, with_holdout(runs)))
    return [candidate[0].parameters["alpha"] for candidate in ranking.candidates]


def test_the_best_validation_accuracy_wins_whatever_the_test_set_says(tmp_path: Path) -> None:
    for alpha, validation, test in ((0.01, 0.5, 0.99), (0.1, 0.6, 0.01), (1.0, 0.55, 0.5)):
        for seed in (0, 1):
            record(tmp_path, alpha, seed, validation, test)
    runs = load_all(tmp_path)
    assert order(runs) == [0.1, 1.0, 0.01]
    assert order([poisoned(run) for run in runs]) == [0.1, 1.0, 0.01]


def test_parameters_of_a_loss_in_a_loss_are_listed() -> None:
    part = {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.5, "p_min": 1e-7}
    loss = {"transition": "noise", "term": part, "detached": True}
    assert overrides(loss) == "loss.term.alpha=0.5 loss.term.p_min=1e-07 loss.detached=true"


@pytest.mark.parametrize(
    "choice", [["loss=sl", "loss.log_zero=-9.210340371976182", "loss.alpha=0.12345678"], ["loss=bootstrap_hard"]]
)
def test_what_is_printed_composes_to_the_run_that_was_ranked(choice: list[str]) -> None:
    """Bootstrap's `hard` is no number: both kinds stand in one ranking."""
    held_out = ["dataset=digits", "holdout=0.2", "runtime.precision=float32"]
    described = describe_run(compose_run([*held_out, *choice]))
    parameters = {key: value for key, value in described.result_config["loss"].items() if key != "_target_"}
    (ranking,) = rankings([ValidatedRun(described.identity, "", "", parameters, 0, 0.5)])
    printed = [word for word in listing(ranking)[-1].split() if word.startswith("loss.")]
    of_class = "loss=sl" if choice[0] == "loss=sl" else "loss=bootstrap_soft"
    assert describe_run(compose_run([*held_out, of_class, *printed])).identity == described.identity


def test_the_poison_works(tmp_path: Path) -> None:
    run = poisoned(read(record(tmp_path, 0.1, 0, 0.5, 0.9)))
    for value in (run.last, run.best, run.mean_last_ten, run.class_curve):
        with pytest.raises(AssertionError, match="was read"):
            value()


@pytest.mark.parametrize("module", CHOOSES, ids=lambda path: path.stem)
def test_no_module_that_chooses_names_a_field_of_the_test_set(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert [word for word in (*OF_THE_TEST_SET, "mean_last_ten", ".last()", ".probes") if word in text] == []
    imported = [node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("studies")]


def test_the_score_is_the_mean_of_the_last_ten_epochs(tmp_path: Path) -> None:
    run = read(record(tmp_path, 0.1, 0, 0.5, 0.9))
    rising = tuple(line.model_copy(update={"validation_accuracy": line.epoch / 100}) for line in run.epochs)
    assert len(rising) == 12
    assert validated(replace(run, epochs=rising)).accuracy == pytest.approx(sum(range(3, 13)) / 10 / 100)
    assert validated(replace(run, epochs=rising[:2])).accuracy == pytest.approx(0.015)


def test_a_run_without_a_holdout_has_no_score(tmp_path: Path) -> None:
    run = read(record(tmp_path, 0.1, 0, 0.5, 0.9, holdout=None))
    half = replace(read(record(tmp_path, 0.1, 0, 0.5, 0.9)), last_line=None)
    assert with_holdout([run, half]) == []
    with pytest.raises(UserError, match="no validation_accuracy; it must be the record of a run with a holdout"):
        validated(run)


def test_choices_compare_on_the_same_seeds_only(tmp_path: Path) -> None:
    for alpha, validations in ((0.01, (0.5, 0.6)), (0.1, (0.6, 0.4)), (1.0, (0.9,))):
        for seed, validation in enumerate(validations):
            record(tmp_path, alpha, seed, validation, 0.5)
    (ranking,) = rankings(map(validated, load_all(tmp_path)))
    assert [candidate[0].parameters["alpha"] for candidate in ranking.candidates] == [0.01, 0.1]
    assert [score(candidate) for candidate in ranking.candidates] == pytest.approx([0.55, 0.5])
    assert ranking.incomplete == 1
    assert listing(ranking)[-1] == "  1 more not ranked: runs of some seeds are missing"


def test_what_cannot_be_ranked_has_its_title_too() -> None:
    runs = [ValidatedRun(f"{seed}", "", "SL, digits", {"alpha": float(seed)}, seed, 0.5) for seed in (1, 2)]
    (ranking,) = rankings(runs)
    assert (listing(ranking)[0], listing(ranking)[2:]) == (
        "SL, digits",
        ["  2 more not ranked: runs of some seeds are missing"],
    )


def test_what_the_best_is_not_shown_to_beat_is_said(tmp_path: Path) -> None:
    accuracies = {0.1: (0.60, 0.62, 0.64), 1.0: (0.61, 0.60, 0.63), 10.0: (0.400, 0.421, 0.439)}
    for alpha, of_seed in accuracies.items():
        for seed, accuracy in enumerate(of_seed):
            record(tmp_path, alpha, seed, accuracy, 0.5)
    (ranking,) = rankings(map(validated, load_all(tmp_path)))
    best = 100 * np.array(accuracies[0.1])
    tests = [stats.ttest_1samp(best - 100 * np.array(accuracies[alpha]), 0) for alpha in (1.0, 10.0)]
    assert [one.p for one in ranking.behind] == [None, *(pytest.approx(test.pvalue) for test in tests)]
    assert ranking.p_adjusted[1:] == pytest.approx(stats.false_discovery_control([test.pvalue for test in tests]))
    lines = listing(ranking)[2:]
    assert [line.rpartition("  ")[2] for line in lines] == [
        "(best)",
        "(+0.7 [−3.1, +4.5], not shown to be worse)",
        "(+20.0 [+19.8, +20.2])",
    ]


def test_another_holdout_is_another_ranking(tmp_path: Path) -> None:
    record(tmp_path, 0.1, 0, 0.5, 0.5, holdout=0.1)
    record(tmp_path, 1.0, 0, 0.6, 0.5, holdout=0.2)
    assert len(rankings(map(validated, load_all(tmp_path)))) == 2


def test_losses_and_runs_of_other_parameters_noise_or_recipe_are_ranked_apart(tmp_path: Path) -> None:
    """CE and MAE have no parameters, and the accuracies of older runs without p_min say nothing of those with one."""
    kinds: list[dict[str, Any]] = [{"loss": "ce"}, {"loss": "mae"}, {"loss": "sl"}]
    kinds += [{"loss": "sl", "loss_options": {"p_min": 1e-7}}, {"loss": "sl", "rate": 0.2}]
    kinds += [{"loss": "sl", "noise": "none"}, {"loss": "sl", "recipe": "apl"}, {"loss": "sl", "scale": "paper"}]
    for kind in kinds:
        head = synthetic.header(**kind, dataset="digits")
        head["config"]["holdout"], head["data"]["validation_images"] = 0.2, 1000
        lines = synthetic.lines(head)
        measured = [line | {"validation_accuracy": 0.5} if line["kind"] == "epoch" else line for line in lines]
        synthetic.write(tmp_path, measured)
    found = rankings(map(validated, load_all(tmp_path)))
    assert [len(ranking.candidates) for ranking in found] == [1] * len(kinds)


def choose(runs: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-X", "importtime", str(ROOT / "scripts/choose.py"), f"runs_dir={runs}"]
    return subprocess.run(command, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})


def test_the_command_lists_the_best_first_without_torch(tmp_path: Path) -> None:
    record(tmp_path, 0.01, 0, 0.5, 0.99)
    record(tmp_path, 0.1, 0, 0.6, 0.01)
    done = choose(tmp_path)
    assert done.returncode == 0
    assert "loss.alpha=0.1 loss.beta=1" in done.stdout.splitlines()[2]
    assert "99" not in done.stdout
    assert "| torch\n" not in done.stderr


def test_the_command_says_how_many_runs_diverged(tmp_path: Path) -> None:
    for alpha in (0.1, 1.0):
        last = record(tmp_path, alpha, 0, 0.5, 0.5)
    head, *_ = last.read_text().splitlines()
    diverged = {"kind": "diverged", "epoch": 1, "step": 3, "lr": 0.1, "loss": "nan", "finished": "2026"}
    last.write_text(f"{head}\n{json.dumps(diverged)}\n")
    said = choose(tmp_path).stdout
    assert "loss.alpha=1.0" not in said
    assert said.splitlines()[-1] == "1 run with a holdout diverged: their parameters are not ranked"


def test_the_command_says_where_nothing_can_be_ranked(tmp_path: Path) -> None:
    record(tmp_path, 0.01, 0, 0.5, 0.99, holdout=None)
    done = choose(tmp_path)
    assert done.returncode == 2
    assert "holds no finished run with a holdout and no sweep" in done.stderr.splitlines()[-1]


def test_records_of_both_kinds_are_read(tmp_path: Path) -> None:
    paths = [record(tmp_path, 0.1, seed, 0.5, 0.5, holdout) for seed, holdout in ((0, None), (1, 0.2))]
    assert [("validation_accuracy" in json.loads(path.read_text().splitlines()[1])) for path in paths] == [False, True]
    assert len(load_all(tmp_path)) == 2
