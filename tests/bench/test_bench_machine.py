"""The machine's name."""

import json
import platform

import pytest
import torch

from studies.bench.machine import busy_cores, describe_machine, machine_slug


def test_the_machine_is_described_without_its_name() -> None:
    machine = describe_machine(torch.device("cpu"))
    assert machine["cores"] >= 1
    assert machine["gpu"] is None
    assert platform.node() not in json.dumps(machine)
    assert machine_slug({**machine, "gpu": "NVIDIA H200"}) == "nvidia-h200"


def test_zen_3_and_zen_4_have_files_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for able in ({"avx2"}, {"avx2", "avx512_f", "avx512_bf16"}, {"avx2", "avx512_f", "avx512_bf16", "amx_bf16"}):
        monkeypatch.setattr("torch.cpu.get_capabilities", lambda able=able: dict.fromkeys(able, True))
        names.append(machine_slug(describe_machine(torch.device("cpu"))))
    assert len(set(names)) == 3
    assert [name.split("-")[-4:-2] for name in names[1:]] == [["avx512", "bf16"], ["amx", "bf16"]]
    assert "avx2" in names[0]


def test_busy_cores_are_the_share_of_all_that_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.cpu_percent", lambda seconds: 50.0)
    monkeypatch.setattr("psutil.cpu_count", lambda: 8)
    assert busy_cores() == 4.0
