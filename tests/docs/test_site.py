"""The documentation site: every page has its place, the pictures are right, and the strict build passes."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from fences import PAGES, ROOT
from mkdocs.exceptions import PluginError

MADE = {"index.md"}  # from README.md


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """docs/site/pictures.py."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "site")
    return import_module("pictures")


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """docs/site/hooks.py."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "site")
    return import_module("hooks")


def pages(nav: Any) -> Iterator[str]:
    for entry in nav if isinstance(nav, list) else nav.values():
        if isinstance(entry, str):
            yield entry
        else:
            yield from pages(entry)


def test_every_page_has_a_place() -> None:
    listed = [*pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])]
    assert sorted(listed) == sorted({path.name for path in (ROOT / "docs").glob("*.md")} | MADE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_in_a_list_is_indented_by_four(page: Path) -> None:
    """Python-Markdown, which makes the site, ends the list at code that is indented by less; GitHub does not."""
    assert not re.findall(r"^ {1,3}```.*", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "pull"),
    [
        ("CE", lambda p: 1 - p),
        ("MAE", lambda p: 2 * p * (1 - p)),
        ("RCE", lambda p: 4 * torch.log(torch.tensor(10.0, dtype=torch.float64)) * p * (1 - p)),  # A = ln 1e-4
    ],
)
def test_the_picture_of_gradients_shows_the_formula(pictures: ModuleType, name: str, pull: Any) -> None:
    share = torch.linspace(0.01, 0.99, 9, dtype=torch.float64)
    torch.testing.assert_close(pictures.slope(pictures.LOSSES[name], share)[1], pull(share))


@pytest.mark.slow
def test_the_strict_build_passes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    for picture in ("gradients", "noise", "noise_cifar100"):
        assert (tmp_path / "pictures" / f"{picture}.png").stat().st_size > 10_000
    recipes = (tmp_path / "recipes" / "index.html").read_text()
    assert re.search(r"<code>milestones</code></td>\s*<td[^>]*>none</td>", recipes)
    assert "tables.css" in recipes
    assert (tmp_path / "tables.css").stat().st_size
    api = (tmp_path / "api" / "index.html").read_text()
    for name in ("SymmetricCrossEntropy", "symmetric_cross_entropy", "corrupt", "ClassReport"):
        assert name in api


def lead(hooks: ModuleType, markdown: str, repo_url: str | None = None) -> str:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="losses.md"))
    return hooks.on_page_markdown(markdown, page, SimpleNamespace(repo_url=repo_url), None)


def test_links_lead_to_pages_or_name_a_file(hooks: ModuleType) -> None:
    assert lead(hooks, "[noise](noise.md#x)") == "[noise](noise.md#x)"
    assert lead(hooks, "[all claims](../results/claims.md)") == "all claims (`results/claims.md`)"
    assert lead(hooks, "[claims.md](../results/claims.md)") == "`results/claims.md`"
    linked = lead(hooks, "[all claims](../results/claims.md)", "https://host/sl/")
    assert linked == "[all claims](https://host/sl/blob/main/results/claims.md)"
    assert lead(hooks, "```text\n[a](nowhere.md)\n```") == "```text\n[a](nowhere.md)\n```"
    with pytest.raises(PluginError, match=r"losses\.md: the link to nowhere\.md leads nowhere"):
        lead(hooks, "[a](nowhere.md)")


def test_the_table_of_recipes_has_no_empty_or_long_value(hooks: ModuleType) -> None:
    rows = {row.split("|")[1].strip(" `"): [cell.strip() for cell in row.split("|")[2:-1]]
            for row in hooks.recipes().splitlines()[2:]}  # fmt: skip
    assert all(cell for cells in rows.values() for cell in cells)
    assert {"–"} < set(rows["head_lr_factor"])
    assert "none" in rows["milestones"]
    assert {cell.split(", ")[-1] for cell in rows["sl"]} == {"log_zero -9.21", "log_zero -6"}


def test_a_drawn_picture_stands_at_its_mark(hooks: ModuleType) -> None:
    assert lead(hooks, "<!-- picture noise: two matrices -->") == "![two matrices](pictures/noise.png)"


def test_pages_link_no_picture_that_only_the_site_has() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
