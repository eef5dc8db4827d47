"""Whether a run is at the paper's scale, and the words for it."""

from pathlib import Path

import pytest
import synthetic

from sl.record import read
from sl.scale import paper_scale, scale_badge, scale_title


def test_a_scaled_down_run_says_so(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path))
    words = "scaled-down run: 5,000 of 50,000 training and 2,000 test images (20 %), 12 of 120 epochs"
    assert scale_title(run) == words
    assert not paper_scale(run)


def test_paper_scale(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, scale="paper", epochs=120))
    assert scale_title(run) == "paper scale: all 50,000 training and 10,000 test images, 120 epochs"
    assert paper_scale(run)


@pytest.mark.parametrize(
    ("field", "value", "ending"),
    [
        ("batch_size", 32, "120 epochs, batches of 32 instead of 128"),
        ("train_share", 0.5, "120 epochs"),
        ("test_share", 0.2, "120 epochs"),
        ("width_share", 0.5, "120 epochs, 50 % of the network's channels"),
    ],
)
def test_less_than_all_is_not_paper_scale(tmp_path: Path, field: str, value: float, ending: str) -> None:
    head = synthetic.header(scale="paper", epochs=120)
    head["scale"][field] = value
    run = read(synthetic.write(tmp_path, synthetic.lines(head)))
    assert scale_title(run).endswith(ending)
    assert not paper_scale(run)


@pytest.mark.parametrize(("dataset", "full"), [("mnist", 50), ("cifar10", 120), ("cifar100", 150)])
def test_a_recipe_cut_short_by_hand_is_not_paper_scale(tmp_path: Path, dataset: str, full: int) -> None:
    run = read(synthetic.record(tmp_path, dataset=dataset, scale="paper", epochs=3))
    assert scale_title(run).endswith(f"3 of {full} epochs")
    assert not paper_scale(run)


@pytest.mark.parametrize(
    ("dataset", "recipe", "full"),
    [("digits", "authors_code", 30), ("my_pictures", "finetune", 10), ("cifar100", "apl", 200)],
)
def test_a_recipe_cut_short_is_scaled_down_on_other_data_or_by_another_recipe(
    tmp_path: Path, dataset: str, recipe: str, full: int
) -> None:
    run = read(synthetic.record(tmp_path, dataset=dataset, recipe=recipe, scale="paper", epochs=3))
    assert scale_title(run).endswith(f"3 of {full} epochs")
    assert scale_badge(run) == "scaled-down run"
    run = read(synthetic.record(tmp_path, dataset=dataset, recipe=recipe, scale="paper", epochs=full))
    assert paper_scale(run)


def test_only_the_record_tells_the_length_of_what_configs_do_not_know(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, dataset="digits", recipe="mine", scale="paper", epochs=3))
    assert paper_scale(run)
    head = synthetic.header(dataset="insects", scale="paper", epochs=3)  # its own preset may say 3 too
    head["config"]["dataset"] = {"_target_": "mypackage.Insects"}
    assert paper_scale(read(synthetic.write(tmp_path, synthetic.lines(head))))


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("recipe.epochs", "5,000 of 50,000 training and 2,000 test images (20 %), a varied number of epochs"),
        ("scale.train_share", "a varied number of training and 2,000 test images (20 %), 12 of 120 epochs"),
        ("scale.test_share", "5,000 of 50,000 training and a varied number of test images, 12 of 120 epochs"),
        ("scale.batch_share", "12 of 120 epochs, batches of varied sizes"),
        ("scale.width_share", "12 of 120 epochs, varied shares of the network's channels"),
    ],
)
def test_what_varies_between_runs_has_no_value_in_their_title(tmp_path: Path, option: str, words: str) -> None:
    run = read(synthetic.record(tmp_path))
    title = scale_title(run, [option])
    assert title.startswith("all or some runs scaled down: ")
    assert title.endswith(words)
    assert scale_title(run, ["loss.alpha"]) == scale_title(run)


def test_a_data_set_that_is_not_the_papers_never_claims_its_scale(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, dataset="digits", scale="paper", epochs=30))
    assert scale_title(run).startswith("full scale (not a data set of the paper)")


def test_all_pictures_of_ones_own_are_a_full_set(tmp_path: Path) -> None:
    head = synthetic.header(dataset="my_pictures", scale="paper", epochs=120)
    head["data"]["labels"] = "given"
    run = read(synthetic.write(tmp_path, synthetic.lines(head)))
    assert scale_title(run).startswith("full set: all ")
