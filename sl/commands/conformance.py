"""Test another implementation of a loss: sl conformance torch.nn:CrossEntropyLoss."""

import os
import sys
from typing import Literal

from sl.checks import one_of
from sl.conformance.catalogue import LOSSES
from sl.conformance.implementation import Implementation, load
from sl.conformance.verdict import check


def main(
    target: str, loss: str | None = None, arrays: Literal["numpy", "torch"] | None = None, **parameters: float
) -> int:
    """Say which loss an implementation computes, and which known mistake it makes.

      sl conformance torch.nn:CrossEntropyLoss
      sl conformance mypackage.losses:SCELoss alpha=0.1 beta=1 loss=sl

    The target is called with logits (N, K) and labels (N,), K = 2, 10, 100, and returns () or (N,). A class is
    instantiated first, with the given parameters that its constructor accepts, and with num_classes if it accepts
    that. Exit code 0: it conforms; 1: it does not; 2: it cannot be tried.

    target: package.module:Name of a class or function
    loss: try this loss alone; null tries all
    arrays: what the target is given; null is whatever it takes
    any other name: a number for the target, where it takes the name, and for the formulas
    """
    tried = LOSSES if loss is None else [one_of("loss", loss, LOSSES)]
    sys.path.insert(0, os.getcwd())
    verdict = check(Implementation(target, load(target), parameters, arrays), tried)
    print(f"{target}: {'conforms' if verdict.conforms else 'does NOT conform'}")
    print("\n".join(f"  {line}" for line in verdict.lines))
    return 0 if verdict.conforms else 1
