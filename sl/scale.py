"""The scale of a run against the paper's, and the words for it that stand beside every number."""

from sl.config.stated import stated_recipe
from sl.numbers import plural
from sl.paper import PAPER_EPOCHS
from sl.record.run import Run


def full_epochs(run: Run) -> int:
    """How many epochs the run would have at full scale; a recipe cut short by hand does not lower it.

    For a recipe that configs/ do not know, and for a data set of another package, whose own preset may change it, only
    the record tells.
    """
    dataset = run.name("dataset")
    known = str(run.config.dataset["_target_"]).startswith("sl.")
    stated = stated_recipe(dataset, run.name("recipe")) if known else {}
    return max(run.scale.paper_epochs, PAPER_EPOCHS.get(dataset, 0), stated.get("epochs", 0))


def paper_scale(run: Run) -> bool:
    """Whether the run used all images, all epochs and whole batches, whatever its scale is called."""
    scale = run.scale
    whole = scale.train_share == scale.test_share == 1 and scale.epochs >= full_epochs(run)
    whole = whole and not run.holdout
    return whole and scale.batch_size == scale.paper_batch_size and scale.width_share == 1


def scale_badge(run: Run) -> str:
    """The run's scale in two words, to stand beside every number."""
    if not paper_scale(run):
        return "scaled-down run"
    if run.labels_given:
        return "full set"
    return "paper scale" if run.name("dataset") in PAPER_EPOCHS else "full scale"


def scale_name(run: Run) -> str:
    """The scale, and that the data are not the paper's, where nothing else says so."""
    other = paper_scale(run) and not run.labels_given and run.name("dataset") not in PAPER_EPOCHS
    return scale_badge(run) + (" (not a data set of the paper)" if other else "")


def scale_title(run: Run) -> str:
    """The run's scale in a line; it never passes a scaled-down run off as the paper's."""
    train, test = f"{run.data.train_images:,}", f"{run.data.test_images:,}"
    epochs, full = run.scale.epochs, full_epochs(run)
    if not paper_scale(run):
        lengths = f"{epochs} of {full} epochs" if epochs != full else plural(epochs, "epoch")
        full_train, share = run.data.paper_train_images, 100 * run.scale.test_share
        holdout = run.holdout
        train = f"{train} of {full_train:,}" if run.scale.train_share < 1 or holdout else train
        test = f"{test} ({share:.3g} % of the)" if share < 100 else test
        if run.scale.batch_size != run.scale.paper_batch_size:
            lengths += f", batches of {run.scale.batch_size} for {run.scale.paper_batch_size}"
        if run.scale.width_share != 1:
            lengths += f", {100 * run.scale.width_share:.3g} % of the network's channels"
        lengths += f", {100 * holdout:.3g} % held out for validation" if holdout else ""
        lengths += f", fold {run.config.fold}" if run.config.fold else ""
        return f"{scale_name(run)}: {train} training and {test} test images, {lengths}"
    return f"{scale_name(run)}: all {train} training and {test} test images, {plural(epochs, 'epoch')}"
