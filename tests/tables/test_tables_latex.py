"""What LaTeX tables hold is what LaTeX can set."""

import pytest

from sl.comparison.titles import SYMBOLS, parameters
from sl.record.shown import known
from sl.tables.formats import latex_text

COMMANDS = {
    **{"λ": r"$\lambda$", "τ": r"$\tau$", "ε": r"$\varepsilon$", "Ω": r"$\Omega$", "→": r"$\rightarrow$"},
    **{"±": r"$\pm$", "−": "$-$", "–": "--", "≠": r"$\neq$", "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$"},
}


@pytest.mark.parametrize("loss", known("loss"))
def test_a_parameter_of_any_loss_can_be_set(loss: str) -> None:
    for key in (*SYMBOLS, *known("loss")[loss].symbols):
        assert latex_text(parameters({key: -0.5}, loss)).isascii()


@pytest.mark.parametrize("letter", [chr(code) for code in range(0x3B1, 0x3CA) if chr(code) != "ς"])
def test_every_greek_letter_can_be_set(letter: str) -> None:
    assert all(latex_text(one).isascii() for one in (letter, letter.upper()) if one not in "ΑΒΕΖΗΙΚΜΝΟΡΤΧΥο")


@pytest.mark.parametrize(("text", "command"), COMMANDS.items())
def test_signs_are_commands(text: str, command: str) -> None:
    assert latex_text(text) == command


def test_what_is_special_to_latex_is_text() -> None:
    assert latex_text("≠ × ≤").isascii()
    assert latex_text(r"a\b{c}^d~e_f") == r"a\textbackslash{}b\{c\}\textasciicircum{}d\textasciitilde{}e\_f"
    assert latex_text("p < 0.05 | q > 1") == "p $<$ 0.05 $|$ q $>$ 1"
