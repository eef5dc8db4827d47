import re
from pathlib import Path
from typing import Any

import pytest

from sl.errors import UserError
from sl.record import CLEAN, Noise
from sl.tables.published import Published, load, parse_noise

FOLDER = Path(__file__).parents[2] / "results" / "paper"


@pytest.fixture(scope="module")
def tables() -> list[Published]:
    return list(load(FOLDER).tables)


def value(tables: list[Published], dataset: str, loss: str, noise: str, **facts: Any) -> str:
    found = [
        str(table.cells[loss, parse_noise(noise)])
        for table in tables
        if table.dataset == dataset
        and (loss, parse_noise(noise)) in table.cells
        and all(getattr(table, name) == fact for name, fact in facts.items())
    ]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("dataset", "loss", "noise", "facts", "expected"),
    [
        ("cifar100", "sl", "symmetric 0.6", {"label": "SL paper"}, "41.47 ± 0.04"),
        ("cifar100", "ce", "symmetric 0.6", {"label": "SL paper"}, "25.39 ± 0.09"),
        ("cifar100", "sl", "asymmetric 0.4 pairs", {"label": "SL paper"}, "63.1"),
        ("cifar100", "ce", "asymmetric 0.3 pairs", {"confidence": "recalled_not_checked"}, "63.15"),
        ("cifar10", "sl", "symmetric 0.4", {"label": "SL paper"}, "85.34"),
        ("cifar10", "ce", "symmetric 0.4", {"label": "SL paper"}, "78.70"),
        ("cifar10", "sl", "symmetric 0.6", {"label": "ε-softmax paper"}, "59.14 ± 0.07"),
        ("cifar10", "ce", "symmetric 0.4", {"label": "KTH re-run", "epoch": "last"}, "76.66"),
        ("cifar10", "sl", "symmetric 0.4", {"label": "KTH re-run", "epoch": "best"}, "83.90"),
        ("cifar10", "sl", "asymmetric 0.4", {"label": "ELR paper"}, "82.51 ± 0.45"),
        ("cifar10", "ce", "human worst", {"label": "CIFAR-N paper"}, "77.69 ± 1.55"),
        ("cifar10", "sl", "symmetric 0.6", {"label": "SCELoss-Reproduce", "epoch": "last"}, "75.66"),
        ("clothing1m", "sl", "real", {"network": "ResNet-50"}, "71.0"),
        ("cifar10", "sl", "symmetric 0.8", {"confidence": "secondary_not_checked"}, "53.81"),
        ("cifar100", "gce", "symmetric 0.8", {"confidence": "secondary_not_checked"}, "8.43"),
        ("mnist", "d2l", "symmetric 0.8", {"confidence": "secondary_not_checked"}, "48.57"),
        ("cifar10", "ce", "human aggregate", {"label": "ReScience C re-run", "epoch": "best"}, "91.70"),
        ("cifar100", "ce", "human fine", {"label": "ReScience C re-run", "epoch": "validation"}, "49.51"),
    ],
)
def test_spot_values(
    tables: list[Published], dataset: str, loss: str, noise: str, facts: dict[str, Any], expected: str
) -> None:
    assert value(tables, dataset, loss, noise, **facts) == expected


def test_every_figure_has_a_source_and_lies_in_range(tables: list[Published]) -> None:
    for table in tables:
        assert table.source
        assert table.epoch in ("last", "best", "unknown", "validation") or table.epoch.isdigit()
        assert table.cells
        assert all(0 < cell.mean < 100 and (cell.std or 0) < 5 for cell in table.cells.values())


def test_the_papers_cifar10_table_is_marked_as_recalled(tables: list[Published]) -> None:
    table, column = (table for table in tables if (table.label, table.dataset) == ("SL paper", "cifar10"))
    assert (table.confidence, column.confidence) == ("recalled_not_checked", "secondary_not_checked")
    assert table.unchecked
    assert column.unchecked
    assert len(table.losses) * len(table.columns) == len(table.cells) == 49


def test_a_disputed_figure_says_so(tables: list[Published]) -> None:
    table = next(table for table in tables if (table.label, table.dataset) == ("CIFAR-N paper", "cifar10"))
    assert "87.77, is disputed" in (table.note or "")


def test_kth_class_accuracies_agree_with_their_means() -> None:
    lines = load(FOLDER).classes
    assert len(lines) == 9
    for line in lines:
        assert sum(line.accuracy) / 10 == pytest.approx(line.mean, abs=0.11)
    late = {(line.loss, line.noise): line.accuracy for line in lines if line.epoch == 100}
    assert late["ce", CLEAN][3] == 78.3
    assert late["sl", Noise("symmetric", 0.4)][5] == 73.5


def test_facts_of_the_paper_are_of_secondary_sources() -> None:
    """shared/paper.md: clean, class 1 against class 3 almost 20; noisy, class 3 about 60 %, class 6 above 90 %."""
    clean, noisy = load(FOLDER).facts
    assert {clean.label, noisy.label} == {"SL paper"}
    assert {clean.confidence, noisy.confidence} == {"secondary_not_checked"}
    assert (clean.noise, clean.better, clean.worse, clean.points, clean.text) == (CLEAN, 1, 3, 20, "almost 20")
    assert (noisy.noise, noisy.better, noisy.worse) == (Noise("symmetric", 0.4), 6, 3)
    above, about = map(int, re.findall(r"(\d+) %", noisy.text))
    assert noisy.points == above - about


def test_no_published_figure_stands_in_code() -> None:
    """Neither a value with two decimals nor the words of a fact: what others report comes from results/paper alone."""
    known = load(FOLDER)
    values = {f"{cell.mean:.2f}" for table in known.tables for cell in table.cells.values() if cell.decimals == 2}
    root, copied = FOLDER.parents[1], []
    for path in (path for kind in ("py", "js", "yaml") for path in root.glob(f"sl/**/*.{kind}")):
        text = path.read_text(encoding="utf-8")
        found = values.intersection(re.findall(r"(?<![\d.])\d\d\.\d\d(?!\d)", text))
        copied += [(path.name, one) for one in (*found, *(fact.text for fact in known.facts if fact.text in text))]
    assert copied == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{label: a, source: b, url: null, tables: [], facts: [{dataset: d, loss: ce, noise: none, better: 1, "
            "worse: 3, points: 20, text: almost 20, confidence: sure}]}",
            "confidence=\"sure\": must be 'checked_text', ",
        ),
        (
            "{label: a, source: b, url: null, tables: [], facts: [{dataset: d, loss: ce, noise: none, better: 1, "
            "worse: 3, text: almost 20, confidence: code_log}]}",
            "points: Field required",
        ),
        ("{label: a, url: null, tables: []}", "source: Field required"),
        ("{label: a, source: b, url: null, tables: [1]}", "tables.0=1: must be a valid dictionary"),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, "
            "confidence: code_log, columns: [symmetric 4], rows: {ce: [1]}}]}",
            'columns.0="symmetric 4": must be none, or a kind of noise with its rate',
        ),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, decimal: 1, "
            "confidence: code_log, columns: [none], rows: {ce: [1]}}]}",
            "decimal=1: Extra inputs are not permitted",
        ),
        (
            "{label: a, source: b, url: null, tables: [], "
            "classes: [{loss: ce, noise: none, epoch: 1, mean: 2, accuracy: [1, 3]}]}",
            "dataset: Field required",
        ),
        ("[1, 2]", "must be a mapping of names to values"),
        ("tables: [", "not readable"),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, "
            "confidence: sure, columns: [none], rows: {ce: [1]}}]}",
            "confidence=\"sure\": must be 'checked_text', ",
        ),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, "
            "confidence: code_log, columns: [none], rows: {ce: [1, 2]}}]}",
            "the row of ce has 2 values for 1 columns",
        ),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, "
            "confidence: code_log, columns: [symmetric 0.4, none, symmetric 0.40], rows: {ce: [1, 2, 3]}}]}",
            "symmetric 40 % must be one column",
        ),
        (
            "{label: a, source: b, url: null, tables: [{dataset: d, network: n, recipe: r, epoch: last, "
            "confidence: code_log, columns: [none], rows: {ce: [good]}}]}",
            'rows.ce.0="good": must be a number, with ± and a number, or null',
        ),
    ],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="must be a folder of published figures"):
        load(tmp_path / "nowhere")
