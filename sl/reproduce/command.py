"""The whole of `scripts/reproduce.py`: plan, estimate, train, redraw."""

from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

from omegaconf import DictConfig

from sl.checks import flag
from sl.config.groups import CONFIG_DIR
from sl.errors import UserError
from sl.figures import draw_all
from sl.record import load_all
from sl.reproduce import experiment
from sl.reproduce.estimate import estimate
from sl.reproduce.execute import choose_jobs, execute
from sl.reproduce.plan import listing, make_plan
from sl.tables import load, write_all
from sl.train.device import find_device

PUBLISHED = CONFIG_DIR.parent / "results" / "paper"


def reproduce(name: str, scale: str, config: DictConfig) -> list[str]:
    """Do the experiment `name` at `scale` as `config` (configs/reproduce.yaml) says; a line for each failed run."""
    if config.experiment != experiment.load(name):
        raise UserError(f"experiment.*: nothing in configs/experiment/{name}.yaml is an option; allowed is seeds=[...]")
    for folder in (config.runs_dir, config.results_dir):
        check_folder(Path(folder))
    device = find_device(config.device)
    if scale == "auto":
        scale = "paper" if device.type == "cuda" else "cpu"
    jobs, job_overrides = choose_jobs(config.jobs, config.device)
    common = [f"scale={scale}", f"data_dir={config.data_dir}", f"runs_dir={config.runs_dir}"]
    common += [f"runtime.device={config.device}", *job_overrides, *config.overrides]
    plan = make_plan(experiment.runs(name, experiment.parse_seeds(config.seeds)), common)
    print("\n".join(listing(plan, estimate(plan), jobs)), flush=True)
    if flag("plan_only", config.plan_only):
        return []
    failures = execute([run for run in plan if not run.done], jobs)
    redraw(Path(config.runs_dir), Path(config.results_dir))
    return failures


def check_folder(folder: Path) -> None:
    """Raise UserError, before hours are spent, where nothing can be written to `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{folder}: allowed is a folder that can be written to: {error.strerror}") from error


def redraw(runs_dir: Path, results_dir: Path) -> None:
    """Figures and tables from the records of `runs_dir`, into folders of these names below `results_dir`."""
    runs = load_all(runs_dir)
    figures = draw_all(runs, results_dir / "figures")
    tables = write_all(runs, load(PUBLISHED), results_dir / "tables")
    for line in chain(figures, tables):
        print(line, flush=True)
