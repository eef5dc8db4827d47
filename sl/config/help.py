"""The texts of --help on choices and options, from the comments of the files in configs/."""

import re
import textwrap
from collections.abc import Callable

from omegaconf import OmegaConf

from sl.config.files import read_yaml
from sl.config.groups import GROUPS, choices
from sl.paths import CONFIG_DIR

WIDTH = 110


def register_help() -> None:
    """Make `${sl.choices:config}`, `${sl.options:config}` and `${sl.files:experiment}` known to configuration files."""
    texts: dict[str, Callable[[str], str]] = {"choices": choices_text, "options": options_text, "files": files_text}
    for name, text in texts.items():
        OmegaConf.register_new_resolver(f"sl.{name}", _in_template(text), replace=True)


def _in_template(text: Callable[[str], str]) -> Callable[[str], str]:
    return lambda argument: text(argument).replace("$", "$$")  # Hydra's help is a string.Template


def choices_text(config_name: str) -> str:
    """Every group with its choices, a line each; the one that `config_name` takes by default is marked with *."""
    defaults = read_yaml(CONFIG_DIR / f"{config_name}.yaml")["defaults"]
    taken = {key: value for entry in defaults if isinstance(entry, dict) for key, value in entry.items()}
    return "\n".join(f"{group}=\n{files_text(group, taken.get(group, ''))}" for group in GROUPS)


def files_text(group: str, marked: str = "") -> str:
    """The choices of `group`, one per line: name and first sentence of the file; * marks the choice `marked`."""
    names = choices(group)
    indent = max(map(len, names)) + 6
    lines = []
    for name in names:
        start = f"  {'*' if name == marked else ' '} {name}".ljust(indent)
        what = first_sentence((CONFIG_DIR / group / f"{name}.yaml").read_text(encoding="utf-8"))
        lines.append(textwrap.fill(start + what, WIDTH, subsequent_indent=" " * indent))
    return "\n".join(lines)


def first_sentence(text: str) -> str:
    """The first sentence of the comment that a file begins with.

    >>> first_sentence("# The plain baseline (Wang et al. 2019). More\\nx: 1")
    'The plain baseline (Wang et al. 2019)'
    """
    comment: list[str] = []
    for line in text.splitlines():
        if not line.startswith("# ") or line.startswith("#  "):  # examples are indented
            break
        comment.append(line[2:])
    return re.split(r"[.:]\s+(?=[A-Z])|;\s(?![^()]*\))|[.:]$", " ".join(comment))[0]


def options_text(config_name: str) -> str:
    """The options in the file `config_name` itself, with their comments; choices bring others."""
    text = (CONFIG_DIR / f"{config_name}.yaml").read_text(encoding="utf-8")
    own = re.search(r"^  - _self_\n+(.*?)^hydra:", text, re.DOTALL | re.MULTILINE)
    return own[1].strip() if own else ""
