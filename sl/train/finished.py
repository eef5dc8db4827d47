"""Checks a finished run that is asked for again: what it did not keep or probe, only a new training can add."""

from pathlib import Path

from sl.errors import UserError
from sl.record.read import read
from sl.record.representation import read_representation
from sl.record.run import Run
from sl.say import warn
from sl.train.prepared import PreparedRun
from sl.train.save_model import keeps_model, path_of_model


def check_finished(prepared: PreparedRun, record: Path) -> None:
    """Warn of what `prepared` asks for and the complete run at `record` lacks: network, representations, probed class.

    Raises UserError instead of the warning if `save=true` asks for a network that was not kept.
    """
    run, probe, again = read(record), prepared.config.probe, f"remove {record} to train it again"
    if keeps_model(prepared.config) and not (path := path_of_model(prepared)).exists():
        missing = f"the network was not kept: there is no {path}; {again}"
        if prepared.config.save:
            raise UserError("save", "true", missing)
        warn(missing)
    if lacks_representations(run, probe.representations):
        warn(f"probe.representations={probe.representations}: this run kept fewer representations; {again}")
    probed = {seen.probe_class for seen in run.probes.values()}
    if probe.label is not None and probed != {prepared.probe_set.label}:
        names = ", ".join(run.class_names[label] for label in sorted(probed))
        warn(f"probe.label={probe.label}: this run probed class {names}; {again}")


def lacks_representations(run: Run, wanted: int) -> bool:
    """Whether the complete `run` kept representations of fewer test images than `wanted`, and not of all of them."""
    if not wanted:
        return False
    kept = read_representation(run)
    return kept is None or len(kept[1]) < min(wanted, run.data.test_images)
