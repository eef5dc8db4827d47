"""Measures audits where the truth is known: losses, folds and seeds on labels with known errors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import torch

from sl.audit.analyse import analyse
from sl.audit.predict import combine, parts, predict_all
from sl.audit.subject import subject_of
from sl.config.compose import compose_run
from sl.files import replace_json
from sl.options.run import RunConfig
from sl.record.lines import rounded
from sl.record.read import read
from sl.train.described import Described, describe_run
from sl.train.engine import make_engine
from sl.train.epoch import train_one_epoch
from sl.train.machine import origin_of
from sl.train.prepared import prepare
from studies.audit.measure import measures
from studies.slug import slug

AUTHORS = ", authors_code"  # end of the name of a cell that has this recipe
SCALED_MNIST = ("scale.train_share=0.02", "scale.test_share=0.1", "scale.epoch_share=0.3")
SMALL_CIFAR = ("scale=cpu", "runtime.precision=float32")
SCALED_CIFAR = ("recipe=apl", "scale=cpu", "scale.epoch_share=0.25", "runtime.precision=float32")
CELLS: dict[str, tuple[str, ...]] = {
    "digits, symmetric 20 %": ("dataset=digits", "noise=symmetric", "noise.rate=0.2"),
    "digits, symmetric 40 %": ("dataset=digits", "noise=symmetric", "noise.rate=0.4"),
    "MNIST, asymmetric 40 %": ("dataset=mnist", "noise=asymmetric", "noise.rate=0.4", *SCALED_MNIST),
    "CIFAR-10N worst": ("dataset=cifar10", "noise=human", "noise.name=worst", *SCALED_CIFAR),
    "CIFAR-10N aggregate": ("dataset=cifar10", "noise=human", "noise.name=aggregate", *SCALED_CIFAR),
    "CIFAR-10, symmetric 40 %": ("dataset=cifar10", "noise=symmetric", "noise.rate=0.4", *SCALED_CIFAR),
    "CIFAR-10, asymmetric 40 %": ("dataset=cifar10", "noise=asymmetric", "noise.rate=0.4", *SCALED_CIFAR),
}
LABELS = {cell: overrides[:3] for cell, overrides in CELLS.items() if overrides[0] == "dataset=cifar10"}
# At all epochs: with the recipe of the cells above, and as `sl audit` trains on 5,000 own pictures, in float32.
LONG_CELLS = {cell: (*labels, "recipe=apl", *SMALL_CIFAR) for cell, labels in LABELS.items()} | {
    f"{cell}{AUTHORS}": (*labels, *SMALL_CIFAR) for cell, labels in LABELS.items()
}
# Loss and folds of the only audits on CIFAR whose corrected labels CE is trained on.
RETRAINED = {("sl", 0), ("ce", 4), ("sl", 4)}
LOSSES = {0: ("ce", "gce", "sl", "lsr", "nce_rce"), 4: ("ce", "gce", "sl")}  # for each number of folds
SEEDS = {0: 6, 4: 3}
LONG = ("ce", "sl")  # the losses whose one run is also measured at all epochs, with three seeds
EXPECTED_PRECISION = 0.9


@dataclass(frozen=True)
class Trial:
    """One audit of the study."""

    cell: str
    loss: str
    folds: int
    seed: int
    all_epochs: bool = False  # a cell of LONG_CELLS

    @property
    def file(self) -> str:
        """The name of its record."""
        return f"{slug(self.cell)}_{self.loss}_folds{self.folds}_seed{self.seed}.json"

    @property
    def setting(self) -> tuple[str, ...]:
        """The overrides for labels, scale and recipe."""
        return (LONG_CELLS if self.all_epochs else CELLS)[self.cell]

    @property
    def retrains(self) -> bool:
        """Whether CE, and at all epochs SL too, is trained anew on the corrected labels."""
        if self.all_epochs:
            return self.loss == "sl" and "recipe=apl" in self.setting
        return (self.loss, self.folds) in RETRAINED or "dataset=cifar10" not in self.setting

    @property
    def overrides(self) -> list[str]:
        """The overrides of the audit, as for `sl audit`."""
        return [*self.setting, f"loss={self.loss}", f"folds={self.folds}", f"seed={self.seed}"]


def trials(cells: Sequence[str]) -> Iterator[Trial]:
    """All audits of these cells, seed by seed."""
    for seed, cell, folds in product(range(max(SEEDS.values())), cells, SEEDS):
        if seed < SEEDS[folds]:
            yield from (Trial(cell, loss, folds, seed) for loss in LOSSES[folds])


def long_trials(cells: Sequence[str]) -> Iterator[Trial]:
    """One run of CE and of SL at all epochs on each of these cells, seed by seed."""
    for seed, cell, loss in product(range(SEEDS[4]), cells, LONG):
        yield Trial(cell, loss, 0, seed, all_epochs=True)


def run_study(planned: Iterable[Trial], results: Path, work: Path, threads: int) -> None:
    """Do the `planned` audits that have no JSON record in `results` yet; their runs go to `work`."""
    common = [f"{name}_dir={work / name}" for name in ("runs", "checkpoints", "models")]
    common += [f"runtime.threads={threads}"]
    for trial in planned:
        path = results / trial.file
        if not path.exists():
            record = audit(trial, [*trial.overrides, *common], work / "predictions")
            replace_json(path, rounded(record))
            print(f"written: {path}", flush=True)


def audit(trial: Trial, overrides: list[str], folder: Path) -> dict[str, Any]:
    """Do one audit; returns its record, as JSON holds it."""
    config = compose_run(overrides, "audit")
    described = describe_run(config)
    files = predict_all(parts(config, trial.folds), folder, 1)
    prepared = prepare(config)
    subject = subject_of(prepared)
    assert subject.clean is not None
    labels, clean, probabilities = subject.labels.numpy(), subject.clean.numpy(), combine(files, len(subject.names))
    analysis = analyse(subject, probabilities, trial.seed, trial.folds, EXPECTED_PRECISION)
    ranking = analysis.ranking
    found = measures(labels, clean, probabilities, ranking, analysis.estimate)
    changed = torch.from_numpy(labels.copy())
    rows = torch.from_numpy(ranking.change)
    changed[rows] = torch.from_numpy(ranking.suggested)[rows]
    anew = ("ce", "sl") if trial.all_epochs else ("ce",)
    accuracy = {loss: retrained(config, changed, trial, loss) if trial.retrains else None for loss in anew}
    return {
        "cell": trial.cell,
        "overrides": trial.overrides,
        "loss": trial.loss,
        "folds": trial.folds,
        "seed": trial.seed,
        "identity": described.identity,
        "images": len(labels),
        "epochs": prepared.plan.epochs,
        "expected_precision": EXPECTED_PRECISION,
        "measures": found,
        "trained_test_accuracy": None if trial.folds else trained_accuracy(described),
        "retrained_test_accuracy": accuracy["ce"],
        **({"sl_retrained_test_accuracy": accuracy["sl"]} if "sl" in accuracy else {}),
        "provenance": origin_of(described.runtime).model_dump(),
    }


def trained_accuracy(described: Described) -> float:
    """Test accuracy of the audit's one run, which is trained on the labels as given."""
    return read(described.record).last()


def retrained(config: RunConfig, labels: torch.Tensor, trial: Trial, loss: str) -> float:
    """Test accuracy after the last epoch of a run with `loss` on the audit's changed `labels`, all else equal."""
    plain = compose_run([*trial.setting, f"loss={loss}", f"seed={trial.seed}"])
    prepared = prepare(replace(plain, runtime=config.runtime))
    prepared = replace(prepared, noisy=replace(prepared.noisy, labels=labels))
    engine, plan = make_engine(prepared), prepared.plan
    lines = [train_one_epoch(engine, plan, trial.seed, epoch)[0] for epoch in range(1, plan.epochs + 1)]
    return lines[-1].test_accuracy
