"""What an audit says it found, against the numbers that it was made of."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.advice import Advice
from sl.audit.estimate import Interval, NoiseEstimate
from sl.audit.figure import _bars
from sl.audit.measured_error import MeasuredError
from sl.audit.rank import Ranking
from sl.audit.summary import closing, findings
from sl.audit.trust import Trust
from sl.config.compose import compose_run

JOINT = np.array([[0.5, 0.05, 0.004], [0.2, 0.246, 0.0], [0.0, 0.0, 0.0]])  # label down, true class across
ESTIMATE = NoiseEstimate(JOINT, Interval(0.25, 0.2, 0.3125), (Interval(0, 0, 0),) * 3, np.zeros(100), 0.25)


def test_the_pairs_confused_most_come_first() -> None:
    """Of 100 images 20 and 5; 0.4 of one is none."""
    assert ESTIMATE.pairs() == [(1, 0, pytest.approx(20)), (0, 1, pytest.approx(5))]
    (first, _) = ESTIMATE.as_json(("ant", "bee", "cat"))["pairs"]
    assert first == {"label": "bee", "true": "ant", "images": 20.0}


def test_what_is_expected_of_the_changes_is_said() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    ranking = Ranking(nothing, np.zeros(3), nothing, np.array([1.0, 0.8, 0.1]), np.array([True, True, False]))
    told = (ranking, ESTIMATE, Trust(np.ones(3, dtype=bool), (), (), None, 0.75), 0.85)
    found = (
        "Of 100 labels an estimated 25.0 % are wrong (bootstrap interval 20.0 to 31.2 %, too narrow: docs/audit.md)."
    )
    measured = "In 7 such audits of known errors the true share was 0.5 to 5 times the estimate: here it would be"
    changed = "2 are changed; 90 % of these are expected to be wrong (asked: 85 %)."
    assert findings(*told, None) == f"{found} {changed}"
    assert findings(*told, MeasuredError(7, 0.5, 5)) == f"{found} {measured} 12.5 to 100.0 %. {changed}"


def test_the_figure_says_that_its_intervals_are_too_narrow() -> None:
    axes = Figure().subplots()
    _bars(axes, ESTIMATE, ["ant", "bee", "cat"], [0, 1, 2])
    assert axes.get_xlabel() == "% of the class's labels, with 95 % interval (too narrow)"


@pytest.mark.parametrize("out", ["results/audit/pictures", "my audits/of 2026, (b)", "it's"])
def test_the_hint_can_be_pasted_whatever_the_folder_is_called(out: str) -> None:
    said = closing("", Path(out), (3, 2), 9, Advice(1, 1, "", ""), own=True)
    pasted = shlex.split(said.partition("labels, add ")[2].partition(", or the list that")[0])
    assert compose_run(["dataset=folder", *pasted]).dataset["labels"] == f"{out}/labels.csv"
