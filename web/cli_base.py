"""What every command of the command line shares."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import click

if TYPE_CHECKING:
    from processes.settings import Settings

P = ParamSpec("P")
FORMAT = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", help="What to print; json for scripts."
)
REPORT_FORMAT = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "details", "xml"]),
    default="text",
    help="What to print: json in short, details in full, xml as ETSI TS 119 102-2.",
)


def told_plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Errors of the house end the command with one line and status 2, never with a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from processes.errors import ProcessesError
        from processes.tools import ToolError

        try:
            command(*args, **kwargs)
        except (ProcessesError, ToolError) as error:
            click.echo(f"karguzar: {error}", err=True)
            sys.exit(2)

    return run


def settings() -> "Settings":
    """The settings of KARGUZAR_HOME."""
    from processes.logs import configure_terminal
    from processes.settings import read_settings

    configure_terminal()
    return read_settings()


def say(text: str, *, err: bool = False) -> None:
    r"""Write a line; what the terminal cannot show, such as half a surrogate pair from a file, stands as \udc80."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)
