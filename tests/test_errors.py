"""The one error class: its text and its fields."""

import pickle

from sl.errors import UserError


def test_an_error_about_an_option_has_its_parts() -> None:
    error = UserError("noise.rate", 1.5, "must be a number in [0, 1)")
    assert str(error) == "noise.rate=1.5: must be a number in [0, 1)"
    assert (error.option, error.value, error.rule) == ("noise.rate", 1.5, "must be a number in [0, 1)")


def test_none_is_a_value() -> None:
    assert str(UserError("jobs", None, "must be a whole number")) == "jobs=None: must be a whole number"


def test_an_error_about_something_else_has_a_message_only() -> None:
    error = UserError("a.jsonl: damaged record")
    assert (str(error), error.option) == ("a.jsonl: damaged record", None)


def test_it_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UserError("rate", 2, "must be below 1")))
    assert (str(error), error.option, error.value) == ("rate=2: must be below 1", "rate", 2)
