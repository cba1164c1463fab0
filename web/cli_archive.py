"""`karguzar archive`: find documents, take old ones in, check what is kept."""

import json
import sys
from pathlib import Path

import click

from web.cli_base import FORMAT, settings, told_plainly


@click.group()
def archive() -> None:
    """The archive. Example: karguzar archive search sənəd"""


@archive.command("search")
@click.argument("text")
@FORMAT
@told_plainly
def archive_search(text: str, shape: str) -> None:
    """Find documents by their text. Example: karguzar archive search təchizat"""
    from processes.archive_tools import search_archive

    found = search_archive(settings(), text)
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        for each in found:
            click.echo(f"{each['number']:24}{each['type']:18}{each['title']}")


@archive.command("audit")
@told_plainly
def archive_audit() -> None:
    """Hash every blob again and compare. Example: karguzar archive audit"""
    from processes.archive_tools import audit_archive

    findings = audit_archive(settings(), tell=click.echo)
    sys.exit(1 if findings else 0)


@archive.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--body", "code", required=True, help="Code of the body whose archive takes them.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Every line that was refused, as CSV.")
@FORMAT
@told_plainly
def archive_import(folder: Path, code: str, *, dry_run: bool, report: Path | None, shape: str) -> None:
    """Take old documents in, described by FOLDER/index.csv. Called again it goes on.

    Example: karguzar archive import scans/2009 --body executive --report refused.csv
    """
    from processes.archive_tools import import_folder, write_report

    lines = import_folder(settings(), folder, code, dry_run=dry_run, tell=lambda text: click.echo(text, err=True))
    if report is not None:
        write_report(report, lines)
    refused = [line for line in lines if line["state"] == "refused"]
    if shape == "json":
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        for line in refused:
            click.echo(f"line {line['line']}: {line['file']}: {line['column']}: {line['reason']}")
        click.echo(f"{len(lines) - len(refused)} of {len(lines)} documents are in order, {len(refused)} refused")
    sys.exit(1 if refused else 0)
