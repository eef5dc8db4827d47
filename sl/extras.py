"""Which extra of the package installs which module: the error for a missing module names the command to install it."""

from collections.abc import Sequence

DISTRIBUTION = "sl-noisy-labels"
RECORDS = ("omegaconf", "pydantic", "yaml")
TRAIN = (
    "cloudpickle", "filelock", "hydra", "hydra_plugins", "joblib", "PIL", "rich", "safetensors", "sklearn",
    "torchvision",
)  # fmt: skip
RESULTS = ("matplotlib", "scipy", "sklearn", "threadpoolctl")
MODULES = {
    "train": (*RECORDS, *TRAIN),
    "results": (*RECORDS, *RESULTS),
    "wandb": ("wandb", "wandb_workspaces"),
    "tensorboard": ("tensorboard",),
    "mlflow": ("mlflow", "alembic"),
    "search": (*RECORDS, *TRAIN, "optuna", "sqlalchemy"),
    "audit": (*RECORDS, *TRAIN, *RESULTS, "cleanlab"),
    "onnx": ("onnx", "onnxruntime", "onnxscript"),
}


def missing(error: ModuleNotFoundError, extras: Sequence[str] = ()) -> str | None:
    """The line that names the missing module and the command to install it; None if no extra brings the module.

    `extras` are those that the running command needs. All of them are named if one of them brings the module.

    >>> missing(ModuleNotFoundError(name="matplotlib.figure"), ["train", "results"])
    "matplotlib is not installed: pip install 'sl-noisy-labels[train,results]'"
    >>> missing(ModuleNotFoundError(name="somebodys_package"))
    """
    module = (error.name or "").partition(".")[0]
    having = [extra for extra, modules in MODULES.items() if module in modules]
    if not having:
        return None
    wanted = extras if set(extras) & set(having) else having[:1]
    return f"{module} is not installed: {install(wanted)}"


def install(extras: Sequence[str]) -> str:
    """The command that installs this package with `extras`.

    >>> install(["audit"])
    "pip install 'sl-noisy-labels[audit]'"
    """
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'"
