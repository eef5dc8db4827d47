"""Reads an offline W&B run back from its file: a log of W&B's own messages in LevelDB's log format.

https://github.com/google/leveldb/blob/main/doc/log_format.md, here behind 7 bytes that count as the first block's.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import wandb
from wandb.proto.wandb_internal_pb2 import Record

BLOCK = 32768
FULL, FIRST, MIDDLE, LAST = range(1, 5)


@dataclass
class WandbFile:
    """What one run's file says; history by step, charts by the key they were logged under."""

    run: Any = None
    exit_code: int | None = None
    config: dict[str, Any] = field(default_factory=dict)
    charts: list[str] = field(default_factory=list)
    history: dict[int, dict[str, Any]] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


def messages(data: bytes) -> Iterator[bytes]:
    """The log's messages, whose checksums are checked."""
    assert data[:4] == b":W&B"
    position, parts = 7, b""
    while position < len(data):
        if BLOCK - position % BLOCK < 7:  # too short for a header: filled with zeros
            position += BLOCK - position % BLOCK
            continue
        checksum, length, kind = struct.unpack_from("<IHB", data, position)
        part = data[position + 7 : position + 7 + length]
        assert checksum == zlib.crc32(part, zlib.crc32(bytes([kind])))
        parts = part if kind in (FULL, FIRST) else parts + part
        if kind in (FULL, LAST):
            yield parts
        position += 7 + length


def values(items: Iterable[Any]) -> dict[str, Any]:
    """Key and value of W&B's key-value messages."""
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}


def read_wandb_file(path: Path) -> WandbFile:
    """The run in the file at `path`."""
    found = WandbFile()
    for message in messages(path.read_bytes()):
        record = Record()
        record.ParseFromString(message)
        kind = record.WhichOneof("record_type")
        if kind == "run":
            found.run = record.run
            found.config |= values(record.run.config.update)
        elif kind == "config":
            found.charts += [item.nested_key[2] for item in record.config.update if "visualize" in item.nested_key]
        elif kind == "history":
            found.history.setdefault(record.history.step.num, {}).update(values(record.history.item))
        elif kind == "summary":
            found.summary |= values(record.summary.update)
        elif kind == "exit":
            found.exit_code = record.exit.exit_code
    return found


def offline_runs(folder: Path) -> dict[str, WandbFile]:
    """The runs that W&B finished below `folder`, by id."""
    wandb.teardown()  # its process writes on after a run is finished
    runs = [read_wandb_file(path) for path in sorted(folder.rglob("offline-run-*/*.wandb"))]
    return {run.run.run_id: run for run in runs if run.exit_code is not None}
