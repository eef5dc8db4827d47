"""Starts a command by its name; if a package is missing, one line names the command that installs it."""

import sys
from importlib import import_module

import sl
from sl.command_line import run_script
from sl.commands import COMMANDS
from sl.errors import did_you_mean, fail
from sl.extras import missing
from sl.say import until_the_reader_leaves
from sl.signals import until_interrupted

FIRST = "audit dataset=folder data_dir=my_pictures"  # as README has it


@until_interrupted()
@until_the_reader_leaves()
def start(name: str) -> None:
    """Run the command `name` with the arguments in sys.argv; the process ends with the command's exit code.

    If the command's module has a `run`, that is called. Else its `main` is called with the options, or with the
    configuration that Hydra composes. A `points` in the module gives the last lines of a multirun, from its records.
    """
    command = COMMANDS[name]
    try:
        module = import_module(f"sl.commands.{name}")
        if hasattr(module, "run"):
            module.run()
        elif command.config:
            from sl.config.app import run_app  # needs Hydra, which the small commands do without

            run_app(module.main, command.config, command.extras, getattr(module, "points", None))
        else:
            run_script(module.main)
    except ModuleNotFoundError as error:
        line = missing(error, command.extras)
        if line is None:
            raise
        fail(line)


@until_the_reader_leaves()
def main() -> None:
    """The console command `sl`: the first argument names the command, the rest is the command's own."""
    name, *rest = sys.argv[1:] or ["--help"]
    if name in ("-h", "--help"):
        print(help_text())
    elif name == "--version":
        print(f"sl {sl.__version__}")
    elif name not in COMMANDS:
        hint = did_you_mean(name, COMMANDS)
        fail(f"sl {name}: there is no such command; {hint}must be one of {', '.join(COMMANDS)}")
    else:
        sys.argv[:] = [f"sl {name}", *rest]
        start(name)


def help_text() -> str:
    """The text of `sl --help`: every command with what it does."""
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  sl {name:{width}}  {command.what}" for name, command in COMMANDS.items())
    first = f"Doubtful labels? Begin with: sl {FIRST}"
    last = "  sl COMMAND --help says what the command takes; sl --version prints the version."
    return f"{sl.__doc__}\n{first}\n\n{lines}\n\n{last}"
