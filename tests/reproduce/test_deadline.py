"""Which run is begun, by the speed of those before it."""

from collections.abc import Sequence

import pytest

from sl.reproduce.deadline import Deadline


def deadline(seconds: float, times: Sequence[float]) -> Deadline:
    """One that begins at 0 and then sees these `times`."""
    return Deadline(seconds, iter([0.0, *times]).__next__)


def test_anything_is_begun_before_the_speed_is_known_unless_it_is_too_late() -> None:
    found = deadline(100, [0, 5, 99, 100])
    assert found.allows(trained=0, left=0)
    assert found.allows(trained=0, left=2)
    assert found.allows(trained=0, left=1)
    assert not found.allows(trained=0, left=1)


@pytest.mark.parametrize(("end", "begun"), [(160, True), (154, False)])
def test_runs_share_the_speed_of_all_together(end: float, begun: bool) -> None:
    # Two runs, half of each trained after 50 s: 0.02 runs a second; the two halves and one more take 100 s.
    assert deadline(end, [50]).allows(trained=1, left=1) is begun


@pytest.mark.parametrize("epoch", [3, 100])
def test_no_run_is_begun_that_ends_too_late_whenever_one_asks(epoch: int) -> None:
    """Four runs of ten epochs at once, each a second behind the one before; records grow by whole epochs alone."""
    speed = 4 / (10 * epoch)
    for now in range(epoch, 10 * epoch):
        recorded = sum((now - late) // epoch / 10 for late in range(4))
        still_to_train = 4 - sum((now - late) / epoch / 10 for late in range(4))
        ends = now + (still_to_train + 1) / speed
        assert not deadline(ends, [now]).allows(trained=recorded, left=4 - recorded)
