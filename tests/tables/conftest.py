"""Published tables that nobody published, and an invented sweep."""

from pathlib import Path

import pytest
from sweep_runs import write_sweep

from sl.tables import load
from sl.tables.published import Published

PUBLISHED = """
label: SL paper
source: an invented paper
url: null
tables:
  - {dataset: cifar10, network: CNN, model: cnn8, recipe: words, beside: [authors_code], epoch: unknown,
     note: Copied by hand., confidence: recalled_not_checked, columns: [none, symmetric 0.4],
     rows: {ce: [90.00, 50.50], d2l: [80.10, null]}}
  - {dataset: cifar10, network: CNN, model: cnn8, recipe: words, beside: [authors_code], epoch: best,
     confidence: checked_text, columns: [symmetric 0.4], rows: {sl: [70.25 ± 0.50]}}
"""


@pytest.fixture
def published(tmp_path: Path) -> list[Published]:
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper" / "x.yaml").write_text(PUBLISHED)
    return list(load(tmp_path / "paper").tables)


@pytest.fixture
def swept(tmp_path: Path) -> Path:
    """The folder with the records of a sweep of SL over alpha and beta, and of CE."""
    write_sweep(tmp_path / "runs")
    return tmp_path / "runs"
