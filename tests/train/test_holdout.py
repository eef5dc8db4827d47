"""A share of the noisy training set that is validated on: drawn fairly, never trained on, off unless asked for."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from committed import committed_records
from recorded import NOISY

from sl.comparison import run_groups
from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.record import read
from sl.record.identity import identity
from sl.record.provenance import provenance
from sl.scale import scale_title
from sl.train.described import describe_run
from sl.train.engine import make_engine
from sl.train.holdout import fold_rows, split
from sl.train.prepared import PreparedRun

ORIGIN = provenance("cpu", "float32", "eager")
Run = Callable[..., Path]
MakePrepared = Callable[..., PreparedRun]


def labelled(images: torch.Tensor, labels: torch.Tensor) -> Counter:
    """How often each image has each label."""
    return Counter(zip(map(tuple, images.flatten(1).tolist()), labels.tolist(), strict=True))


def test_every_class_gives_the_same_share() -> None:
    labels = torch.tensor([0] * 60 + [1] * 30 + [2] * 10)
    kept, held = split(labels, 0.1, seed=0)
    assert sorted(torch.cat([kept, held]).tolist()) == list(range(100))
    assert Counter(labels[held].tolist()) == {0: 6, 1: 3, 2: 1}


def test_the_seed_says_which_images_are_held_out() -> None:
    labels = torch.arange(200) % 4
    held = [split(labels, 0.2, seed)[1].tolist() for seed in (0, 0, 1)]
    assert held[0] == held[1] != held[2]
    assert len(held[0]) == len(held[2]) == 40


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_a_share_that_leaves_a_class_without_images_is_refused(share: float) -> None:
    rule = "must leave images of every class on both sides: 10 to 30 of these 40 images"
    with pytest.raises(UserError, match=f"^holdout={share}: {rule}$"):
        split(torch.arange(40) % 10, share, seed=0)
    with pytest.raises(UserError, match=r"11 to 30 of these 41 images, and every class must have two$"):
        split(torch.tensor([*range(10)] * 4 + [10]), 0.5, seed=0)


@pytest.mark.parametrize("share", ["0", "1", "-0.1", "2"])
def test_a_holdout_is_a_share(share: str, overrides: Callable[..., list[str]]) -> None:
    with pytest.raises(UserError, match=r"holdout=.*: must be a number in \(0, 1\)"):
        describe_run(compose_run(overrides(*NOISY, f"holdout={share}")))


def test_what_is_held_out_is_not_trained_on(make_prepared: MakePrepared) -> None:
    whole, prepared = make_prepared(*NOISY), make_prepared(*NOISY, "holdout=0.25")
    assert prepared.validation is not None
    everything = labelled(whole.dataset.train_images, whole.noisy.labels)
    trained_on = labelled(prepared.dataset.train_images, prepared.noisy.labels)
    held = labelled(prepared.validation.images, prepared.validation.labels)
    assert trained_on + held == everything  # the labels are those of the noise that the whole run has
    assert held.total() == -(-whole.noisy.labels.numel() // 4)
    assert labelled(prepared.dataset.train_images, prepared.noisy.clean) <= labelled(
        whole.dataset.train_images, whole.noisy.clean
    )
    assert torch.equal(Digits().load().train_images[prepared.dataset.train_index], prepared.dataset.train_images)
    engine = make_engine(prepared)
    assert len(engine.data.images) == trained_on.total() == prepared.header(ORIGIN).data.train_images
    assert prepared.header(ORIGIN).data.validation_images == held.total()


def test_each_seed_and_noise_has_its_own_validation_set(make_prepared: MakePrepared) -> None:
    for more in (["seed=0"], ["seed=1"], ["seed=1", "noise.rate=0.2"]):
        prepared = make_prepared(*NOISY, "holdout=0.25", *more)
        data = make_engine(prepared).data
        assert data.validation is not None
        assert prepared.validation is not None
        assert torch.equal(data.validation.images, prepared.validation.images)
        assert torch.equal(data.images, prepared.dataset.train_images)
        assert torch.equal(data.noisy, prepared.noisy.labels)
    assert make_engine(make_prepared(*NOISY)).data.validation is None


def test_validation_accuracy_stands_in_every_epoch_of_a_run_with_a_holdout(run: Run) -> None:
    recorded = read(run(*NOISY, "holdout=0.25"))
    curve = recorded.curve("validation_accuracy")
    assert len(curve) == 4
    assert ((curve >= 0) & (curve <= 1)).all()
    count = recorded.data.validation_images
    assert curve * count == pytest.approx((curve * count).round(), abs=1e-3)
    assert "held out for validation" in scale_title(recorded)


def test_a_run_without_a_holdout_has_none(run: Run) -> None:
    path = run(*NOISY)
    assert "validation" not in path.read_text()
    assert np.isnan(read(path).curve("validation_accuracy")).all()


def test_runs_with_and_without_a_holdout_stand_on_pages_of_their_own(run: Run) -> None:
    paths = [run(*NOISY, *more) for more in ([], ["holdout=0.25"], ["holdout=0.25", "seed=1"])]
    assert sorted(len(group.runs) for group in run_groups(map(read, paths))) == [1, 2]


def test_a_holdout_makes_another_run_and_none_leaves_identities_alone(overrides: Callable[..., list[str]]) -> None:
    plain, held = (describe_run(compose_run(overrides(*NOISY, *more))) for more in ([], ["holdout=0.1"]))
    assert plain.identity != held.identity
    before = {key: value for key, value in plain.result_config.items() if key != "holdout"}
    assert identity(before) == plain.identity


@pytest.mark.results
def test_identities_of_committed_records_are_what_they_were() -> None:
    """Those were given before there was such an option."""
    runs = [read(path) for path in committed_records()]
    assert runs
    assert all(identity({**run.config.plain(), "holdout": None}) == run.path.stem for run in runs)


def test_folds_hold_out_every_image_once_and_the_same_share_of_each_class() -> None:
    labels = torch.tensor([0] * 40 + [1] * 20 + [2] * 9 + [3])
    parts = [fold_rows(labels, fold, 4, seed=0) for fold in (1, 2, 3, 4)]
    assert sorted(torch.cat([held for _, held in parts]).tolist()) == list(range(70))
    for kept, held in parts:
        assert sorted([*kept.tolist(), *held.tolist()]) == list(range(70))
        assert Counter(labels[held].tolist())[0] == 10
        assert Counter(labels[held].tolist())[1] == 5
        assert Counter(labels[held].tolist())[2] in (2, 3)
    assert torch.equal(fold_rows(labels, 2, 4, seed=0)[1], parts[1][1])
    assert not torch.equal(fold_rows(labels, 2, 4, seed=1)[1], parts[1][1])


def test_a_fold_is_validated_on_and_is_another_run(make_prepared: MakePrepared) -> None:
    whole, first, second = make_prepared(*NOISY), make_prepared(*NOISY, "fold=1/4"), make_prepared(*NOISY, "fold=2/4")
    assert len({whole.identity, first.identity, second.identity}) == 3
    for prepared in (first, second):
        assert prepared.validation is not None
        held = labelled(prepared.validation.images, prepared.validation.labels)
        trained_on = labelled(prepared.dataset.train_images, prepared.noisy.labels)
        assert trained_on + held == labelled(whole.dataset.train_images, whole.noisy.labels)
        data = make_engine(prepared).data  # kept data of another fold would not do
        assert data.validation is not None
        assert torch.equal(data.validation.images, prepared.validation.images)


@pytest.mark.parametrize("fold", ["0/4", "5/4", "1/1", "2", "a/b"])
def test_a_fold_that_does_not_exist_is_refused(fold: str, make_prepared: MakePrepared) -> None:
    with pytest.raises(UserError, match=f"fold={fold}: must be NUMBER/FOLDS, such as 2/4"):
        make_prepared(*NOISY, f"fold={fold}")
    with pytest.raises(UserError, match=r"fold=1/4: must be null where holdout=0\.1 is given"):
        make_prepared(*NOISY, "fold=1/4", "holdout=0.1")
