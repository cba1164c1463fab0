"""What every command of the command line shares."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import click

if TYPE_CHECKING:
    from processes.progress import Progress, Tell
    from processes.settings import Settings

P = ParamSpec("P")
BAR = 20
"""characters of a progress bar"""
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
        finally:
            if sys.stderr.isatty():
                click.echo("\r\x1b[2K", err=True, nl=False)

    return run


def settings() -> "Settings":
    """The settings of KARGUZAR_HOME."""
    from processes.logs import configure_terminal
    from processes.settings import read_settings

    configure_terminal()
    return read_settings()


def progress(shape: str) -> "Tell":
    """What tells how far a long command is, on the error output: a line that renews itself on a terminal, with a bar
    where the total is known; plain lines elsewhere; with `--format json` a JSON object a line.
    """
    if shape == "json":
        return lambda now: click.echo(json.dumps(asdict(now), ensure_ascii=False), err=True)
    return _drawn if sys.stderr.isatty() else lambda now: click.echo(str(now), err=True)


def _drawn(now: "Progress") -> None:
    full = BAR * min(now.done, now.total) // now.total if now.total else 0
    bar = f"[{'#' * full}{'.' * (BAR - full)}] " if now.total else ""
    click.echo(f"\r\x1b[2K{bar}{now}", err=True, nl=False)


def say(text: str, *, err: bool = False) -> None:
    r"""Write a line; what the terminal cannot show, such as half a surrogate pair from a file, stands as \udc80."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)
