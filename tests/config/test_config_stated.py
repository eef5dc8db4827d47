"""What configs/ state of a recipe and of a loss under it, read without Hydra."""

from sl.config.compose import compose_run
from sl.config.stated import recipe_changes, stated_parameters


def test_stated_parameters_are_those_of_the_composed_run() -> None:
    for dataset, recipe, loss in (
        ("mnist", "authors_code", "sl"),
        ("cifar100", "apl", "lsr_sl"),
        ("cifar10", "apl", "ce"),
    ):
        whole = compose_run([f"dataset={dataset}", f"recipe={recipe}", f"loss={loss}"]).loss
        assert {"_target_": whole["_target_"], **stated_parameters(dataset, recipe, loss)} == whole
    assert stated_parameters("cifar10", "authors_code", "toy") == {}


def test_a_rounded_value_is_no_change() -> None:
    assert recipe_changes({"lr": 1 / 3}, {"lr": 0.33333}) == {}
    assert recipe_changes({"lr": 0.1}, {"lr": 0.101}) == {"lr": (0.1, 0.101)}
