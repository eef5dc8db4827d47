"""The commands `sl train`, `sl figures`, ...: each is a module here, whose `main` receives the options."""

from typing import NamedTuple


class Command(NamedTuple):
    """What a command does, the package's extras it needs, and the file in configs/ that Hydra composes for its `main`.

    `config` is None for commands without Hydra and for those whose module has a `run`, which starts Hydra itself.
    """

    what: str
    extras: tuple[str, ...]
    config: str | None = None


COMMANDS = {
    "train": Command("train one run, or with -m a sweep of runs", ("train",), "config"),
    "reproduce": Command("train what a figure or table of the paper needs, and draw it", ("train", "results")),
    "search": Command("search for a loss's parameters on held-out noisy labels", ("search",), "search"),
    "choose": Command("rank the parameters of a sweep by held-out noisy labels", ("results",)),
    "audit": Command("say which of your labels are probably wrong, and how many", ("audit",), "audit"),
    "predict": Command("label the pictures of a folder with a network that a run kept", ("train",)),
    "export": Command("write a network that a run kept as an ONNX file", ("train", "onnx")),
    "figures": Command("draw every figure that the records allow", ("results",)),
    "tables": Command("write every table that the records allow", ("results",)),
    "sweep_table": Command("print and draw the points of a sweep", ("results",)),
    "claims": Command("test the paper's claims on the records", ("results",)),
    "report": Command("write verdicts, figures and tables as one HTML page", ("results",)),
    "track": Command("send recorded runs to W&B, MLflow, TensorBoard or CSV", ("train", "results"), "track"),
    "dashboard": Command("make a W&B workspace and report with the paper's panels", ("wandb",)),
    "records": Command("check records for damage", ("results",)),
    "conformance": Command("test another implementation of a loss", ()),
}
