"""`karguzar archive evidence`: timestamps over the whole archive, made, renewed, checked and given out."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from web.cli_base import FORMAT, progress, settings, told_plainly

HASHES = click.Choice(["sha256", "sha384", "sha512"])


def _tell_made(batches: Sequence[dict[str, Any]], shape: str) -> None:
    if shape == "json":
        click.echo(json.dumps(batches, default=str))
        return
    for each in batches:
        kind = f", renews {', '.join(map(str, each['renews']))}" if each["renews"] else ""
        click.echo(f"batch {each['number']}: {each['objects']} objects by {each['algorithm']}{kind}")
    if not batches:
        click.echo("everything has evidence, and nothing is to be renewed")


@click.group()
def evidence() -> None:
    """Evidence records (RFC 4998). Example: karguzar archive evidence status"""


@evidence.command("make")
@FORMAT
@told_plainly
def make(shape: str) -> None:
    """Cover what is new with one timestamp, renew what ends soon. Example: karguzar archive evidence make"""
    from processes import evidence_tools

    _tell_made(evidence_tools.make(settings(), None, tell=progress(shape)), shape)


@evidence.command("renew")
@click.option("--algorithm", type=HASHES, required=True, help="By which all hash trees shall stand.")
@FORMAT
@told_plainly
def renew(algorithm: str, shape: str) -> None:
    """Renew all hash trees that are of another algorithm; reads every document. Interrupted, `make` goes on with it.

    Example: karguzar archive evidence renew --algorithm sha512
    """
    from processes import evidence_tools

    _tell_made(evidence_tools.make(settings(), algorithm, tell=progress(shape)), shape)


@evidence.command("status")
@FORMAT
@told_plainly
def status(shape: str) -> None:
    """Tell every batch, and until when it holds. Example: karguzar archive evidence status --format json"""
    from processes import evidence_tools

    told = evidence_tools.tell_status(settings())
    if shape == "json":
        click.echo(json.dumps(told, default=str))
        return
    click.echo(f"{'batch':>6}  {'stamped (UTC)':<17}{'objects':>9}  {'hash':<8}{'holds until':<12}by")
    for each in told["batches"]:
        stamped = f"{each['stamped_at']:%Y-%m-%d %H:%M}" if each["stamped_at"] else "waits"
        until = f"{each['until']:%Y-%m-%d}" if each["until"] else ""
        holder = "" if each["held_by"] == each["number"] else f"batch {each['held_by']}"
        click.echo(f"{each['number']:>6}  {stamped:<17}{each['objects']:>9}  {each['algorithm']:<8}{until:<12}{holder}")
    click.echo(f"{told['waiting']} documents came in since the newest batch was begun")


@evidence.command("verify")
@click.argument("numbers", nargs=-1)
@FORMAT
@told_plainly
def verify(numbers: tuple[str, ...], shape: str) -> None:
    """Judge the evidence of the documents with these NUMBERS, or every batch and all that it covers.

    Example: karguzar archive evidence verify R-2026-000002/03
    """
    from processes import evidence_tools

    found = evidence_tools.verify(settings(), numbers, tell=progress(shape))
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        for each in found:
            click.echo(f"{each['number']}: {each['kind']}: {each['detail']}")
        click.echo("the evidence holds" if not found else f"{len(found)} findings")
    sys.exit(1 if found else 0)


@evidence.command("export")
@click.argument("number")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@FORMAT
@told_plainly
def export(number: str, target: Path, shape: str) -> None:
    """Write the evidence records (.ers) of a document and its chain of custody into the folder TARGET.

    Example: karguzar archive evidence export R-2026-000002/03 out
    """
    from processes import evidence_tools

    names = evidence_tools.export(settings(), number, target)
    if shape == "json":
        click.echo(json.dumps(names))
    else:
        click.echo("\n".join(names))
