"""Titles, order and colours come from the files in configs/, else from records, else from the name."""

from pathlib import Path
from typing import Any

import pytest
import synthetic
from pydantic import ValidationError

from sl.comparison.titles import named_loss, parameters
from sl.errors import UserError
from sl.record import shown as module
from sl.record.read import read
from sl.record.schema import Header, Presentation
from sl.record.shown import dataset_title, known, loss_order, loss_title, presentations, remember, shown

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def no_records_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_of_records", {})


def test_every_loss_says_how_it_is_shown_and_none_the_same() -> None:
    files = known("loss")
    assert set(files) == {path.stem for path in (CONFIGS / "loss").glob("*.yaml")}
    assert len({item.title for item in files.values()}) == len({item.order for item in files.values()}) == len(files)


def test_rows_stand_as_in_the_paper() -> None:
    paper = ["CE", "LSR", "Bootstrap (hard)", "Forward", "D2L", "GCE", "SL"]
    assert [title for title in map(loss_title, sorted(known("loss"), key=loss_order)) if title in paper] == paper


def test_titles_of_data_sets() -> None:
    assert [dataset_title(name) for name in ("cifar10", "clothing1m", "my_own")] == ["CIFAR-10", "Clothing1M", "my_own"]


@pytest.fixture
def header(tmp_path: Path) -> Header:
    return read(synthetic.record(tmp_path, "ce")).header


def described(header: Header, loss: str, **values: Any) -> Header:
    """A record's first line that says how its loss is shown."""
    names = header.config.names.model_copy(update={"loss": loss})
    config = header.config.model_copy(update={"names": names})
    return header.model_copy(update={"config": config, "shown": {"loss": Presentation(**values)}})


def test_a_record_describes_a_loss_that_has_no_file_here(header: Header) -> None:
    assert shown("loss", "brier") == Presentation(title="brier")
    remember(described(header, "brier", title="Brier", order=15, colour="#123456", symbols={"sharpness": "ς"}))
    assert loss_title("brier") == "Brier"
    assert loss_order("ce") < loss_order("brier") < loss_order("lsr")
    assert loss_order("a loss without a place") > max(map(loss_order, known("loss")))
    assert parameters({"sharpness": 2.0, "alpha": 1.0}, "brier") == "ς 2, α 1"


def test_the_symbols_of_a_loss_are_not_those_of_another(header: Header) -> None:
    remember(described(header, "brier", title="Brier", symbols={"q": "strength", "alpha": "weight"}))
    assert named_loss("brier", {"q": 2.0, "alpha": 1.0, "log_zero": -4}) == "Brier (strength 2, weight 1, A −4)"
    assert named_loss("gce", {"q": 0.7, "alpha": 1.0}) == "GCE (q 0.7, α 1)"


def test_the_first_record_that_describes_a_loss_counts(header: Header) -> None:
    for title in ("Brier", "Another"):
        remember(described(header, "brier", title=title))
    assert loss_title("brier") == "Brier"


def test_a_record_does_not_rename_a_loss_that_has_a_file_here(header: Header) -> None:
    remember(described(header, "sl", title="Mine"))
    assert loss_title("sl") == "SL"


def test_a_damaged_record_describes_nothing(tmp_path: Path) -> None:
    head = synthetic.header("ce")
    head["config"]["names"]["loss"] = "brier"
    head["shown"] = {"loss": {"title": "Brier"}}
    lines = synthetic.lines(head)
    damaged = synthetic.write(tmp_path / "damaged", [*lines, lines[-1]])
    with pytest.raises(UserError, match="nothing may follow the last line"):
        read(damaged)
    assert loss_title("brier") == "brier"
    read(synthetic.write(tmp_path / "whole", lines))
    assert loss_title("brier") == "Brier"


def test_older_records_describe_nothing(header: Header) -> None:
    assert header.shown == {}
    remember(header)
    assert module._of_records == {}


def test_a_colour_is_a_colour() -> None:
    with pytest.raises(ValidationError):
        Presentation(title="x", colour="red; background: url(//x)")


def test_a_title_is_one_line() -> None:
    assert Presentation(title="a folded\n title of YAML\n").title == "a folded title of YAML"


@pytest.mark.parametrize(
    ("values", "said"), [({"title": 3}, "title=3: must be a valid string"), ("Brier", "")], ids=["number", "no-options"]
)
def test_a_wrong_description_is_told_in_one_line(values: object, said: str) -> None:
    with pytest.raises(UserError) as raised:
        presentations({"loss": values})
    text = str(raised.value)
    assert text.startswith(f"shown: must have title, order, colour (#rrggbb) and symbols: {said}")
    assert "\n" not in text
    assert "http" not in text
