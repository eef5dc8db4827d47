"""What mkdocs builds besides the pages in docs/: the start page, pictures, tables of recipes, links out of docs/."""

import re
from collections.abc import Callable

import pictures
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from omegaconf import OmegaConf

from sl.paths import CONFIG_DIR, ROOT

LINK = re.compile(r"(?P<image>!?)\[(?P<label>[^\]]*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)]*)?\)")
PICTURE = re.compile(r"<!-- picture (\w+): (.*?) -->")  # no image link: on GitHub, without the drawn file, it is broken
CODE = re.compile(r"(```.*?```)", re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add README.md as the start page, the figures that it shows, and the drawn pictures."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "index.md", content=readme))
    for target in re.findall(r"!\[[^\]]*\]\((results/[^)]+)\)", readme):
        files.append(File.generated(config, target, abs_src_path=str(ROOT / target)))
    files.append(File.generated(config, "tables.css", abs_src_path=str(ROOT / "docs" / "site" / "tables.css")))
    for name, content in pictures.draw_all().items():
        files.append(File.generated(config, f"pictures/{name}.png", content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in the table of recipes and the drawn pictures, and lead links where they have a page."""
    markdown = markdown.replace("<!-- recipes -->", recipes())
    markdown = PICTURE.sub(r"![\2](pictures/\1.png)", markdown)
    folder = ROOT if page.file.src_uri == "index.md" else ROOT / "docs"
    rewrite = _rewriter(folder, page, config)
    parts = CODE.split(markdown)
    return "".join(part if part.startswith("```") else LINK.sub(rewrite, part) for part in parts)


def _rewriter(folder, page: Page, config: MkDocsConfig) -> Callable[[re.Match[str]], str]:  # noqa: ANN001
    """Pages stay links; what lies outside docs/ becomes its path, or a link where `repo_url` is set."""

    def rewrite(link: re.Match[str]) -> str:
        target, anchor = link["target"], link["anchor"] or ""
        if "://" in target or link["image"]:
            return link[0]
        path = (folder / target).resolve()
        if not path.exists():
            raise PluginError(f"{page.file.src_uri}: the link to {target} leads nowhere")
        if path.is_relative_to(ROOT / "docs"):
            return f"[{link['label']}]({path.relative_to(ROOT / 'docs')}{anchor})"
        place = path.relative_to(ROOT)
        if config.repo_url:
            return f"[{link['label']}]({config.repo_url.rstrip('/')}/blob/main/{place}{anchor})"
        named = link["label"].strip("`")
        return f"`{place}`" if named in (str(place), place.name) else f"{link['label']} (`{place}`)"

    return rewrite


def recipes() -> str:
    """Every recipe's values beside each other, from configs/recipe."""
    found = {path.stem: OmegaConf.load(path) for path in sorted((CONFIG_DIR / "recipe").glob("*.yaml"))}
    options = dict.fromkeys(key for recipe in found.values() for key in recipe)
    lines = [f"| | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    for option in options:
        values = (OmegaConf.to_container(recipe).get(option, "–") for recipe in found.values())
        lines.append(f"| `{option}` | {' | '.join(_shown(value) for value in values)} |")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value).removeprefix("sl.models.")
