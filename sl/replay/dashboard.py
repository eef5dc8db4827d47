"""Makes W&B dashboards from a declarative file (configs/wandb/dashboard.yaml) with the package wandb-workspaces."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import ValidationError

from sl.errors import UserError, reason
from sl.record import STAGES
from sl.tracker.wandb_run import CONFUSION_CHART, CONFUSION_COLUMNS, in_one_line

with warnings.catch_warnings():  # the package is written for an older form of pydantic
    warnings.simplefilter("ignore")
    import wandb_workspaces.reports.v2 as reports
    import wandb_workspaces.workspaces as workspaces

LOSS = "names.loss"  # a key in the configuration that a run logs
# The keys that a panel of each kind must have: one of each group.
KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "lines": (("metrics", "regex"),),
    "confusion": (),
    "pictures": (("metrics",),),
    "parallel": (("config",), ("summary",)),
}


@dataclass(frozen=True)
class Section:
    """A group of panels; the report repeats it for each loss in `beside`."""

    name: str
    panels: list[dict[str, Any]]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dashboard:
    """A dashboard as its declarative file describes it."""

    name: str
    text: str
    sections: list[Section]

    @classmethod
    def read(cls, path: Path) -> "Dashboard":
        """The dashboard that the file at `path` describes; UserError for a file that is no dashboard."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            found = cls(content["name"], content["text"], [_section(section) for section in content["sections"]])
            _check_keys("a dashboard", content, ("name", "text", "sections"))
            found.workspace("entity", "project")  # so that wandb-workspaces refuses a wrong file here
            found.report("entity", "project")
            return found
        except OSError as error:
            raise UserError("file", path, f"must be a dashboard's file: {reason(error)}") from None
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            said = in_one_line(error) if isinstance(error, ValidationError) else error
            raise UserError("file", path, f"must be a dashboard: {type(error).__name__} {said}") from None

    def workspace(self, entity: str, project: str) -> workspaces.Workspace:
        """A W&B workspace with the same sections; lines are grouped by loss."""
        sections = [
            workspaces.Section(name=section.name, panels=panels(section.panels), is_open=True)
            for section in self.sections
        ]
        return workspaces.Workspace(entity=entity, project=project, name=self.name, sections=sections)

    def report(self, entity: str, project: str) -> reports.Report:
        """A W&B report with a grid of panels for each section, or for each loss in the section's `beside`."""
        blocks: list[Any] = [reports.P(self.text)]
        for section in self.sections:
            blocks.append(reports.H2(section.name))
            for loss in section.beside or (None,):
                blocks += [reports.H3(loss.upper())] if loss else []
                filters = f"Config('names.value.loss') = {loss!r}" if loss else ""
                runs = reports.Runset(name=loss or "all runs", filters=filters)  # without a project: that of the report
                blocks.append(reports.PanelGrid(runsets=[runs], panels=panels(section.panels)))
        return reports.Report(entity=entity, project=project, title=self.name, blocks=blocks, width="fluid")


def _section(described: dict[str, Any]) -> Section:
    """The section as an object; raises ValueError, KeyError or TypeError for one that does not fit."""
    found = Section(described["name"], described["panels"], tuple(_listed("beside", described)))
    for panel in found.panels:
        _check(panel)
    if not all(isinstance(loss, str) for loss in found.beside):
        raise ValueError(f"beside must be a list of losses, not {described['beside']}")
    _check_keys("a section", described, ("name", "panels", "beside"))
    return found


def _check(panel: dict[str, Any]) -> None:
    """Raise ValueError for a panel of no known kind, and for one that has not what its kind needs, or more."""
    kind = next((kind for kind in KINDS if kind in panel), None)
    if kind is None:
        raise ValueError(f"a panel must be one of {', '.join(KINDS)}, not {panel}")
    for names in KINDS[kind]:
        if not {*names} & {*panel}:
            raise ValueError(f"a panel with {kind} must have {' or '.join(names)}: {panel}")
    if kind == "confusion" and panel[kind] not in STAGES:
        raise ValueError(f"confusion must be one of {', '.join(STAGES)}: {panel}")
    for name in ("metrics", "config", "summary"):
        _listed(name, panel)
    _check_keys(f"a panel with {kind}", panel, (kind, *chain(*KINDS[kind])))


def _listed(key: str, described: dict[str, Any]) -> list[Any]:
    """The list under `key`, empty if there is none; a text would be read letter by letter."""
    found = described.get(key, [])
    if not isinstance(found, list):
        raise ValueError(f"{key} must be a list, not {found}: {described}")
    return found


def _check_keys(what: str, described: dict[str, Any], known: Sequence[str]) -> None:
    if unknown := [str(key) for key in described if key not in known]:
        raise ValueError(f"{what} has {', '.join(known)}, not {', '.join(unknown)}")


def panels(described: Sequence[dict[str, Any]]) -> list[Any]:
    """The panels as objects of wandb-workspaces, three in a row."""
    made = [_panel(panel) for panel in described]
    for place, panel in enumerate(made):
        panel.layout = reports.Layout(x=8 * (place % 3), y=8 * (place // 3), w=8, h=8)
    return made


def _panel(panel: dict[str, Any]) -> Any:
    if "lines" in panel:
        return reports.LinePlot(
            title=panel["lines"],
            y=panel.get("metrics", []),
            metric_regex=panel.get("regex"),
            title_x="epoch",
            groupby=reports.Config(LOSS),
            groupby_aggfunc="mean",
            groupby_rangefunc="stddev",
        )
    if "confusion" in panel:
        stage = panel["confusion"]
        return reports.CustomChart(
            query={"summaryTable": {"tableKey": f"confusion/{stage}_table"}},
            chart_name=CONFUSION_CHART,
            chart_fields=CONFUSION_COLUMNS,
            chart_strings={"title": f"Test images, {stage} stage"},
        )
    if "pictures" in panel:
        keys = [f"figures/{name}" for name in panel["metrics"]]
        return reports.MediaBrowser(title=panel["pictures"], media_keys=keys, num_columns=2)
    columns: list[Any] = [*map(reports.Config, panel["config"]), *map(reports.SummaryMetric, panel["summary"])]
    return reports.ParallelCoordinatesPlot(
        title=panel["parallel"], columns=[reports.ParallelCoordinatesPlotColumn(column) for column in columns]
    )
