"""W&B whose service dies, whose server does not answer, whose folder or settings are wrong: the run goes on."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import wandb
from told_run import PATH, make_header, make_line, make_probe, tell
from wandb_file import offline_runs

from sl.tracker import WandbTracker, wandb_run

KILL = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from told_run import PATH, make_header, make_line, make_probe, tell
from sl.tracker import WandbTracker

tracker = WandbTracker("project")
tracker.start(make_header(), PATH)
tracker.epoch(make_line(1))
children = [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
(service,) = [pid for pid in children if "wandb-core" in Path(f"/proc/{{pid}}/cmdline").read_text()]
os.kill(service, signal.SIGKILL)
for epoch in range(2, 13):
    tracker.epoch(make_line(epoch))
    tracker.probe(make_probe("late", epoch))
tracker.close(True)
print("trained on", flush=True)
tell([tracker], make_header(seed=1))
"""


def test_a_run_outlives_a_dead_service_and_the_next_is_tracked(
    bare_environment: dict[str, str], tmp_path: Path
) -> None:
    script = KILL.format(folder=str(Path(__file__).parent))
    command = [sys.executable, "-c", script]
    said = subprocess.check_output(command, cwd=tmp_path, env=bare_environment, text=True, timeout=600)
    gone, then, kept = said.splitlines()
    assert gone.endswith("; W&B stops logging this run; its record is not affected")
    assert then == "trained on"
    assert kept.startswith("W&B: offline run in ")
    assert list(offline_runs(tmp_path)) == ["0" * 15 + "1"]


@pytest.mark.usefixtures("no_login")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracker = WandbTracker("project")
    tracker.start(make_header(), PATH)
    next(tmp_path.rglob("offline-run-*/files")).joinpath("media").touch()
    tracker.epoch(make_line(1))
    tracker.probe(make_probe("early", 1))
    tracker.epoch(make_line(2))
    tracker.close(True)
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith("W&B: ")
    assert said.endswith("; W&B stops logging this run; its record is not affected")


def test_a_server_that_does_not_answer_leaves_the_run_offline(
    tmp_path: Path, no_login: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    no_login.setenv("WANDB_API_KEY", "0" * 40)
    no_login.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{closed_port}")
    no_login.setattr(wandb_run, "INIT_TIMEOUT", 0.5)
    no_login.setattr(wandb_run, "failed_servers", set())
    init, asked = wandb.init, list[tuple[str, float]]()

    def noted(*, mode: str, settings: wandb.Settings, **options: Any) -> wandb.Run:
        asked.append((mode, settings.init_timeout))
        return init(mode=mode, settings=settings, **options)

    no_login.setattr(wandb, "init", noted)
    tell([WandbTracker("project")], make_header())
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("this run is kept offline")
    assert last.startswith("W&B: offline run in wandb/offline-run-")
    tell([WandbTracker("project")], make_header(seed=1))
    patient = wandb.Settings().init_timeout  # of W&B's own process alone, which a busy machine may take long to start
    assert asked == [("online", 0.5), ("offline", patient), ("offline", patient)]  # the server is not asked again
    runs = offline_runs(tmp_path)
    assert [len(runs[f"{seed:016x}"].history) for seed in (0, 1)] == [12, 12]


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        (("WANDB_BASE_URL", "no address"), "base_url=no address: "),
        (("WANDB_MODE", "banana"), "mode=banana: Input should be 'online', 'offline', "),
    ],
)
def test_settings_that_wandb_cannot_read_are_one_notice(
    no_login: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: tuple[str, str], wrong: str
) -> None:
    no_login.setenv(*variable)
    tell([WandbTracker("project")], make_header())
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith(f"W&B: {wrong}")
    assert said.endswith("W&B stops logging this run; its record is not affected")
