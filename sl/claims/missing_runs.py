"""The command that a page of claims prints where runs are missing."""

from sl.comparison.usual_recipe import usual_recipe
from sl.paper import PAPER_EPOCHS
from sl.paths import CONFIG_DIR


def command(dataset: str, scale: str, recipe: str) -> str:
    """The command that trains the missing runs of a group; "" if configs/ has no such experiment, scale or recipe.

    >>> command("cifar10", "paper", "authors_code")
    'make reproduce-cifar10 SCALE=paper'
    >>> command("cifar10", "custom", "authors_code")
    ''
    """
    chosen = {"experiment": dataset, "scale": scale, "recipe": recipe}
    if not all((CONFIG_DIR / group / f"{name}.yaml").is_file() for group, name in chosen.items()):
        return ""
    other = "" if recipe == usual_recipe(dataset, scale) else f" 'overrides=[\"recipe={recipe}\"]'"
    if dataset in PAPER_EPOCHS and not other:
        return f"make reproduce-{dataset} SCALE={scale}"
    return f"sl reproduce experiment={dataset} scale={scale}{other}"
