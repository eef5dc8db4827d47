"""Checks the folders of a command on the user's own pictures: it must not write where each folder is a class."""

from sl.data.folder import LABELS_FILE
from sl.errors import UserError
from sl.files import expanded
from sl.options.run import OWN_DATA, RunConfig

WRITTEN = ("out", "results_dir", "runs_dir", "models_dir", "checkpoints_dir")  # a command has some of these options


def check_folders(config: RunConfig) -> None:
    """For dataset=folder, raise UserError if data_dir was not typed, or the command would write below it.

    Later runs could take the written folder for a class. UserError too if the labels.csv of an audit would replace the
    file that it reads.
    """
    if config.names["dataset"] != OWN_DATA:
        return
    typed = {override.lstrip("+").partition("=")[0] for override in config.overrides}
    if not typed & {"data_dir", "dataset.data_dir"}:
        raise UserError("data_dir", rule="is required: data_dir=FOLDER, the folder of your pictures")
    data = config.dataset
    root = expanded("dataset.data_dir", data["data_dir"])
    places = {option: value for option in WRITTEN if (value := getattr(config, option, None)) is not None}
    if data.get("storage") == "mapped":
        places["dataset.cache_dir"] = data["cache_dir"]
    for option, value in places.items():
        if expanded(option, value).resolve().is_relative_to(root.resolve()):
            rule = f"must lie outside data_dir={root}, where it would be taken for a class"
            raise UserError(option, value, f"{rule}; run the command in another folder, or name another {option}")
    if "out" in places and data.get("labels") is not None:
        written, read = expanded("out", places["out"]) / LABELS_FILE, expanded("dataset.labels", data["labels"])
        if written.resolve() == read.resolve():
            raise UserError("out", places["out"], f"must be another folder: {read}, which is read, would be replaced")
