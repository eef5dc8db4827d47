"""The README shows what the records say, and nothing else."""

import errno
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
import synthetic

from sl.errors import UserError
from sl.record import load_all
from sl.tables.marks import fill
from sl.tables.readme import block, first_picture

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.results
def test_the_readme_is_up_to_date() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    runs = load_all(ROOT / "results" / "runs")
    for name, expected in (("results", block(runs)), ("picture", first_picture(runs))):
        shown = text.partition(f"<!-- {name}:begin -->")[2].partition(f"<!-- {name}:end -->")[0].strip()
        assert shown == expected.strip(), "run: make figures tables"


def test_at_most_two_screens_stand_before_the_first_command() -> None:
    before = (ROOT / "README.md").read_text(encoding="utf-8").partition("```")[0]
    text = re.sub(r"<!--.*?-->\n|\]\([^)]*\)", lambda found: "]" if found[0].startswith("]") else "", before)
    shown = re.sub(r"(?<=[^\n|])\n(?=[^\n|#*!-])", " ", text).splitlines()  # a browser joins the lines of a paragraph
    assert sum(max(1, math.ceil(len(line) / 110)) for line in shown) <= 70  # two screens with the picture
    assert before.count("![") == 1


def test_every_file_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce")
    synthetic.write(tmp_path / "runs", synthetic.lines(synthetic.header("ce", dataset="mnist"))[:4])  # not finished
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    fill(readme, block(load_all(tmp_path / "runs")))
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "scaled-down run" in text
    assert "No finished run yet: MNIST, CIFAR-100." in text


def test_the_line_ends_of_a_page_stay_as_they_are(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_bytes(f"before\r\n{BEGIN}\r\nold\r\n{END}\r\nafter\r\n".encode())
    fill(readme, "new")
    assert readme.read_bytes() == f"before\r\n{BEGIN}\n\nnew\n\n{END}\r\nafter\r\n".encode()


def test_a_page_that_is_not_utf8_is_left_alone(tmp_path: Path) -> None:
    readme, content = tmp_path / "README.md", f"caf\xe9\n{BEGIN}\n{END}\n".encode("latin-1")
    readme.write_bytes(content)
    with pytest.raises(UserError, match=r"README\.md: must be a page to fill: 'utf-8' codec"):
        fill(readme, "new")
    assert readme.read_bytes() == content


def test_the_first_screen_has_the_methods_that_the_paper_compares(tmp_path: Path) -> None:
    """Not its term alone, the methods that it boosts, nor others: these have their own tables."""
    for loss in ("ce", "mae", "lsr"):
        synthetic.record(tmp_path, loss)
    rows = [line.split("|")[1].strip() for line in block(load_all(tmp_path)).splitlines() if line.startswith("| ")]
    assert [row.split(" (")[0] for row in rows] == ["method", "---", "CE", "LSR"]


def test_a_diverged_run_is_shown_as_one(tmp_path: Path) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed)
    synthetic.diverged(tmp_path, "ce", seed=2)
    synthetic.diverged(tmp_path, "gce")
    rows = [line for line in block(load_all(tmp_path)).splitlines() if line.startswith(("| CE", "| GCE"))]
    assert [row.endswith(end) for row, end in zip(rows, (" (2), diverged (1) |", "| diverged (1) |"), strict=True)]


def test_a_readme_without_marks_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing here\n", encoding="utf-8")
    with pytest.raises(UserError, match="the marks"):
        fill(readme, "")
    assert readme.read_text(encoding="utf-8") == "nothing here\n"


def test_a_readme_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="must be a page to fill: No such file"):
        fill(tmp_path / "README.md", "")


def test_the_papers_scale_comes_first(tmp_path: Path) -> None:
    for dataset, scale in (("cifar10", "cpu"), ("mnist", "paper"), ("digits", "paper")):  # digits is not the paper's
        synthetic.record(tmp_path, "ce", dataset=dataset, scale=scale, epochs=50)
    text = block(load_all(tmp_path))
    assert text.index("**MNIST, test accuracy") < text.index("**CIFAR-10, scaled-down run, symmetric 40 %**")
    assert "Digits" not in text


def test_beside_the_papers_scale_scaled_down_runs_have_one_line(tmp_path: Path) -> None:
    for loss, seed in (("sl", 0), ("sl", 1), ("ce", 0)):
        synthetic.record(tmp_path, loss, seed=seed, noise="symmetric", epochs=50)
        synthetic.record(tmp_path, loss, seed=seed, noise="none", rate=0.0, epochs=50)
    synthetic.record(tmp_path, "ce", dataset="mnist", scale="paper", epochs=50)
    runs = load_all(tmp_path)
    noisy = [run for run in runs if run.noise.rate and run.name("dataset") == "cifar10"]
    ce, sl = ([100 * run.last() for run in noisy if run.name("loss") == loss] for loss in ("ce", "sl"))
    (line,) = (line for line in block(runs).splitlines() if line.startswith("**CIFAR-10,"))
    assert f"(n): CE {ce[0]:.2f} (1), SL {np.mean(sl):.2f} ± {np.std(sl, ddof=1):.2f} (2); [all its" in line
    assert "[all its results, scale and origin](results/tables/cifar10_cpu.md)" in line


def test_of_a_data_set_the_papers_scale_and_the_usual_recipe_are_shown(tmp_path: Path) -> None:
    for number, (scale, recipe) in enumerate([("cpu", "authors_code"), ("cpu", "apl"), ("paper", "authors_code")]):
        synthetic.record(tmp_path, "ce", scale=scale, recipe=recipe, epochs=120)
        text = block(load_all(tmp_path))
        assert text.count("**CIFAR-10, test accuracy") == 1
        shown = ("recipe authors_code", "recipe apl", "CIFAR-10 · paper scale")[number]
        assert shown in text
        assert number == 1 or "recipe authors_code" in text


def test_a_picture_says_in_words_what_it_shows(tmp_path: Path) -> None:
    """From the runs drawn: CE and SL alone, of those that ran."""
    for loss in ("ce", "lsr", "mae", "sl"):
        synthetic.record(tmp_path, loss, dataset="mnist", scale="paper", epochs=50)
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path, loss, rate=0.6, dataset="mnist", scale="paper", epochs=50)
    assert (
        "![Training images by epoch: learnt, memorised, corrected, MNIST: CE, SL (symmetric 40 %); CE, SL (symmetric "
        "60 %)](results/figures/mnist/paper/memorisation.png)"
    ) in block(load_all(tmp_path)).splitlines()


def test_the_first_picture_has_ce_and_sl_at_the_papers_scale_where_both_ran(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", dataset="digits", scale="paper", epochs=50)
    assert first_picture(load_all(tmp_path)) == ""
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path, loss, dataset="digits", scale="paper", epochs=50)  # not a data set of the paper
        synthetic.record(tmp_path, loss, dataset="cifar10", recipe="apl", epochs=120)
        synthetic.record(tmp_path, loss, dataset="mnist", scale="paper", epochs=50)
    synthetic.record(tmp_path, "ce", dataset="cifar10", scale="paper", epochs=120)  # alone
    words = "Class-wise test accuracy by epoch: CE and SL, MNIST: CE, SL (symmetric 40 %)"
    assert first_picture(load_all(tmp_path)) == f"![{words}](results/figures/mnist/paper/ce_and_sl.png)"


def test_a_full_disk_leaves_the_readme_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text := "before <!-- results:begin -->old<!-- results:end --> after")

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(UserError, match="cannot be written: No space left on device"):
        fill(readme, "new")
    assert readme.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
