"""The command `sl reproduce`: plan, estimate, train, redraw."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from sl.checks import number, one_of
from sl.config.groups import choices
from sl.config.overrides import override
from sl.errors import UserError
from sl.figures import draw_all
from sl.files import check_writable
from sl.numbers import plural
from sl.options.reproduce import ReproduceConfig
from sl.paths import PUBLISHED
from sl.processes import as_one_of
from sl.record import Run, load_all, read
from sl.record.read import State
from sl.reproduce import experiment
from sl.reproduce.deadline import Deadline
from sl.reproduce.estimate import estimate
from sl.reproduce.execute import execute
from sl.reproduce.experiment import Overrides
from sl.reproduce.plan import PlannedRun, decided_scale, plan_runs
from sl.reproduce.progress import SavedPlan, SavedRun, duration, finishing_times
from sl.tables import load, write_all
from sl.train.finished import lacks_representations
from sl.train.jobs import choose_jobs

# Options of a run, and what sets them here: figures read one folder, and the scale decides what runs have besides
OWN_OPTIONS = {
    "seed": "seeds=[...]",
    "runs_dir": "runs_dir=FOLDER",
    "scale": "scale=cpu or scale=paper",
    "runtime.device": "device=DEVICE",
}
UNKEPT = "kept too few representations for t-SNE and separation of classes; remove their records to train them again"


def reproduce(config: ReproduceConfig) -> list[str]:
    """Run the experiment that `config` names; returns a line for each failed run.

    If no run failed but one diverged, raises UserError, as training that run alone does.
    """
    check_options(config)
    name, runs_dir = config.names["experiment"], Path(config.runs_dir)
    scale = decided_scale(config.names["scale"], config.device)
    jobs = choose_jobs(config.jobs, config.device)
    deadline = None if config.minutes is None else Deadline(60 * config.minutes)
    folders = {option: getattr(config, option) for option in ("data_dir", "runs_dir")}
    common = [f"scale={scale}", *(override(*folder) for folder in folders.items() if folder[1] is not None)]
    common += [f"runtime.device={config.device}", *config.overrides]
    wanted: dict[Overrides, str] = {}
    for step, run in experiment.steps(name, experiment.parse_seeds(config.seeds)):
        wanted.setdefault(run, step)
    additions = config.scaled_down if scale == "cpu" else {}
    scaled = {experiment.with_additions(run, additions, config.overrides): step for run, step in wanted.items()}
    print(f"{name}, all with {' '.join(common)}", flush=True)
    plan = plan_runs(scaled, common, print_run)
    saved = timed(f"{name} scale={scale}", plan, scaled, jobs)
    print("\n".join(summary(saved, [run.state for run in plan])), flush=True)
    if count := sum(unkept(run) for run in plan):
        print(f"{count} of the runs that are done {UNKEPT}", flush=True)
    if config.plan_only:
        return []
    saved.save(runs_dir)
    failures = execute([run for run in plan if not run.ended], jobs, deadline)
    if not failures:
        saved.remove(runs_dir)
    redraw(load_all(runs_dir, config.strict), Path(config.results_dir))
    print_diverged(plan)
    if not failures and (count := sum(run.state == "diverged" for run in plan)):
        raise UserError(f"{count} of the runs asked for diverged: see above")
    return failures


def check_options(config: ReproduceConfig) -> None:
    """Raise UserError for a wrong option, a folder that cannot be written to or, with `strict`, a damaged record."""
    name = config.names["experiment"]
    if config.experiment != experiment.load(name):
        raise UserError("experiment", rule=f"has no options: give seeds=[...] or change {experiment.file_of(name)}")
    if config.minutes is not None:
        number("minutes", config.minutes, 0, low_open=True)
    if config.scale is None and config.names["scale"] != "auto":
        one_of("scale", config.names["scale"], ("auto", *choices("scale")))
    for option, instead in OWN_OPTIONS.items():
        if any(given.lstrip("+").startswith(f"{option}=") for given in config.overrides):
            raise UserError("overrides", list(config.overrides), f"must not set {option}; give {instead}")
    for option in ("runs_dir", "results_dir"):
        check_writable(option, Path(getattr(config, option)))
    if config.strict:
        load_all(Path(config.runs_dir), strict=True)  # so that a damaged record ends the command now, not after hours


def unkept(run: PlannedRun) -> bool:
    """Whether the run is done, but did not keep as many representations as the plan asks for."""
    wanted = run.cell.config.probe.representations
    return wanted > 0 and run.done and lacks_representations(read(run.record), wanted)


def print_run(run: PlannedRun) -> None:
    """Print a run of the plan as one line."""
    state = {"complete": "done", "diverged": "diverged"}.get(run.state, "")
    print(f"  {run.identity}  {state:8}  {' '.join(run.wanted)}", flush=True)


def print_diverged(plan: Sequence[PlannedRun]) -> None:
    """Print a line for each run of the plan that diverged: it is not trained again while its record exists."""
    for run in plan:
        if run.state == "diverged":
            print(f"diverged: {' '.join(run.wanted)}; remove {run.record} to train it again", flush=True)


def timed(name: str, plan: Sequence[PlannedRun], steps: Mapping[Overrides, str], jobs: int) -> SavedPlan:
    """The plan with the estimated seconds of its runs on this machine, at most `jobs` at once.

    Runs of a kind (`PlannedRun.cost_key`) of which none is left to train get 0 seconds.
    """
    jobs = max(1, min(jobs, sum(not run.ended for run in plan)))
    with as_one_of(jobs):
        seconds = estimate(plan)
    items = [
        SavedRun(steps[run.wanted], " ".join(run.wanted), str(run.record.absolute()), seconds.get(run.cost_key, 0.0))
        for run in plan
    ]
    return SavedPlan(name, jobs, tuple(items))


def summary(plan: SavedPlan, states: Sequence[State]) -> list[str]:
    """Lines of text: for every step of the plan its runs and hours, then the sum; `states` are those of its records."""
    left = [state not in ("complete", "diverged") for state in states]
    ends = finishing_times([item.seconds * todo for todo, item in zip(left, plan.items, strict=True)], plan.jobs)
    lines = []
    for step in dict.fromkeys(item.step for item in plan.items):
        places = [place for place, item in enumerate(plan.items) if item.step == step]
        todo = [place for place in places if left[place]]
        own = sum(plan.items[place].seconds for place in todo) / plan.jobs
        text = f"{step}: {plural(len(places), 'run')}, {len(todo)} to train"
        after = max((ends[place] for place in todo), default=0.0)
        lines.append(f"{text}: {duration(own)}, done after {duration(after)}" if todo else text)
    diverged = f", {states.count('diverged')} diverged" if "diverged" in states else ""
    last = f"{states.count('complete')} of {plural(len(states), 'run')} done{diverged}; {sum(left)} to train"
    lines.append(f"{last}: {duration(max(ends))} with {plan.jobs} at once" if any(left) else last)
    return lines


def redraw(runs: list[Run], results_dir: Path) -> None:
    """Draw figures and write tables of `runs` to folders of these names below `results_dir`; prints a line for each."""
    figures = draw_all(runs, results_dir / "figures")
    tables = write_all(runs, load(PUBLISHED), results_dir / "tables")
    for line in chain(figures, tables):
        print(line, flush=True)
