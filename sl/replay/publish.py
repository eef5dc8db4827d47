"""Makes or updates a W&B workspace and report; without a login it only writes what it would send."""

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

KNOWN = "addresses.json"  # in the folder of specifications: the addresses of earlier views, to update them
REMEDY = "delete the file to create a new workspace and report"


def publish(dashboard: Dashboard, project: str, entity: str | None, out: Path) -> Iterator[str]:
    """Write both specifications to `out`, and with a login make or update them in the project; yields lines to print.

    `out` also keeps the addresses of the workspace and report, by which the next call updates them.
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
    """For a block that talks to W&B: UserError where an address, a key or a server does not work."""
    try:
        yield
    except (wandb.Error, ValueError, OSError) as error:
        raise UserError(f"W&B did not accept the {what}: {in_one_line(error)}") from error


def addresses(path: Path) -> dict[str, str]:
    """The addresses in the file at `path` by kind, owner and project, such as ``report OWNER/PROJECT``.

    Empty where there is no file; raises UserError for a file that holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise UserError(f"{path}: must hold addresses as JSON: {error}; {REMEDY}") from None
    if not isinstance(found, dict) or not all(isinstance(address, str) for address in found.values()):
        raise UserError(f"{path}: must hold addresses as JSON, one text each; {REMEDY}")
    return found


def specification(view: Any) -> dict[str, Any]:
    """A workspace or report as it is sent to W&B, in plain values."""
    found: dict[str, Any] = view._to_model().model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def saved(view: Any, address: str | None) -> str:
    """Save the workspace or report, in the place of the one at `address` if there is one; returns its address."""
    if address is not None:
        known = type(view).from_url(address)
        for part in ("name", "sections", "title", "blocks"):  # a workspace has the first two, a report the others
            if hasattr(view, part):
                setattr(known, part, getattr(view, part))
        view = known
    view.save()
    return str(view.url)
