"""Literature and a page of claims."""

from pathlib import Path
from typing import Any

import pytest
from claim_records import CE, SL, Made, written

from sl.tables import Literature, load


@pytest.fixture(scope="session")
def literature() -> Literature:
    return load(Path(__file__).parents[2] / "results" / "paper")


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory, literature: Literature) -> tuple[Path, str, list[dict[str, Any]]]:
    """CE and SL with three seeds at 40 %, CE with one on clean labels and an unfinished one."""
    root = tmp_path_factory.mktemp("page")
    for seed in (0, 1, 2):
        CE.write(root / "runs", seed, epochs=120)
        SL.write(root / "runs", seed, epochs=120)
    Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 0, epochs=120)
    unfinished = Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 1, epochs=120)
    unfinished.write_text("".join(unfinished.read_text().splitlines(keepends=True)[:3]))
    return root, *written(root, literature)
