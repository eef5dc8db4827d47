"""How a choice is shown (title, place in tables, colour, symbols).

It is in the choice's file but not part of the run, so it is taken out before anything is built or hashed.
"""

from omegaconf import DictConfig, open_dict

from sl.config.build import is_own
from sl.config.groups import choices, read_choice

SHOWN = "shown"


def extract_shown(config: DictConfig) -> None:
    """Move `shown` of every choice from its node (loss.shown) to `config.shown` (shown.loss).

    It is dropped if a class of another package replaces ours (loss=ce loss._target_=...), which has another title.
    """
    for choice in ("dataset", "noise", "model", "loss"):
        node = config.get(choice)
        if not isinstance(node, DictConfig) or SHOWN not in node:
            continue
        with open_dict(config):
            values = node.pop(SHOWN)
            if is_own(node) or not any(values == read_choice(choice, name).get(SHOWN) for name in choices(choice)):
                config[SHOWN][choice] = values
