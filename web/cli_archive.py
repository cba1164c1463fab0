"""`karguzar archive`: find documents, take old ones in, check what is kept."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from web.cli_base import FORMAT, progress, settings, told_plainly
from web.cli_evidence import evidence


@click.group()
def archive() -> None:
    """The archive. Example: karguzar archive search sənəd"""


archive.add_command(evidence)


@archive.command("search")
@click.argument("text", default="")
@click.option("--body", default="", help="Code of the body whose documents they are.")
@click.option("--type", "type", default=None, help="Such as answer, questionnaire, order.")
@click.option("--year", type=int, help="Of the document's date.")
@click.option("--retention", "retention_class", default=None, help="Code of a retention class.")
@click.option("--relevance", is_flag=True, help="The best match first, not the newest.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
@FORMAT
@told_plainly
def archive_search(text: str, *, shape: str, **wanted: Any) -> None:
    """Find documents by their text. Example: karguzar archive search təchizat --year 2026"""
    from processes.archive_tools import search_archive

    found = search_archive(settings(), text, wanted)
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        for each in found:
            click.echo(f"{each['number']:24}{each['type']:18}{each['title']}")


@archive.command("audit")
@FORMAT
@told_plainly
def archive_audit(shape: str) -> None:
    """Read every byte, row, chain and batch of evidence again and tell what is not as it was put.

    Interrupted, it goes on where it was when called again. Example: karguzar archive audit --format json
    """
    from processes.archive_tools import audit_archive

    report = audit_archive(settings(), tell=progress(shape))
    if shape == "json":
        click.echo(json.dumps(report, ensure_ascii=False, default=str))
    else:
        for each in report["findings"]:
            click.echo(f"{each['number']}: {each['kind']}: {each['detail']}")
        click.echo(f"{report['checked']} documents, {report['bytes']} bytes read, {report['found']} findings")
    sys.exit(0 if report["sound"] else 1)


@archive.command("import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--body", "code", required=True, help="Code of the body whose archive takes them.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@click.option("--column", "named", multiple=True, metavar="NAME=COLUMN", help="What the table calls a column.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Every line that was refused, as CSV.")
@FORMAT
@told_plainly
def archive_import(
    folder: Path, code: str, *, dry_run: bool, named: tuple[str, ...], report: Path | None, shape: str
) -> None:
    """Take in a package of `archive export`, or old documents described by FOLDER/index.csv or index.xlsx.

    Called again it goes on. Example: karguzar archive import scans/2009 --body executive --report refused.csv
    """
    from processes.archive_tools import ImportFolder, import_folder, write_report

    columns = {column: name for name, _, column in (each.rpartition("=") for each in named)}
    request = ImportFolder(folder=folder, body=code, dry_run=dry_run, columns=columns)
    lines = import_folder(settings(), request, tell=progress(shape))
    if report is not None:
        write_report(report, lines)
    refused = [line for line in lines if line["state"] == "refused"]
    if shape == "json":
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        for line in refused:
            click.echo(f"line {line['line']}: {line['file']}: {line['column']}: {line['reason']}")
        for line in lines:
            if line.get("note"):
                click.echo(f"line {line['line']}: {line['file']}: {line['note']}", err=True)
        click.echo(f"{len(lines) - len(refused)} of {len(lines)} documents are in order, {len(refused)} refused")
    sys.exit(1 if refused else 0)


@archive.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--case", default="", help="All documents of the case with this number.")
@click.option("--number", default="", help="The document with this number.")
@click.option("--text", default="", help="What a search for this finds.")
@click.option("--file", "file_id", type=click.UUID, help="The documents of the archival file with this id.")
@click.option(
    "--as",
    "package",
    type=click.Choice(["bagit", "eark-sip", "eark-aip", "asice", "readable"]),
    default="bagit",
    help="BagIt, E-ARK SIP or AIP, ASiC-E with evidence (one file), or a folder for people.",
)
@click.option("--language", type=click.Choice(["az", "kk", "ru", "en"]), default="en", help="Of the index page.")
@FORMAT
@told_plainly
def archive_export(target: Path, *, package: str, shape: str, **wanted: Any) -> None:
    """Write documents as a package. Example: karguzar archive export out --case R-2026-000002 --as eark-sip"""
    from processes.archive_tools import export_package

    if not any(wanted[name] for name in ("case", "number", "text", "file_id")):
        raise click.UsageError("say which documents: --case, --number, --text or --file")
    written = export_package(settings(), target, package, wanted, tell=progress(shape))
    if shape == "json":
        click.echo(json.dumps(written, ensure_ascii=False))
        return
    click.echo(f"{len(written)} documents are in {target}; check them with: karguzar archive check {target}")


@archive.command("check")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@FORMAT
@told_plainly
def archive_check(package: Path, shape: str) -> None:
    """Say what is wrong with a package of `archive export`. Example: karguzar archive check out"""
    from processes.archive_tools import check_exported

    findings = check_exported(package, tell=progress(shape))
    if shape == "json":
        click.echo(json.dumps({"sound": not findings, "findings": findings}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(finding)
        click.echo("the package is whole" if not findings else f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


@archive.command("move-store")
@FORMAT
@told_plainly
def archive_move_store(shape: str) -> None:
    """Copy every blob from blob_store_previous to blob_store and hash it there. Called again it goes on.

    Example: karguzar archive move-store
    """
    from processes.archive_tools import move_blobs

    moved = move_blobs(settings(), tell=progress(shape))
    if shape == "json":
        click.echo(json.dumps(moved))
    else:
        for name, reason in moved["bad"].items():
            click.echo(f"damaged, not moved: {name}: {reason}")
        click.echo(f"{moved['done']} blobs looked at, {moved['copied']} copied, {len(moved['bad'])} damaged")
    sys.exit(1 if moved["bad"] else 0)


@archive.command("dispose")
@click.option("--body", "code", default="", help="Code of the body; without it, all bodies.")
@click.option("--list", "number", default="", help="A review list, by its case number.")
@click.option("--execute", is_flag=True, help="Carry out the list's act, if it has every signature.")
@FORMAT
@told_plainly
def archive_dispose(code: str, number: str, *, execute: bool, shape: str) -> None:
    """What is due for disposal, what a list says, and carrying out what was approved. Called again it goes on.

    Example: karguzar archive dispose --list D-EXECUTIVE-2031-0001 --execute
    """
    from processes.disposal_tools import carry_out_list, disposal_list, due_for_disposal

    if execute and not number:
        raise click.UsageError("say which list: --list NUMBER")
    if execute:
        lines = carry_out_list(settings(), number, tell=progress(shape))
    else:
        lines = disposal_list(settings(), number) if number else due_for_disposal(settings(), code)
    if shape == "json":
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    for each in lines:
        what = each["dispose_after"] if "dispose_after" in each else f"{each['decision'] or '?'}: {each['state']}"
        click.echo(f"{each['number']:24}{what:26}{each['title']}" + (f" ({each['note']})" if each.get("note") else ""))
    click.echo(f"{len(lines)} documents")
