"""The errors for options that are unknown, missing or wrong."""

from collections.abc import Sequence

from sl.config.groups import choices, choices_with, options
from sl.config.overrides import in_quotes
from sl.errors import MISSING, UserError, did_you_mean


def as_typed(error: UserError, typed: Sequence[str]) -> UserError:
    """`error` with its option and value as the user typed them in one of the overrides `typed`.

    If the value comes from another option, as `dataset.data_dir` does from `data_dir`, the error names that one. If an
    option is typed twice, the last one counts, as in Hydra. Quotes that only Hydra needs are left out.

    >>> as_typed(UserError("recipe.lr", -1.0, "must be more"), ["seed=1", "recipe.lr=-1"])
    UserError('recipe.lr=-1: must be more')
    >>> as_typed(UserError("dataset.data_dir", "/x", "must be a folder"), ["data_dir=/x"])
    UserError('data_dir=/x: must be a folder')
    >>> as_typed(UserError("loss.alpha", 0.0, "must be above 0"), ["recipe.sl.alpha=0"])
    UserError('recipe.sl.alpha=0: must be above 0')
    >>> as_typed(UserError("noise.name", "x", "must be one of"), ["noise.name=x", "dataset.name=x"])
    UserError('noise.name=x: must be one of')
    >>> as_typed(UserError("model._target_", "cnn4", "must be a class"), ["recipe.model=cnn4"])
    UserError('recipe.model=cnn4: must be a class')
    >>> as_typed(UserError("recipe.epochs", 1.5, "must be whole"), ["recipe.epochs=2", "recipe.epochs=1.5"])
    UserError('recipe.epochs=1.5: must be whole')
    """
    if error.option is None:
        return error
    shown, leaf = str(error.value), error.option.removesuffix("._target_").rpartition(".")[2]
    alike = below = None
    for override in reversed(typed):
        name, given, value = override.lstrip("+~").partition("=")
        value = shown if value == in_quotes(shown) else value
        as_given = UserError(name, value if given else MISSING, error.rule)
        if name == error.option:
            return as_given
        if alike is None and name.rpartition(".")[2] == leaf and _same(value, shown):
            alike = as_given
        if below is None and error.value is MISSING and name.startswith(f"{error.option}."):
            below = as_given
    return alike or below or error


def _same(typed: str, shown: str) -> bool:
    """Whether a value as typed is the one shown in a message: a typed 0 may be 0.0 there."""
    try:
        return typed == shown or float(typed) == float(shown)
    except ValueError:
        return False


def required(option: str) -> UserError:
    """The error for an `option` without a value."""
    allowed = choices(option)
    return UserError(option, rule="is required" + (f"; must be one of {', '.join(allowed)}" if allowed else ""))


def unknown_option(option: str, siblings: Sequence[str], in_a_run: bool = True, value: object = MISSING) -> UserError:
    """The error for an `option` that does not exist; `siblings` are the options in its place."""
    group, leaf = option.partition(".")[0], option.rpartition(".")[2]
    if in_a_run and (owners := choices_with(option)):
        return UserError(option, value, f"this option comes only with {' or '.join(f'{group}={o}' for o in owners)}")
    here = sorted(name for name in siblings if name not in ("_target_", "hydra"))
    hint = did_you_mean(leaf, here)
    if in_a_run and not hint:
        hint = did_you_mean(leaf, options())
    allowed = f"must be one of {', '.join(here)}" if here else "there are none in its place"
    return UserError(option, value, f"there is no such option; {hint}{allowed}")
