"""What figures and tables say about runs: parameters, recipe, network and where the runs come from."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sl.config.flat import flat
from sl.config.stated import unlike_stated
from sl.numbers import plural
from sl.record.run import Run
from sl.record.schema import Provenance
from sl.record.shown import dataset_title, described, loss_title, shown
from sl.scale import scale_title

SYMBOLS = {  # for parameters with the same name in several losses
    **{"alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε", "lambda_": "λ", "tau": "τ"},
    "log_zero": "A",
}


def parameters(values: dict[str, Any] | None, loss: str = "") -> str:
    """The numbers among the parameters of `loss` and its parts, with symbols (`SYMBOLS`, or the loss's own `shown`).

    p_min is left out: it belongs to the recipe.

    >>> parameters({"alpha": 0.1, "beta": 1, "log_zero": -9.2103, "p_min": 1e-7})
    'α 0.1, β 1, A −9.21'
    >>> parameters({"beta": 0.8, "term": {"alpha": 0.1, "beta": 1}})
    'β 0.8, α 0.1, term β 1'
    """
    own = {**SYMBOLS, **shown("loss", loss).symbols}
    texts: dict[str, str] = {}
    for option, value in numbers(values or {}).items():
        part, _, key = option.rpartition(".")
        if key == "p_min":
            continue
        name = own.get(key, key)
        texts[f"{part} {name}" if name in texts else name] = f"{value:.3g}".replace("-", "−")
    return ", ".join(f"{name} {text}" for name, text in texts.items())


def numbers(values: dict[str, Any]) -> dict[str, float]:
    """The numbers among a loss's parameters and those of its parts, by dotted name."""
    return {
        option: value
        for option, value in flat(values)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def named_loss(loss: str, values: dict[str, Any] | None) -> str:
    """A loss with its parameters.

    >>> named_loss("gce", {"_target_": "sl.losses.GeneralizedCrossEntropy", "q": 0.7})
    'GCE (q 0.7)'
    """
    chosen = parameters(values, loss)
    return f"{loss_title(loss)} ({chosen})" if chosen else loss_title(loss)


def model_title(run: Run) -> str:
    """The network's title, else its name in torchvision, else that of its class."""
    if found := described("model", run.name("model")):
        return found.title
    model = run.config.model
    return str(model.get("name") or model["_target_"].rsplit(".", 1)[-1])


def setting(run: Run, varied: Collection[str] = ()) -> str:
    """Data set, scale, recipe and network in one line.

    `varied` are the options that differ between runs; then `run` must be the one that `sl.scale.least_scale` finds.
    """
    data, network = dataset_title(run.name("dataset")), "varied" if "model.name" in varied else model_title(run)
    return f"{data} · {scale_title(run, varied)} · recipe {_recipe_title(run, varied)}, network {network}"


def _recipe_title(run: Run, varied: Collection[str]) -> str:
    """The recipe, and the values in which the run differs from it, such as `apl (lr 0.1 → 0.025)`.

    For a recipe that is not in configs/, the values from the command line, such as `mine (lr 0.025)`.
    """
    name, values = run.name("recipe"), run.config.recipe
    found = unlike_stated(run.name("dataset"), name, values)
    changed = changes({key: pair for key, pair in found.items() if f"recipe.{key}" not in varied})
    typed = [key for key in run.header.recipe_typed if f"recipe.{key}" not in varied]
    changed = changed or ", ".join(f"{key} {_plain(values.get(key))}" for key in typed)
    return f"{name} ({changed})" if changed else name


def changes(found: Mapping[str, tuple[Any, Any]]) -> str:
    """The values of `recipe_changes` before and after, such as `lr 0.1 → 0.025, clip_norm none → 5`."""
    return ", ".join(f"{key} {_plain(before)} → {_plain(after)}" for key, (before, after) in found.items())


def origin(runs: Iterable[Run]) -> str:
    """Seeds, devices, precisions, versions of PyTorch and commits of `runs` in one line."""
    runs = list(runs)
    provenances = [provenance for run in runs for provenance in run.provenances]
    seeds = sorted({run.seed for run in runs})
    parts = [
        f"{plural(len(runs), 'run')}, {plural(len(seeds), 'seed')} ({', '.join(map(str, seeds))})",
        "; ".join(_unique(each.device for each in provenances)),
        " and ".join(_unique(each.precision for each in provenances)),
        "PyTorch " + ", ".join(_unique(each.torch for each in provenances)),
        "commit " + ", ".join(_unique(map(_commit, provenances))),
    ]
    return " · ".join(parts)


def durations(runs: Iterable[Run]) -> str:
    """The shortest and the longest training time of the finished `runs`, in words."""
    seconds = [run.end.seconds for run in runs if run.end]
    unit, size = ("minutes", 60) if seconds and max(seconds) >= 120 else ("seconds", 1)
    return f"{min(seconds) / size:.1f} to {max(seconds) / size:.1f} {unit} a run" if seconds else "no run is finished"


def _commit(provenance: Provenance) -> str:
    if provenance.commit is None:  # the package was installed, not run from a checkout
        return f"unknown, sl {provenance.packages['sl']}" if "sl" in provenance.packages else "unknown"
    name = provenance.commit[:7]
    return f"{name} with uncommitted changes" if provenance.dirty else name


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
