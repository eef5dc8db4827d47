"""A finished run that is asked for with another probe: it is not trained again, and what it lacks is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sl.config.compose import compose_run
from sl.errors import UserError
from sl.train.described import describe_run

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def said(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Callable[..., str]:
    """Ask for a finished run with more options; what stderr has then."""

    def ask(*more: str) -> str:
        with monkeypatch.context() as patch:
            patch.setattr("sl.train.run.train_one_epoch", lambda *_: pytest.fail("an epoch was trained"))
            capsys.readouterr()
            run(*more)
        return capsys.readouterr().err

    return ask


def test_representations_that_were_not_kept_are_said(run: Run, said: Callable[..., str]) -> None:
    record = run()
    words = (
        "sl: probe.representations={}: this run kept fewer representations; remove " + f"{record} to train it again\n"
    )
    assert said() == said("probe.representations=0") == ""
    assert said("probe.representations=50") == words.format(50)
    record.unlink()
    assert run("probe.representations=50") == record
    assert said("probe.representations=50") == said("probe.representations=20") == ""
    assert said("probe.representations=51") == words.format(51)
    record.with_suffix(".npz").write_bytes(b"damaged")
    assert said() == ""
    with pytest.raises(UserError, match=r"\.npz: not readable as representations"):
        said("probe.representations=50")


def test_all_test_images_are_as_many_as_can_be_kept(run: Run, said: Callable[..., str]) -> None:
    run("scale.test_share=0.1", "probe.representations=9999")
    assert said("scale.test_share=0.1", "probe.representations=9999") == ""


def test_another_probed_class_is_said(run: Run, said: Callable[..., str]) -> None:
    record = run()  # null is class 3
    assert said("probe.label=3") == ""
    assert said("probe.label=7") == f"sl: probe.label=7: this run probed class 3; remove {record} to train it again\n"


def test_the_probe_does_not_decide_which_run_it_is(overrides: Callable[..., list[str]]) -> None:
    probes = ([], ["probe.representations=50"], ["probe.label=7"])
    assert len({describe_run(compose_run(overrides(*probe))).identity for probe in probes}) == 1
