"""Writes tables as Markdown, LaTeX and CSV, and for a terminal."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from sl.tables.layout import TextTable

GREEK_NAMES = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon varphi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
LATEX = {
    **{character: "\\" + character for character in "&%_#${}"},
    **{"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"},
    **{"±": r"$\pm$", "−": "$-$", "–": "--", "†": r"$^\dagger$", "·": r"$\cdot$", "×": r"$\times$"},
    **{"→": r"$\rightarrow$", "≠": r"$\neq$", "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$"},
    **{character: f"${character}$" for character in "<>|"},  # the usual text fonts print other signs for these
    **{"“": "``", "”": "''", "‘": "`", "’": "'", "…": r"\ldots{}", "—": "---"},
    **{
        letter: rf"$\{name}$"
        for letter, name in zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", GREEK_NAMES.split(), strict=True)
    },
}


def markdown(content: TextTable) -> str:
    """A Markdown table with its title above and its notes below."""
    notes = "".join(f"- {note}\n" for note in content.notes)
    return f"### {content.title}\n\n{table(content.header, content.rows)}\n\n{notes}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The Markdown table alone, without title and notes."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def plain(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of the table alone for a terminal, with columns aligned to the right.

    >>> print(*plain(["loss", "n"], [["ce", "10"]]), sep="\\n")
    loss   n
      ce  10
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for line in (header, *rows):
        yield "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))


def latex(content: TextTable) -> str:
    """A LaTeX table (package booktabs), with title and notes in the caption."""
    body = [" & ".join(map(latex_text, line)) + r" \\" for line in (content.header, *content.rows)]
    caption = latex_text(" ".join([f"{content.title}.", *content.notes]))
    lines = [
        r"\begin{table}",
        rf"\caption{{{caption}}}",
        rf"\begin{{tabular}}{{{'l' * len(content.header)}}}",
        r"\toprule",
        body[0],
        r"\midrule",
        *body[1:],
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def latex_text(text: str) -> str:
    """`text` with the characters that are special in LaTeX escaped.

    >>> print(latex_text("40 % ± 1"))
    40 \\% $\\pm$ 1
    """
    return "".join(LATEX.get(character, character) for character in text)


def comma_separated(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """CSV with a header line; a field is empty where its value is None."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
