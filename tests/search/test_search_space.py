"""Which parameters are searched, and where."""

import pytest

from sl.config.compose import compose_run
from sl.errors import UserError
from sl.search.space import Range, search_space, to_three_digits, with_values
from sl.search.task import Task, make_task


def space(*overrides: str) -> list[Range]:
    return search_space(compose_run(overrides, "search"))


def test_alpha_and_beta_are_searched_log_uniformly_and_a_is_fixed() -> None:
    assert space("loss=sl") == [Range("loss.alpha", 0.01, 10, True), Range("loss.beta", 0.1, 10, True)]


def test_every_published_choice_lies_inside() -> None:
    for dataset in ("cifar10", "cifar100", "mnist"):
        loss = compose_run([f"dataset={dataset}", "loss=sl"]).loss
        assert all(known.low <= loss[known.option.removeprefix("loss.")] <= known.high for known in space())


def test_other_losses_have_ranges_of_their_own_or_get_them() -> None:
    assert space("loss=gce") == [Range("loss.q", 0.05, 1, False)]
    assert space("loss=lsr", "+search.ranges.epsilon={low:0.01,high:0.5}") == [Range("loss.epsilon", 0.01, 0.5, True)]
    assert space("loss=lsr_sl", "+search.ranges.term.alpha={low:0.1,high:1}")[0].option == "loss.term.alpha"


def test_of_a_parameter_that_is_a_whole_number_only_such_are_tried() -> None:
    wide = "+search.ranges.neighbours={low:5,high:1001}"
    assert space("loss=d2l", wide) == [Range("loss.neighbours", 5, 1001, True, whole=True)]
    assert space("loss=d2l_sl", wide, "+search.ranges.term.alpha={low:1,high:2}")[0].whole
    found = make_task(compose_run(["dataset=digits", "loss=d2l", wide.replace("1001", "101")], "search"))
    assert repr(found.first) == "{'loss.neighbours': 20}"
    assert repr(to_three_digits({"loss.neighbours": 1001})) == "{'loss.neighbours': 1001}"


def test_ranges_change_on_the_command_line() -> None:
    assert space("search.ranges.alpha.low=0.5", "~search.ranges.beta") == [Range("loss.alpha", 0.5, 10, True)]


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ("loss=ce", "search.ranges: must name parameters of loss="),
        (
            "loss=ce +search.ranges.q={low:0.1,high:1}",
            "search.ranges.q: must be a number that loss=sl.losses.CrossEntropy has",
        ),
        (
            "loss=bootstrap_hard +search.ranges.hard={low:0.1,high:1}",
            "search.ranges.hard: must be a number that loss=sl.losses.Bootstrap has",
        ),
        ("search.ranges.alpha.low=0", r"search.ranges.alpha.low=0: must be a number in \(0, inf"),
        ("search.ranges.alpha.high=0.001", r"search.ranges.alpha.high=0.001: must be a number in \(0.01, inf"),
        ("search.ranges.alpha={low:1.001,high:1.002}", "alpha.high=1.002: must be above low in the first 3 digits"),
        ("loss=d2l +search.ranges.window={low:2.5,high:9}", "window.low=2.5: must be a whole number of at least 1"),
        ("loss=d2l +search.ranges.window={low:5,high:5}", "window.high=5: must be a whole number of at least 6"),
        ("search.ranges.alpha.high=x", "search.ranges.alpha.high=x: must be a number"),
        ("search.ranges.alpha.log=x", "search.ranges.alpha.log=x: must be true or false"),
        ("search.ranges.alpha=1", "search.ranges.alpha=1: must be {low: ..., high: ...}"),
        ("+search.ranges.alpha.step=1", "search.ranges.alpha=.*: must be {low: ..., high: ...}"),
    ],
)
def test_a_wrong_range_is_refused(overrides: str, line: str) -> None:
    with pytest.raises(UserError, match=line):
        space(*overrides.split())


def test_bounds_are_rounded_as_the_values_are() -> None:
    assert space("search.ranges.alpha={low:0.0100049,high:0.9996}")[0] == Range("loss.alpha", 0.01, 1.0, True)


def test_what_is_tried_can_be_typed() -> None:
    assert to_three_digits({"a": 0.0321987654, "b": 9.21034, "c": 1.0}) == {"a": 0.0322, "b": 9.21, "c": 1.0}


def test_a_proposal_leaves_the_loss_it_changes_as_it_was() -> None:
    """Proposals are tried side by side, and one may change a part of the loss."""
    loss = {"epsilon": 0.1, "term": {"alpha": 0.5}}
    assert with_values(loss, {"term.alpha": 2.0, "epsilon": 0.3}) == {"epsilon": 0.3, "term": {"alpha": 2.0}}
    assert loss == {"epsilon": 0.1, "term": {"alpha": 0.5}}


def task(*overrides: str) -> Task:
    return make_task(compose_run(["dataset=digits", "runtime.precision=float32", "loss=sl", *overrides], "search"))


def test_a_study_is_that_of_its_seeds_and_ranges_and_not_of_the_first_values() -> None:
    """Scores are means over the seeds: those of one seed and of two must not stand in one study."""
    others = (["search.seeds=2"], ["seed=1"], ["search.ranges.beta.high=5"], ["search.ranges.beta.log=false"])
    assert len({task(*more).study for more in ([], *others)}) == 5
    assert task("loss.alpha=0.5").study == task().study
    assert task("seed=5", "search.seeds=2").seeds == (5, 6)
