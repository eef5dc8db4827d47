"""What every loss gives for every batch, values and gradients of sl.losses in float64: for tests in other languages.

`python tests/conformance/conformance_table.py` writes results/conformance/losses.json.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from hydra.utils import get_class
from torch import Tensor

from sl import losses
from sl.config.files import read_yaml
from sl.conformance.batches import Batch, batches
from sl.conformance.catalogue import LOSSES, A
from sl.files import replace_file
from sl.losses import Loss
from sl.noise import symmetric
from sl.paths import CONFIG_DIR

FILE = Path(__file__).parents[2] / "results" / "conformance" / "losses.json"
ABOUT = (
    "Losses on fixed logits and labels. values: the loss of each example; gradient: that of their sum in the logits. "
    "A is the natural logarithm of 1e-4. transition: symmetric noise of the rate. elr: each example seen for the first "
    "time. d2l: past its turning point. joint: its KL term is that of the batch. "
    "Made by python tests/conformance/conformance_table.py."
)


def build(name: str, batch: Batch) -> Loss:
    """The loss with the catalogue's parameters, for the batch's classes."""
    examples, classes = batch.logits.shape
    given = dict(LOSSES[name].parameters)
    if "rate" in given:
        given["transition"] = symmetric(classes, given.pop("rate"))
    if name == "elr":
        given |= {"num_examples": examples, "num_classes": classes}
    if name == "d2l":
        return _turned(given["alpha"])
    if name.endswith("_sl"):
        term = losses.SymmetricCrossEntropy(given.pop("alpha"), given.pop("beta"), given.pop("log_zero"))
        given["term"] = term
    if name == "bootstrap_sl":
        given["beta"] = given.pop("share")
    if name.startswith("nce_"):
        given["active"] = losses.NormalizedCrossEntropy()
        log_zero = given.pop("log_zero", A)
        given["passive"] = losses.ReverseCrossEntropy(log_zero) if name == "nce_rce" else losses.MeanAbsoluteError()
    if name.startswith("bootstrap"):
        given["hard"] = name != "bootstrap_soft"
    named = read_yaml(CONFIG_DIR / "loss" / f"{name}.yaml")["_target_"]
    return get_class(named)(**given, reduction="none")


def _turned(alpha: float) -> Loss:
    loss = losses.DimensionalityDriven(0.375, 5, 20, "none")
    loss.turned.fill_(True)
    loss.alpha.fill_(alpha)
    return loss


def value_and_gradient(name: str, batch: Batch) -> tuple[Tensor, Tensor]:
    """Values (N,) and gradient (N, K), float64."""
    logits = torch.from_numpy(batch.logits).clone().requires_grad_()
    labels = torch.from_numpy(batch.labels)
    index = torch.arange(len(labels)) if name == "elr" else None
    values = build(name, batch)(logits, labels, index)
    return values.detach(), torch.autograd.grad(values.sum(), logits)[0]


def content() -> dict[str, Any]:
    """What the file holds."""
    return {
        "about": ABOUT,
        "losses": {
            name: {"formula": known.text, "parameters": known.parameters, "source": known.source}
            for name, known in LOSSES.items()
        },
        "batches": {
            batch.name: {"logits": batch.logits.tolist(), "labels": batch.labels.tolist()} for batch in batches()
        },
        "cases": list(_cases()),
    }


def _cases() -> Iterator[dict[str, Any]]:
    for name in LOSSES:
        for batch in batches():
            values, gradient = value_and_gradient(name, batch)
            yield {"loss": name, "batch": batch.name, "values": values.tolist(), "gradient": gradient.tolist()}


def write() -> None:
    """Write the file, one case a line."""
    parts = content()
    cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in parts.pop("cases"))
    head = json.dumps(parts, ensure_ascii=False)[:-1]
    replace_file(FILE, f'{head},\n"cases": [\n{cases}\n]}}\n')


if __name__ == "__main__":
    write()
