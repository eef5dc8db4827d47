"""Makes or updates a W&B workspace and report; without a login it writes what it would make."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import wandb

from sl.errors import UserError
from sl.files import replace_json
from sl.replay.dashboard import Dashboard
from sl.tracker.wandb_run import in_one_line

KNOWN = "addresses.json"  # in the folder of specifications: what was made before, to be updated


def publish(dashboard: Dashboard, project: str, entity: str | None, out: Path) -> Iterator[str]:
    """Write both specifications to `out`, and with a login make or update them in the project; yields lines to print.

    What was made before is known by its address, which is kept in `out`.
    """
    with refused("login"):
        login = wandb.login(prompt=False, verify=False)
        owner = entity or (wandb.Api().default_entity if login else None) or "ENTITY"
    known = addresses(out / KNOWN)
    made = {"workspace": dashboard.workspace(owner, project), "report": dashboard.report(owner, project)}
    for kind, view in made.items():
        path = out / f"{kind}.json"
        replace_json(path, specification(view))
        yield f"{path}: the specification of the {kind}"
    if not login:
        names = ", ".join(section.name for section in dashboard.sections)
        yield f"no W&B login: a workspace and a report called {dashboard.name!r} would be made in {owner}/{project}"
        yield f"sections: {names}"
        yield "to make them: wandb login, then the same command"
        return
    for kind, view in made.items():
        place = f"{kind} {owner}/{project}"
        with refused(kind):
            known[place] = saved(view, known.get(place))
        replace_json(out / KNOWN, known)
        yield f"{kind}: {known[place]}"


@contextmanager
def refused(what: str) -> Iterator[None]:
    """For what is said to W&B inside: an address, a key or a server that does not work is a UserError."""
    try:
        yield
    except (wandb.Error, ValueError, OSError) as error:
        raise UserError(f"W&B does not take the {what}: {in_one_line(error)}") from error


def addresses(path: Path) -> dict[str, str]:
    """What was made before: the address of each kind, owner and project; none where there is no file.

    Raises UserError for a file that holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise UserError(f"{path}: must hold addresses as JSON: {error}; without the file all is made anew") from None
    if not isinstance(found, dict) or not all(isinstance(address, str) for address in found.values()):
        raise UserError(f"{path}: must hold addresses as JSON, one text each; without the file all is made anew")
    return found


def specification(view: Any) -> dict[str, Any]:
    """What W&B is sent of a workspace or report, as plain values."""
    found: dict[str, Any] = view._to_model().model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def saved(view: Any, address: str | None) -> str:
    """Save the workspace or report, in the place of the one at `address` if there is one; returns its address."""
    if address is not None:
        known = type(view).from_url(address)
        for part in ("name", "sections", "title", "blocks"):  # the first two of a workspace, the others of a report
            if hasattr(view, part):
                setattr(known, part, getattr(view, part))
        view = known
    view.save()
    return str(view.url)
