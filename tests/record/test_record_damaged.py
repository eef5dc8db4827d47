"""Records that are damaged, cut off or no records at all."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.errors import UserError
from sl.record import read
from sl.record.read import record_state

Record = list[dict[str, Any]]


def change(record: Record, number: int, **changes: Any) -> Record:
    record[number - 1] = {**record[number - 1], **changes}
    return record


def named(record: Record, choice: str, name: str) -> Record:
    config = record[0]["config"]
    return change(record, 1, config={**config, "names": {**config["names"], choice: name}})


@pytest.mark.parametrize(
    ("line", "damage", "message"),
    [
        (1, lambda record: change(record, 1, format=2), "format=2: must be 1"),
        (1, lambda record: record[1:], "the first line, and no other, must be of kind run"),
        (2, lambda record: [record[0], *record], "the first line, and no other, must be of kind run"),
        (3, lambda record: [*record[:2], record[1], *record[2:]], "epoch=1: must be 2 here"),
        (2, lambda record: change(record, 2, class_accuracy=[0.5]), "1 values for 10 classes"),
        (2, lambda record: change(record, 2, kind="picture"), "picture"),
        (4, lambda record: [*record[:2], record[-1], *record[2:]], "nothing may follow"),
        (3, lambda record: [*record[:2], record[-1]], "the run ended after 1 of 12 epochs"),
        (3, lambda record: [*record[:2], {"kind": "probe"}, *record[3:]], "stage: Field required"),
        (2, lambda record: change(record, 2, test_accuracy=1.5), "test_accuracy=1.5: must be less than or equal to 1"),
        (2, lambda record: change(record, 2, test_accuracy=True), "test_accuracy=true: must be a valid number"),
        (2, lambda record: change(record, 2, lr=float("nan")), "lr=NaN: must be a finite number"),
        (3, lambda record: change(record, 3, confidence=[1.0]), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, predictions=[1] * 9), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, probe_class=10), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, confusion=record[2]["confusion"][:9]), "does not fit 10 classes"),
        (3, lambda record: change(record, 3, confusion=[[1] * 9] * 10), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, epoch=2), "epoch=2: must be 1, the early stage"),
        (16, lambda record: [line for line in record if line.get("stage") != "late"], "with the probes early, middle"),
        (17, lambda record: change(record, 17, seconds=-1.0), "seconds=-1.0: must be greater than or equal to 0"),
        (1, lambda record: change(record, 1, identity="../../x"), "identity="),
        (
            1,
            lambda record: named(record, "dataset", "../../x"),
            'names.dataset="../../x": must not begin with /, contain a folder ..',
        ),
        (
            1,
            lambda record: named(record, "scale", "/tmp/x"),
            'names.scale="/tmp/x": must not begin with /, contain a folder ..',
        ),
        (1, lambda record: named(record, "loss", "x\0"), "must not begin with /, contain a folder .."),
        (1, lambda record: change(record, 1, config={**record[0]["config"], "seed": "0"}), "seed"),
    ],
)
def test_a_damaged_record_is_refused_with_file_and_line(
    tmp_path: Path, line: int, damage: Callable[[Record], Record], message: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in damage(synthetic.lines(synthetic.header()))))
    with pytest.raises(UserError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path} line {line}: damaged record: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "no json\n", "[1]\n"])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match="line 1"):
        read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="Invalid JSON"):
        read(path)


def test_the_checksum_is_that_of_all_bytes_before_it(tmp_path: Path) -> None:
    """By hashlib and by hand, not by the reader's own means."""
    content = synthetic.seal(synthetic.record(tmp_path)).read_bytes()
    before, _, rest = content.rpartition(b',"sha256":"')
    assert rest == hashlib.sha256(before).hexdigest().encode() + b'"}\n'


def test_checked_and_unchecked_records_are_told_apart(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    assert (read(path).complete, read(path).checked) == (True, False)
    synthetic.seal(path)
    assert (read(path).complete, read(path).checked) == (True, True)


@pytest.mark.parametrize("tail", [b"\n", b"\n\n", b"  \n", b"\0" * 4096, b"\r\n"])
@pytest.mark.parametrize("checked", [True, False])
def test_blanks_after_the_end_change_nothing(tmp_path: Path, tail: bytes, checked: bool) -> None:
    path = synthetic.record(tmp_path)
    path = synthetic.seal(path) if checked else path
    path.write_bytes(path.read_bytes() + tail)
    assert record_state(path) == "complete"
    assert read(path).complete


def test_every_cut_of_a_record_reads_as_its_state_says(tmp_path: Path) -> None:
    """One parser: what is complete can be read, what is unfinished too, and all else is refused."""
    content = synthetic.seal(synthetic.record(tmp_path, epochs=4)).read_bytes()
    path, seen = tmp_path / "cut.jsonl", set()
    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        state = record_state(path)
        seen.add(state)
        if state == "damaged":
            with pytest.raises(UserError):
                read(path)
        else:
            assert read(path).complete == (state == "complete")
    assert seen == {"damaged", "unfinished"}  # without a part of its header, and without its end


def test_a_record_written_with_other_spacing_is_complete_where_it_has_no_checksum(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line, separators=(" , ", " : ")) + "\n" for line in lines))
    assert record_state(path) == "complete"


def test_a_finished_record_that_is_damaged_is_known_as_one(tmp_path: Path) -> None:
    path = synthetic.seal(synthetic.record(tmp_path))
    path.write_text(path.read_text().replace('"test_accuracy": 0.', '"test_accuracy": 0.1', 1))
    assert record_state(path) == "damaged end"
    with pytest.raises(UserError, match=f"{path}: damaged record: it was changed after it was finished"):
        read(path)
