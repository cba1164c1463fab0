"""The command: `.venv/bin/python -m benchmarks [engine signing rendering archive web] [--quick] [--json FILE]`."""

import json
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe
from benchmarks.run import Run

SUBJECTS = ("engine", "signing", "rendering", "archive", "web")
"""each is measured by the module of its name, once there is one"""


@click.command(epilog="Example: python -m benchmarks engine --quick --json figures.json")
@click.argument("subjects", nargs=-1, type=click.Choice(SUBJECTS))
@click.option("--quick", is_flag=True, help="Fewer repetitions, a minute in all; figures are rougher.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there, too.")
def main(subjects: tuple[str, ...], quick: bool, file: Path | None) -> None:
    """Measure SUBJECTS (all of them unless some are named), print the figures, say what was not measured."""
    report: dict[str, Any] = {"quick": quick, "machine": describe(), "not_measured": []}
    click.echo(f"machine: {json.dumps(report['machine'])}")
    for subject in subjects or SUBJECTS:
        if find_spec(f"benchmarks.{subject}") is None:
            report["not_measured"].append(subject)
            click.echo(f"{subject}: not measured, it has no benchmark yet")
            continue
        click.echo(f"{subject}:")
        with tempfile.TemporaryDirectory(prefix="karguzar-benchmark-") as folder:
            report[subject] = import_module(f"benchmarks.{subject}").measure(Run(quick=quick, folder=Path(folder)))
    if file is not None:
        file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
