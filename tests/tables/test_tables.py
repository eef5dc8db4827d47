from pathlib import Path

import numpy as np
import pytest
import synthetic

from sl.comparison import run_groups
from sl.record import CLEAN, Noise, load_all
from sl.tables import Literature, load, write_all
from sl.tables.compare import beside, cells, obstacle
from sl.tables.formats import latex, markdown
from sl.tables.layout import TextTable, published_table, results_table
from sl.tables.published import Published, Value
from sl.tables.results import result

NOISY = Noise("symmetric", 0.4)


def test_results_are_means_and_sample_deviations_in_percent(tmp_path: Path) -> None:
    group = synthetic.run_group_of(tmp_path / "runs", {"ce": 3})
    curves = 100 * synthetic.curves("ce", "test_accuracy")
    for statistic, values in (
        ("last epoch", curves[:, -1]),
        ("best epoch", curves.max(1)),
        ("mean of the last ten epochs", curves[:, -10:].mean(1)),
    ):
        found = result(group, "ce", NOISY, statistic)
        assert found.mean == pytest.approx(values.mean())
        assert found.std == pytest.approx(np.sqrt(((values - values.mean()) ** 2).sum() / 2))
        assert found.seeds == (0, 1, 2)
    assert result(group, "ce", CLEAN, "last epoch") is None


def test_difference_only_at_paper_scale(tmp_path: Path, published: list[Published]) -> None:
    for scale, epochs, why in (("cpu", 12, "not comparable: scaled-down"), ("paper", 120, "")):
        group = synthetic.run_group_of(tmp_path / scale, {"ce": 3}, scale=scale, epochs=epochs)
        assert obstacle(group, published[0]) == why
        grid = results_table(group, published, "last epoch")
        line = grid.rows[1]
        assert line[3].startswith("50.50 †")
        expected = 100 * synthetic.curves("ce", "test_accuracy", scale=scale, epochs=epochs)[:, -1].mean() - 50.5
        shown = f"(Δ {expected:+.2f})".replace("-", "−")
        assert (shown in line[3]) == (not why)
        assert line[1] == ("SL paper" if not why else f"SL paper, {why}")


def test_another_network_is_not_compared(tmp_path: Path, published: list[Published]) -> None:
    group = synthetic.run_group_of(tmp_path / "runs", {"ce": 3}, scale="paper", epochs=120)
    group.head.config.model["_target_"] = "sl.models.Cnn4"
    assert obstacle(group, published[0]) == "not comparable: other network"


def test_published_figures_stand_beside_the_statistic_they_report(tmp_path: Path, published: list[Published]) -> None:
    group = synthetic.run_group_of(tmp_path / "runs", {"ce": 3})
    assert len(beside(group, published, "last epoch")) == 1
    assert len(beside(group, published, "best epoch")) == 2
    other = published[0].model_copy(update={"label": "A code"})
    assert [table.label for table in beside(group, [other, *published], "last epoch")] == ["SL paper", "A code"]
    validation = other.model_copy(update={"epoch": "validation"})  # neither the last epoch nor the best
    assert [beside(group, [validation], statistic) for statistic in ("last epoch", "best epoch")] == [[], []]
    missing = [cell for cell in cells(group, published, "best epoch") if cell.loss == "sl"]
    assert [(cell.result, str(cell.value)) for cell in missing] == [(None, "70.25 ± 0.50")]


def test_each_source_has_a_line_of_its_own_numbers(tmp_path: Path, published: list[Published]) -> None:
    group = synthetic.run_group_of(tmp_path / "runs", {"ce": 1})
    other = published[0].model_copy(update={"label": "A code", "rows": {"ce": (None, Value(60.0))}})
    rows = results_table(group, [published[0], other], "last epoch").rows[1:3]
    assert [(row[1].split(",")[0], *row[2:]) for row in rows] == [
        ("SL paper", "90.00 †", "50.50 †"),
        ("A code", "–", "60.00 †"),
    ]


def test_pages_name_scale_source_and_mark(tmp_path: Path, published: list[Published]) -> None:
    synthetic.run_group_of(tmp_path / "runs", {"ce": 3})
    record = synthetic.lines(synthetic.header("sl"))
    synthetic.write(tmp_path / "runs", record[:3])
    written = list(write_all(load_all(tmp_path / "runs"), Literature(published), tmp_path / "out"))
    assert [Path(line.split(".md")[0]).name for line in written] == ["cifar10_cpu", "published"]
    page = (tmp_path / "out" / "cifar10_cpu.md").read_text()
    order = [
        page.index(f"### {title}, recipe") for title in ("Last epoch", "Best epoch", "Mean of the last ten epochs")
    ]
    assert order == sorted(order)
    for part in (
        "scaled-down run: 5,000 of 50,000",
        "an invented paper; recalled, not checked",
        "recalled, not checked; epoch not known. Copied by hand.",
        "- 3 runs, 3 seeds (0, 1, 2) · ",
        "Left out: 1 run not finished yet.",
        "| D2L | this project | – | – |",
    ):
        assert part in page


def test_a_table_says_that_nothing_is_published_for_its_recipe_and_statistic(
    tmp_path: Path, published: list[Published]
) -> None:
    group = synthetic.run_group_of(tmp_path, {"ce": 1}, recipe="apl")
    said = "No published figures for CIFAR-10 with this recipe and statistic are in results/paper."
    assert said in results_table(group, published, "last epoch").notes


def test_the_mark_of_numbers_that_are_not_checked_is_explained_where_one_stands(
    tmp_path: Path, published: list[Published]
) -> None:
    group = synthetic.run_group_of(tmp_path, {"ce": 1})
    checked = [table.model_copy(update={"confidence": "checked_text"}) for table in published]
    for tables, said in ((published, True), (checked, False)):
        assert ("†: not checked." in results_table(group, tables, "last epoch").notes) == said


def test_a_published_table_has_its_source_and_its_conditions() -> None:
    table = Published(
        label="A paper", source="an invented source", url="https://example.org/a", dataset="cifar10",
        network="ResNet-34", recipe="its own", epoch="validation", confidence="code_log", runs=5,
        note="Read from its Table 2.", columns=("none", "symmetric 0.4"), rows={"sl": ("90.0 ± 0.5", None)},
    )  # fmt: skip
    found = published_table(table)
    assert found.title == "A paper: ResNet-34, epoch chosen on noisy labels"
    assert (found.header, found.rows) == (["method", "clean", "symmetric 40 %"], [["SL", "90.00 ± 0.50", "–"]])
    source = "an invented source (https://example.org/a); read from logs or result files of code"
    assert found.notes == [f"{source}. Recipe: its own; runs a cell: 5.", "Read from its Table 2."]
    plain = published_table(table.model_copy(update={"url": None, "runs": None, "note": None, "epoch": "120"}))
    assert plain.title == "A paper: ResNet-34, epoch 120"
    assert plain.notes == ["an invented source; read from logs or result files of code. Recipe: its own."]


def test_everything_published_is_on_one_page(tmp_path: Path) -> None:
    published = load(Path(__file__).parents[2] / "results" / "paper").tables
    list(write_all([], Literature(published), tmp_path))
    page = (tmp_path / "published.md").read_text(encoding="utf-8")
    clothing = page[page.index("## Clothing1M") : page.index("## WebVision")]
    assert "| SL | 71.02 |" in clothing  # as the ELR paper copies it
    assert "| CE | 68.80 † |" in clothing[clothing.index("recalled") - 900 :]
    for table in published:
        assert f"### {table.label}: {table.network}" in page
        assert all(str(value) in page for value in table.cells.values())


def test_markdown_and_latex_have_a_cell_for_each_column(tmp_path: Path, published: list[Published]) -> None:
    grid = results_table(synthetic.run_group_of(tmp_path / "runs", {"ce": 3}), published, "last epoch")
    table = [line for line in markdown(grid).splitlines() if line.startswith("|")]
    assert {line.count(" |") for line in table} == {len(grid.header)}
    text = latex(grid)
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.count(" & ") for line in rows} == {len(grid.header) - 1}
    assert text.count("{") == text.count("}")
    assert text.isascii()


def test_a_bar_in_a_name_is_no_end_of_a_cell() -> None:
    assert "\n| cat\\|dog |\n" in markdown(TextTable("", ["class"], [["cat|dog"]], []))


def test_nothing_recorded(tmp_path: Path, published: list[Published]) -> None:
    said = ["no finished run recorded yet: sl train records runs", f"{tmp_path / 'published'}.md"]
    assert list(write_all([], Literature(published), tmp_path)) == said


def test_a_diverged_run_is_shown_as_one_and_never_as_a_number(tmp_path: Path) -> None:
    """A loss of which one seed diverged, and one of which all did."""
    published = load(Path(__file__).parents[2] / "results" / "paper").tables
    for seed in (0, 1):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
    for loss, seed in (("ce", 2), ("gce", 0)):
        synthetic.diverged(tmp_path / "runs", loss, seed=seed)
    (group,) = run_groups(load_all(tmp_path / "runs"))
    grid = results_table(group, [], "last epoch")
    assert grid.rows[0][-1].endswith("(2), diverged (1)")
    assert (grid.rows[1][0], grid.rows[1][-1]) == ("GCE (q 0.7)", "diverged (1)")
    (why,) = (note for note in grid.notes if note.startswith("diverged ("))
    assert "not finite, or a weight reached 10,000;" in why  # as docs/reliability.md says
    assert "Left out" not in " ".join(grid.notes)
    only = [run for run in load_all(tmp_path / "runs") if run.diverged]
    list(write_all(only, Literature(published), tmp_path / "out"))
    assert "diverged (1)" in (tmp_path / "out" / "cifar10_cpu.md").read_text()


def test_a_run_with_other_parameters_that_diverged_is_in_no_row(tmp_path: Path) -> None:
    """The row stands for the parameters of configs/; what became of others is said below."""
    synthetic.record(tmp_path, "gce")
    synthetic.diverged(tmp_path, "gce", loss_options={"q": 0.1})
    (group,) = run_groups(load_all(tmp_path))
    grid = results_table(group, [], "last epoch")
    assert grid.rows[0][-1].endswith(" (1)")
    assert [note for note in grid.notes if "diverged" in note] == [
        "Left out: 1 run with other parameters of the loss, 1 of them diverged."
    ]


def test_runs_with_other_parameters_that_no_sweep_shows_are_counted(tmp_path: Path) -> None:
    """They differ from each other in the rate of the noise alone, of which no table of a sweep is on the page."""
    synthetic.record(tmp_path, "sl", "none")
    for rate in (0.2, 0.4):
        synthetic.record(tmp_path, "sl", rate=rate, loss_options={"alpha": 5.0})
    (group,) = run_groups(load_all(tmp_path))
    notes = results_table(group, [], "last epoch").notes
    assert "Left out: 2 runs with other parameters of the loss." in notes
    assert any(note.startswith("1 run, 1 seed (0) · ") for note in notes)  # of the row alone
    list(write_all(list(group.members), Literature(), tmp_path / "out"))
    assert "varied" not in (tmp_path / "out" / "cifar10_cpu.md").read_text()


def test_the_realised_rate_is_noted_where_it_is_not_that_asked_for(tmp_path: Path) -> None:
    """Rate 0.4 with two images a class moves none; a map of half the classes moves half as much.

    Less than half a point is chance and not worth a note.
    """
    for rate, seed, share in ((0.4, 0, 0.0), (0.4, 1, 0.123), (0.3, 0, 0.304), (0.6, 0, 0.594)):
        head = synthetic.header("ce", "symmetric", rate, seed)
        head["noise"]["realised_rate"] = share
        synthetic.write(tmp_path, synthetic.lines(head))
    synthetic.record(tmp_path, "ce", "symmetric", 0.2)
    synthetic.record(tmp_path, "ce", "human", noise_options={"rate": None, "name": "worst"})  # no rate is asked for
    (group,) = run_groups(load_all(tmp_path))
    (note,) = [note for note in results_table(group, [], "last epoch").notes if note.startswith("Share of wrong")]
    assert note == (
        "Share of wrong labels, where it differs from the requested noise rate: "
        "symmetric 40 %: 0.0 to 12.3 %; symmetric 60 %: 59.4 %."
    )


def test_runs_of_another_recipe_value_say_so(tmp_path: Path) -> None:
    """Two tables of one name: the reader sees which value made the other one. Today's comes first, as among claims."""
    for options in ({}, *({"seed": seed, "recipe_options": {"lr": 1000.0}} for seed in (0, 1))):
        synthetic.record(tmp_path / "runs", "ce", **options)
    list(write_all(load_all(tmp_path / "runs"), Literature(), tmp_path / "tables"))
    for suffix, arrow in ((".md", "→"), (".tex", r"$\rightarrow$")):
        _, *other = (tmp_path / "tables" / f"cifar10_cpu{suffix}").read_text().split("These runs differ from")
        assert len(other) == 3  # one for each statistic
        assert all(text.startswith(f" those of the same name above: lr 0.01 {arrow} 1000.") for text in other)


def test_all_recipes_of_a_scale_share_a_page(tmp_path: Path) -> None:
    """Another scale stands between them in the order of groups: apl is the usual recipe of scale cpu alone."""
    for scale, recipe in (("cpu", "apl"), ("mine", "authors_code"), ("cpu", "authors_code")):
        synthetic.record(tmp_path / "runs", scale=scale, recipe=recipe)
    list(write_all(load_all(tmp_path / "runs"), Literature(), tmp_path / "tables"))
    page = (tmp_path / "tables" / "cifar10_cpu.md").read_text()
    titles = [line for line in page.splitlines() if line.startswith("### Last epoch")]
    assert titles == ["### Last epoch, recipe apl", "### Last epoch, recipe authors_code"]


def test_tables_of_own_data_have_no_word_of_the_paper(tmp_path: Path) -> None:
    synthetic.own(tmp_path / "runs", "ce")
    written = results_table(run_groups(load_all(tmp_path / "runs"))[0], [], "last epoch")
    assert "paper" not in markdown(written)


def test_of_diverged_runs_alone_the_row_is_that_of_the_parameters_closest_to_configs(tmp_path: Path) -> None:
    for q in (0.1, 0.7):
        synthetic.diverged(tmp_path, "gce", loss_options={"q": q})
    (group,) = run_groups(load_all(tmp_path))
    grid = results_table(group, [], "last epoch")
    assert grid.rows == [["GCE (q 0.7)", "this project", "diverged (1)"]]
    assert "Left out: 1 run with other parameters of the loss, 1 of them diverged." in grid.notes
