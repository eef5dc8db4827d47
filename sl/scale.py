"""The scale of a run compared with the paper's, and the text for it that is printed beside every number."""

from collections.abc import Collection, Iterable, Iterator

from sl.config.stated import stated_recipe
from sl.numbers import plural
from sl.paper import PAPER_EPOCHS
from sl.record.run import Run

SCALED_BY = {"recipe.epochs", *(f"scale.{of}_share" for of in ("train", "test", "epoch", "batch", "width"))}
VARIED_NUMBER = "a varied number of"


def full_epochs(run: Run) -> int:
    """The number of epochs of the run at full scale; a smaller recipe.epochs typed by hand does not lower it.

    It is the largest of the numbers in the record, the paper and configs/. configs/ do not count for a data set of
    another package, whose own preset may change the recipe.
    """
    dataset = run.name("dataset")
    known = str(run.config.dataset["_target_"]).startswith("sl.")
    stated = stated_recipe(dataset, run.name("recipe")) if known else {}
    return max(run.scale.paper_epochs, PAPER_EPOCHS.get(dataset, 0), stated.get("epochs", 0))


def paper_scale(run: Run) -> bool:
    """Whether the run used all images and epochs, full batches and the full width, whatever its scale is called."""
    scale = run.scale
    whole = scale.train_share == scale.test_share == 1 and scale.epochs >= full_epochs(run)
    whole = whole and not run.holdout
    return whole and scale.batch_size == scale.paper_batch_size and scale.width_share == 1


def scale_badge(run: Run) -> str:
    """The run's scale in two words, to be printed beside every number."""
    if not paper_scale(run):
        return "scaled-down run"
    if run.labels_given:
        return "full set"
    return "paper scale" if run.name("dataset") in PAPER_EPOCHS else "full scale"


def scale_name(run: Run) -> str:
    """`scale_badge`; a full-scale run on another data set with known labels gets "(not a data set of the paper)"."""
    other = paper_scale(run) and not run.labels_given and run.name("dataset") not in PAPER_EPOCHS
    return scale_badge(run) + (" (not a data set of the paper)" if other else "")


def scale_title(run: Run, varied: Collection[str] = ()) -> str:
    """The run's scale in one line, such as "paper scale: all 60,000 training and 10,000 test images, 50 epochs".

    For runs that differ in the options `varied`, the line holds for all of them. Then `run` must be a scaled-down one
    if there is any (`least_scale` finds it), so that no scaled-down run is shown as the paper's.
    """
    whole = paper_scale(run)
    name = scale_name(run) if whole or not SCALED_BY & set(varied) else "all or some runs scaled down"
    return f"{name}: {'all ' if whole else ''}{_images(run, varied)}, {', '.join(_lengths(run, varied))}"


def least_scale(runs: Iterable[Run]) -> Run:
    """The first of `runs` that is not at full scale, else the first."""
    return min(runs, key=paper_scale)


def _images(run: Run, varied: Collection[str]) -> str:
    train, test = f"{run.data.train_images:,}", f"{run.data.test_images:,}"
    if run.scale.train_share < 1 or run.holdout:
        train += f" of {run.data.paper_train_images:,}"
    varied_test = "scale.test_share" in varied
    part = f" ({100 * run.scale.test_share:.3g} %)" if run.scale.test_share < 1 and not varied_test else ""
    train = VARIED_NUMBER if "scale.train_share" in varied else train
    test = VARIED_NUMBER if varied_test else test
    return f"{train} training and {test} test images{part}"


def _lengths(run: Run, varied: Collection[str]) -> Iterator[str]:
    """The epochs; then batch size and channels if they are not the recipe's or vary; then holdout and fold if any."""
    scale, full = run.scale, full_epochs(run)
    if {"recipe.epochs", "scale.epoch_share"} & set(varied):
        yield f"{VARIED_NUMBER} epochs"
    else:
        yield f"{scale.epochs} of {full} epochs" if scale.epochs != full else plural(full, "epoch")
    if "scale.batch_share" in varied:
        yield "batches of varied sizes"
    elif scale.batch_size != scale.paper_batch_size:
        different = "recipe.batch_size" in varied
        yield (
            "batches smaller than the recipe's"
            if different
            else f"batches of {scale.batch_size} instead of {scale.paper_batch_size}"
        )
    if "scale.width_share" in varied:
        yield "varied shares of the network's channels"
    elif scale.width_share != 1:
        yield f"{100 * scale.width_share:.3g} % of the network's channels"
    if run.holdout:
        yield f"{100 * run.holdout:.3g} % held out for validation"
    if run.config.fold:
        yield f"fold {run.config.fold}"
