"""Invented records made so that a claim must hold or must fail; none of their numbers is a result."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import synthetic
from pydantic import TypeAdapter

from sl.claims.outcome import GroupOutcomes, Outcome
from sl.claims.page import write_all
from sl.claims.rule import Verdict
from sl.comparison import RunGroup, run_groups
from sl.record import load_all
from sl.tables import Literature

EASY_TO_HARD = np.array([4, 0, 7, 9, 6, 8, 2, 5, 1, 3])  # place of each class: 1 is the easiest, 3 the hardest


def read_claims(path: Path) -> list[GroupOutcomes]:
    """What a claims.json holds."""
    return TypeAdapter(list[GroupOutcomes]).validate_python(json.loads(path.read_text(encoding="utf-8"))["groups"])


def accuracies(best: float, worst: float) -> np.ndarray:
    """Accuracy of each class (10,): evenly from `best` for class 1 down to `worst` for class 3."""
    return np.linspace(best, worst, 10)[EASY_TO_HARD]


@dataclass
class Made:
    """What a run is to show: class-wise accuracy (10,) at half time and at the end, and more, as shares.

    `confidence` is also the share of the images of class 3 that it learns.

    `by_class`: of the wrong labels the share memorised among images of the easy and of the hard classes of
    `accuracies`; older records do not say it.
    """

    loss: str
    rate: float
    middle: np.ndarray
    last: np.ndarray
    memorised: tuple[float, float] = (0.1, 0.1)
    confidence: float = 0.5
    distance: float | None = None
    fitted: float = 0.5
    by_class: tuple[float, float] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    noise: str = "symmetric"

    def write(self, root: Path, seed: int, epochs: int = 8) -> Path:
        """Write the record of one seed, with a little chance; returns its path."""
        noise = self.noise if self.rate else "none"
        known = self.loss if self.loss in synthetic.LOSSES else "ce"
        lines = synthetic.lines(
            synthetic.header(known, noise, self.rate, seed, epochs=epochs, scale="paper", loss_options=self.options)
        )
        lines[0]["config"]["names"]["loss"] = self.loss
        lines[0]["identity"] = hashlib.sha256(json.dumps(lines[0]["config"]).encode()).hexdigest()[:16]
        random = np.random.default_rng([seed, *f"{self.loss} {self.rate} {self.options}".encode()])
        self._fill([line for line in lines if line["kind"] == "epoch"], random)
        for line in lines:
            if line["kind"] == "probe":
                line["confidence"][3] = self.confidence + 0.01 * random.random()
                line["predictions"][3] = round(300 * self.confidence) + int(random.integers(4))
        path = synthetic.write(root, lines)
        if self.by_class:
            shares = np.where(EASY_TO_HARD < 5, *self.by_class) + 0.01 * random.random(10)
            synthetic.class_training(path, shares.tolist(), 10 * [self.fitted])
        if self.distance is not None:
            labels = np.repeat(np.arange(10), 8)
            features = random.normal(size=(80, 12)) + self.distance * np.eye(12)[labels]
            np.savez(path.with_suffix(".npz"), representation=features.astype(np.float16), labels=labels)
        return path

    def _fill(self, epochs: list[dict[str, Any]], random: np.random.Generator) -> None:
        half = len(epochs) // 2
        for place, line in enumerate(epochs):
            share = max(0.0, (place + 1 - half) / half)
            accuracy = (1 - share) * self.middle + share * self.last + random.uniform(-0.002, 0.002, 10)
            line["class_accuracy"] = accuracy.tolist()
            line["test_accuracy"] = float(accuracy.mean())
            memorised = np.interp(place, [0, len(epochs) - 3], self.memorised)
            line["wrong_memorised"] = float(memorised) + 0.001 * random.random()
            line["right_accuracy"] = self.fitted + 0.001 * random.random()


CE = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5))
SL = Made("sl", 0.4, accuracies(0.95, 0.7), accuracies(0.95, 0.7))


def run_group_of(root: Path, made: list[Made], seeds: tuple[int, ...] = (0, 1, 2)) -> RunGroup:
    """All of `made` for each of `seeds`, as the one group they make."""
    for run in made:
        for seed in seeds:
            run.write(root, seed)
    (group,) = run_groups(load_all(root))
    return group


def group(dataset: str, full: bool, recipe: str = "authors_code", **verdicts: tuple[str, int]) -> GroupOutcomes:
    """An invented group: verdict and number of seeds of each claim by its id."""
    claims = tuple(
        Outcome(
            name, "", "", "", False, Verdict(verdict), False, (), (), None, None, None, None, n,
            "", {}, False, "a proof" if name == "proven" else "", {}, (), (), (),
        )
        for name, (verdict, n) in verdicts.items()
    )  # fmt: skip
    return GroupOutcomes(dataset, "", recipe, full, "", "", "", {}, "", "", (), "", claims)


def written(root: Path, literature: Literature) -> tuple[str, list[dict[str, Any]]]:
    """claims.md, and the groups of claims.json, of the records in `root`/runs."""
    write_all(load_all(root / "runs"), literature, root)
    return (root / "claims.md").read_text(), json.loads((root / "claims.json").read_text())["groups"]


def claim(groups: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The claim of this id in the first group."""
    return next(found for found in groups[0]["claims"] if found["id"] == name)
