"""How a choice is shown (title, place in tables, colour, symbols): that stands in the choice's file, but is no part of
the run, so that it is taken out of the configuration before anything is built or hashed.
"""

from omegaconf import DictConfig, open_dict
from pydantic import ValidationError

from sl.config.build import is_own
from sl.config.groups import choices, read_choice
from sl.errors import UserError
from sl.record.schema import Presentation
from sl.train.options import RunConfig

SHOWN = "shown"


def extract_shown(config: DictConfig) -> None:
    """Move `shown` of every choice (loss.shown, ...) to `config.shown` (shown.loss, ...).

    What a file here says is not said of a class from elsewhere that only took its place (loss=ce loss._target_=...).
    """
    for choice in ("dataset", "noise", "model", "loss"):
        node = config.get(choice)
        if not isinstance(node, DictConfig) or SHOWN not in node:
            continue
        with open_dict(config):
            values = node.pop(SHOWN)
            if is_own(node) or not any(values == read_choice(choice, name).get(SHOWN) for name in choices(choice)):
                config[SHOWN][choice] = values


def shown_of_run(config: RunConfig) -> dict[str, Presentation]:
    """What a run's record says of how its choices are shown; UserError for what cannot be."""
    try:
        return {choice: Presentation(**values) for choice, values in config.shown.items()}
    except (ValidationError, TypeError) as error:
        raise UserError(f"shown: must have title, order, colour (#rrggbb) and symbols: {error}") from None
