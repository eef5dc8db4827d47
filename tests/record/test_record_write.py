"""Writing records: one form for numbers, nothing lost, identity of what matters."""

import hashlib
import json
from pathlib import Path

import pytest

from sl.errors import UserError
from sl.record.identity import identity
from sl.record.provenance import provenance
from sl.record.write import RecordWriter, is_complete, rounded

CONFIG = {
    "dataset": {"_target_": "sl.data.Digits", "fingerprint": "abc"},
    "loss": {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.1, "beta": 1.0},
    "recipe": {"lr": 0.01, "clip_norm": None},
    "seed": 0,
    "names": {"loss": "sl"},
    "probe": {"label": 3},
}


def test_identity_is_golden() -> None:
    """Records are found by it: it must never change for a configuration that has not changed."""
    hashed = (
        '{"dataset":{"_target_":"sl.data.Digits","fingerprint":"abc"},'
        '"loss":{"_target_":"sl.losses.SymmetricCrossEntropy","alpha":0.1,"beta":1},"recipe":{"lr":0.01},"seed":0}'
    )
    assert identity(CONFIG) == hashlib.sha256(hashed.encode()).hexdigest()[:16] == "33c89b615316fd55"


@pytest.mark.parametrize(
    "same",
    [
        {"loss": {"beta": 1, "alpha": 0.1, "_target_": "sl.losses.SymmetricCrossEntropy"}},
        {"recipe": {"lr": 0.01}},
        {"names": {"loss": "my_sl"}},
        {"probe": {"label": 5}},
    ],
)
def test_what_does_not_change_a_result_does_not_change_the_identity(same: dict[str, object]) -> None:
    assert identity({**CONFIG, **same}) == identity(CONFIG)


@pytest.mark.parametrize("other", [{"seed": 1}, {"recipe": {"lr": 0.02}}, {"recipe": {"lr": 0.01, "clip_norm": 5}}])
def test_what_changes_a_result_changes_the_identity(other: dict[str, object]) -> None:
    assert identity({**CONFIG, **other}) != identity(CONFIG)


def test_numbers_have_six_digits_and_what_is_not_finite_is_null() -> None:
    assert rounded({"a": 1 / 3, "b": [float("nan"), float("inf")], "c": 12345678, "d": None}) == {
        "a": 0.333333,
        "b": [None, None],
        "c": 12345678,
        "d": None,
    }


def test_a_record_is_complete_with_its_end_only(tmp_path: Path) -> None:
    path = tmp_path / "digits" / "x.jsonl"
    assert not is_complete(path)
    writer = RecordWriter(path)
    writer.start({"identity": "x"})
    writer.epoch({"epoch": 1, "train_loss": 2.0, "seconds": 1.25})
    assert not is_complete(path)
    writer.close(finished=False)
    assert not is_complete(path)
    writer.close(finished=True)
    assert is_complete(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["run", "epoch", "end"]
    assert "seconds" not in lines[1]
    assert lines[2]["epoch_seconds"] == [1.25]


def test_resuming_keeps_what_was_and_drops_what_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    writer = RecordWriter(path)
    writer.start({"identity": "x"})
    for epoch in (1, 2, 3):
        writer.epoch({"epoch": epoch, "seconds": 1.0})
    with path.open("a") as file:
        file.write('{"kind":"epoch","ep')  # stopped while writing
    again = RecordWriter(path)
    again.resume(2, [1.0, 1.0], {"commit": "b"})
    again.epoch({"epoch": 3, "seconds": 5.0})
    again.close(finished=True)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["kind"], line.get("epoch")) for line in lines] == [
        ("run", None), ("epoch", 1), ("epoch", 2), ("resume", 2), ("epoch", 3), ("end", None)
    ]  # fmt: skip
    assert lines[-1]["seconds"] == 7.0


def test_a_record_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        RecordWriter(tmp_path / "file" / "x.jsonl").start({})


def test_provenance_outside_a_checkout_takes_the_commit_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sl.record.provenance.ROOT", tmp_path)
    monkeypatch.setenv("SL_COMMIT", "abc123")
    told = provenance("cpu", "float32")
    assert (told["commit"], told["dirty"]) == ("abc123", None)
