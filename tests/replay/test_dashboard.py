"""The dashboard's specification against what an offline run of the trainer really logs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wandb.errors import CommError
from wandb_file import WandbFile, read_wandb_file

from sl.config.compose import compose_run, hydra_ready
from sl.errors import UserError
from sl.figures.catalogue import FIGURES
from sl.replay.dashboard import Dashboard, panels
from sl.replay.publish import KNOWN, publish, specification
from sl.train.run import train

FILE = Path(__file__).parents[2] / "configs/wandb/dashboard.yaml"
OVERRIDES = (
    "dataset=digits", "noise=symmetric", "noise.rate=0.4", "loss=sl", "recipe.epochs=2", "scale.train_share=0.05",
    "tracker=wandb", "tracker.wandb.mode=offline",
)  # fmt: skip


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> WandbFile:
    """What W&B has of a short training."""
    import wandb

    folder = tmp_path_factory.mktemp("dashboard")
    places = [f"{name}={folder}/{name}" for name in ("runs_dir", "checkpoints_dir", "models_dir")]
    with hydra_ready():
        train(compose_run([*OVERRIDES, *places, f"tracker.wandb.dir={folder}"]))
    wandb.teardown()
    return read_wandb_file(next(folder.rglob("offline-run-*/*.wandb")))


def at(values: dict, dotted: str) -> object:
    for key in dotted.split("."):
        values = values[key]
    return values


def pointed_at(dashboard: Dashboard) -> Iterator[tuple[str, str]]:
    """What the panels point at: pairs of history, pattern, config, summary or media, and the key."""
    for panel in (panel for section in dashboard.sections for panel in section.panels):
        if "lines" in panel:
            yield from (("history", key) for key in panel.get("metrics", []))
            yield from [("pattern", panel["regex"])] if "regex" in panel else []
        elif "confusion" in panel:
            yield "history", f"confusion/{panel['confusion']}_table"
        elif "pictures" in panel:
            yield from (("media", f"figures/{name}") for name in panel["metrics"])
        else:
            yield from (("config", key) for key in panel["config"])
            yield from (("summary", key) for key in panel["summary"])


def test_no_panel_points_at_what_no_run_logs(logged: WandbFile) -> None:
    history = {key.removesuffix("/path").removesuffix("/_type") for values in logged.history.values() for key in values}
    wanted = list(pointed_at(Dashboard.read(FILE)))
    assert {kind for kind, _ in wanted} == {"history", "pattern", "config", "summary", "media"}
    for kind, key in wanted:
        match kind:
            case "history":
                assert key in history
            case "pattern":
                assert sum(bool(re.fullmatch(key, name)) for name in history) == 10
            case "config":
                assert isinstance(at(logged.config, key), float)
            case "summary":
                assert key in logged.summary
            case "media":
                assert key.removeprefix("figures/") in FIGURES


def test_the_specification_has_the_panels_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: WandbFile
) -> None:
    import wandb

    monkeypatch.setattr(wandb, "login", lambda **_: False)
    said = list(publish(Dashboard.read(FILE), "project", None, tmp_path))
    assert any("no W&B login" in line for line in said)
    for kind in ("workspace", "report"):
        text = (tmp_path / f"{kind}.json").read_text()
        for what, key in pointed_at(Dashboard.read(FILE)):
            shown = f"loss.value.{key.removeprefix('loss.')}" if what == "config" else key
            assert json.dumps(shown)[1:-1] in text, (kind, key)
    report = json.loads((tmp_path / "report.json").read_text())
    grids = [block["metadata"] for block in report["spec"]["blocks"] if block["type"] == "panel-grid"]
    filters = [grid["runSets"][0]["filters"]["filters"] for grid in grids]
    beside = [found[0]["value"] for found in filters if found]
    assert beside == ["ce", "sl", "ce", "sl"]  # class by class, and confusion
    assert at(logged.config, "names.loss") == "sl"  # what the filters look at
    assert all(found[0]["key"]["name"] == "names.value.loss" for found in filters if found)


PANEL = "name: x\ntext: y\nsections: [{{name: z, panels: [{}]}}]"


@pytest.mark.parametrize(
    ("panel", "line"),
    [
        ("{pictures: A}", "ValueError a panel with pictures must have metrics: {'pictures': 'A'}"),
        ("{lines: A}", "ValueError a panel with lines must have metrics or regex: {'lines': 'A'}"),
        ("{parallel: A, config: [b]}", "ValueError a panel with parallel must have summary: "),
        ("{lines: A, metrics: b}", "ValueError metrics must be a list, not b: "),
        ("{lines: 5, metrics: [b]}", "ValidationError title=5: Input should be a valid string"),
        ("{pictures: A, metrics: ab}", "ValueError metrics must be a list, not ab: "),
        ("{parallel: A, config: loss.alpha, summary: [b]}", "ValueError config must be a list, not loss.alpha: "),
        ("{confusion: last}", "ValueError confusion must be one of early, middle, late: "),
        ("{lines: A, metrics: [b], regx: c}", "ValueError a panel with lines has lines, metrics, regex, not regx"),
    ],
)
def test_a_panel_that_does_not_fit_is_one_line(panel: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "dashboard.yaml"
    path.write_text(PANEL.format(panel))
    with pytest.raises(UserError) as error:
        Dashboard.read(path)
    assert str(error.value).startswith(f"file={path}: must be a dashboard: {line}")
    assert "\n" not in str(error.value)


def test_a_key_that_cannot_be_one_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wandb

    wandb.teardown()
    monkeypatch.setenv("WANDB_API_KEY", "short")
    with pytest.raises(UserError, match=r"^W&B did not accept the login: .*API key must have 40\+ characters"):
        list(publish(Dashboard.read(FILE), "project", None, tmp_path))
    wandb.teardown()


@pytest.mark.parametrize("error", [CommError("no answer\nat all"), ConnectionError("no answer")])
def test_a_server_that_does_not_answer_is_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr("wandb.login", lambda **_: True)
    monkeypatch.setattr("wandb.Api", refuse)
    with pytest.raises(UserError, match=r"^W&B did not accept the login: no answer$"):
        list(publish(Dashboard.read(FILE), "project", None, tmp_path))


@pytest.mark.parametrize("text", ["{", "[]", '{"workspace a/b": 5}'])
def test_damaged_addresses_are_one_line(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wandb.login", lambda **_: True)
    (tmp_path / KNOWN).write_text(text)
    with pytest.raises(UserError, match=r"addresses.json: must hold addresses as JSON"):
        list(publish(Dashboard.read(FILE), "project", "team", tmp_path))


SECTIONS = "name: x\ntext: y\nsections: [{}]"


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "name: x",
        SECTIONS.format("{name: z, panels: [{odd: 1}]}"),
        SECTIONS.format("{name: z, panels: [], beside: [3]}"),
        SECTIONS.format("{name: z, panels: [], beside: sl}"),
        SECTIONS.format("{name: z, panels: [], besides: [sl]}"),
        SECTIONS.format("{name: z, panels: []}") + "\nsection: []",
    ],
)
def test_a_file_that_is_no_dashboard_is_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dashboard.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match="must be a dashboard: "):
        Dashboard.read(path)


def test_a_loss_whose_name_has_a_quote_has_its_column(tmp_path: Path) -> None:
    path = tmp_path / "dashboard.yaml"
    path.write_text(SECTIONS.format('{name: z, panels: [], beside: ["it\'s"]}'))
    assert "it's" in json.dumps(specification(Dashboard.read(path).report("team", "project")))


def test_panels_stand_three_in_a_row() -> None:
    places = [(panel.layout.x, panel.layout.y) for panel in panels([{"confusion": "early"}] * 4)]
    assert places == [(0, 0), (8, 0), (16, 0), (0, 8)]


def test_a_second_call_updates_what_the_first_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its project; in another one it makes new ones."""
    views: dict[str, Any] = {}  # what W&B keeps, by address

    def save(view: Any) -> None:
        if not any(known is view for known in views.values()):
            views[f"address {len(views)}"] = view

    def address(view: Any) -> str:
        return next(place for place, known in views.items() if known is view)

    for kind in ("workspaces.Workspace", "reports.Report"):
        monkeypatch.setattr(f"sl.replay.dashboard.{kind}.save", save)
        monkeypatch.setattr(f"sl.replay.dashboard.{kind}.url", property(address))
        monkeypatch.setattr(f"sl.replay.dashboard.{kind}.from_url", views.__getitem__)
    monkeypatch.setattr("wandb.login", lambda **_: True)
    path = tmp_path / "dashboard.yaml"
    for section, project in (("first", "one"), ("second", "one"), ("third", "other")):
        path.write_text(SECTIONS.format(f"{{name: {section}, panels: []}}"))
        said = list(publish(Dashboard.read(path), project, "team", tmp_path))
    assert said[-2:] == ["workspace: address 2", "report: address 3"]
    for section, view in zip(["second", "second", "third", "third"], views.values(), strict=True):
        assert f'"{section}"' in json.dumps(specification(view))
