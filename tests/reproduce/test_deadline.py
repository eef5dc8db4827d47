"""Which run is begun, by the speed of those before it."""

from collections.abc import Sequence

from sl.reproduce.deadline import Deadline


def deadline(seconds: float, times: Sequence[float]) -> Deadline:
    """One that begins at 0 and then sees these `times`."""
    return Deadline(seconds, iter([0.0, *times]).__next__)


def test_anything_is_begun_before_the_speed_is_known_unless_it_is_too_late() -> None:
    found = deadline(100, [0, 5, 99, 100])
    assert found.allows([])
    assert found.allows([0.0, 0.0])
    assert found.allows([0.0])
    assert not found.allows([0.0])


def test_runs_share_the_speed_of_all_together() -> None:
    # Two runs, half of each done after 50 s: 0.02 runs a second; the two halves and one more take 100 s.
    assert deadline(160, [0, 50]).allows([]) is True
    for end, begun in ((160, True), (150, False)):
        found = deadline(end, [0, 50])
        found.allows([0.0, 0.0])
        assert found.allows([0.5, 0.5]) is begun


def test_the_speed_is_that_of_the_last_minute() -> None:
    found = deadline(300, [0, 100, 160])
    found.allows([0.0])
    found.allows([0.1])  # slow while it warmed up
    assert found.allows([0.7])  # now 0.01 runs a second: 130 s for what is left and one more, of 140


def test_the_speed_stays_known_where_an_epoch_is_longer_than_the_window() -> None:
    """A run of ten epochs of 100 s, looked at every 5 s: a second one ends 2,000 s after the start at the earliest."""
    for end, begun in ((1700, False), (2200, True)):
        found = deadline(end, range(0, 400, 5))
        allowed = [found.allows([time // 100 / 10]) for time in range(0, 400, 5)]
        assert allowed == [True] * 20 + [begun] * 60
