"""How a choice is shown (title, place in tables, colour, symbols): that stands in the choice's file, but is no part of
the run, so that it is taken out of the configuration before anything is built or hashed.
"""

from omegaconf import DictConfig, open_dict

from sl.config.build import is_own
from sl.config.groups import choices, read_choice

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
