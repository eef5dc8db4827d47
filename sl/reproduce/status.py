"""The command ``sl reproduce status``: what is in training, how far it is, what comes next, when all is done."""

from datetime import datetime, timedelta
from pathlib import Path

from sl.errors import UserError
from sl.numbers import plural
from sl.reproduce.progress import RunProgress, SavedPlan, duration, finishing_times, in_training, progress, saved_plans

NEXT = 3  # how many waiting runs are named


def status(runs_dir: Path) -> None:
    """Print the progress of every reproduction in `runs_dir` that did not end with all of its runs."""
    if not runs_dir.is_dir():
        raise UserError("runs_dir", runs_dir, "must be a folder that holds run records")
    plans = list(saved_plans(runs_dir))
    if not plans:
        print(f"{runs_dir}: no reproduction in this folder has runs left to train")
    for plan in plans:
        print("\n".join(lines(plan, datetime.now())))


def lines(plan: SavedPlan, now: datetime) -> list[str]:
    """The progress of `plan` in lines of text; its finishing times count from `now`."""
    records = [Path(item.record) for item in plan.items]
    found = list(zip(plan.items, map(progress, records), map(in_training, records), strict=True))
    left = [
        (item, state, training, item.seconds * (1 - state.share))
        for item, state, training in sorted(found, key=lambda run: not run[2])
        if not state.ended
    ]
    active = sum(training for *_, training in found)
    ends = finishing_times([seconds for *_, seconds in left], max(plan.jobs, active))
    text = [f"{plan.name}: {len(found) - len(left)} of {plural(len(found), 'run')} recorded, {active} in training"]
    text += [f"  diverged: {item.overrides}" for item, state, _ in found if state.diverged]
    for item, state, training, seconds in left[: active + NEXT]:
        text.append(f"  {state_text(state, training, seconds):<40}  {item.overrides}")
    done_at: dict[str, float] = dict.fromkeys((item.step for item in plan.items), 0.0)
    for (item, *_), end in zip(left, ends, strict=True):
        done_at[item.step] = max(done_at[item.step], end)
    for step, end in done_at.items():
        ended = [state.ended for item, state, _ in found if item.step == step]
        when = f"done about {now + timedelta(seconds=end):%a %d %b %H:%M}" if end else "done"
        text.append(f"  {step}: {sum(ended)} of {len(ended)} recorded, {when}")
    if left and not active:
        text.append("  nothing is being trained; the times hold if the same command starts again now")
    return text


def state_text(state: RunProgress, training: bool, seconds: float) -> str:
    """A run's state in a few words; `seconds` is the estimated time left."""
    left = duration(seconds)
    if training:
        return f"in training, epoch {state.epoch} of {state.epochs or '?'} done, {left} left"
    return f"waits, resumes after epoch {state.epoch}, {left} left" if state.epoch else f"waits, {left}"
