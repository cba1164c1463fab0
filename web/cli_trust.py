"""`karguzar trust`: whom the office trusts: anchors, and trusted lists with their services."""

import json
from datetime import datetime
from pathlib import Path

import click

from web.cli_base import FORMAT, settings, told_plainly

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def trust() -> None:
    """Whom the office trusts. Example: karguzar trust list"""


@trust.command("list")
@FORMAT
@told_plainly
def trust_list(shape: str) -> None:
    """Every anchor there is or was. Example: karguzar trust list --format json"""
    from processes.trust_tools import anchors

    found = anchors(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for each in found:
        window = f"{each['valid_from'][:10]} to {(each['valid_until'] or each['removed_at'] or 'removal')[:10]}"
        kind = f"{each['state']:8} {each['purpose']:10}"
        click.echo(f"{each['sha256'][:16]}  {kind} {window:25} {each['subject']}  ({each['ground']})")


@trust.command("add")
@click.argument("file", type=FILE)
@click.option("--ground", required=True, help="Why it is trusted: the act, its number and date.")
@click.option(
    "--purpose",
    type=click.Choice(["any", "signatures", "timestamps"]),
    default="any",
    help="What it is trusted for (default any).",
)
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day it is trusted (default now).")
@click.option("--until", "ends", type=click.DateTime(["%Y-%m-%d"]), help="Day from which it is trusted no more.")
@told_plainly
def trust_add(file: Path, ground: str, purpose: str, begins: datetime | None, ends: datetime | None) -> None:
    """Trust an authority. Example: karguzar trust add root.pem --ground "Order 12 of 2026-03-03"."""
    from processes.trust_tools import Entry, add

    click.echo(f"trusted: {add(settings(), Entry(file, ground, purpose, begins, ends))}")


@trust.command("remove")
@click.argument("sha256")
@click.option("--ground", required=True, help="Why it is trusted no more.")
@told_plainly
def trust_remove(sha256: str, ground: str) -> None:
    """Trust an authority no more. Example: karguzar trust remove 9f2c --ground "its key was stolen"."""
    from processes.trust_tools import remove

    click.echo(f"no longer trusted: {remove(settings(), sha256, ground=ground)}")


@trust.command("lists")
@FORMAT
@told_plainly
def trust_lists(shape: str) -> None:
    """Every trusted list the office goes by or went by. Example: karguzar trust lists"""
    from processes.trust_tools import lists

    found = lists(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for each in found:
        until = f"until {each['next_update'][:10]}" if each["next_update"] else "closed"
        told = f"{each['territory']:3} no. {each['sequence']}, {until}, {each['services']} services"
        click.echo(f"{each['id'][:8]}  {each['state']:9} {told}  {each['source'] or 'from a file'}  ({each['ground']})")
        if each["problem"]:
            click.echo(f"          not refreshed: {each['problem']}")


@trust.command("import")
@click.argument("place")
@click.option("--operator", type=FILE, required=True, help="The list operator's certificates, got by another way.")
@click.option("--ground", required=True, help="Why the office goes by it: the act, its number and date.")
@told_plainly
def trust_import(place: str, operator: Path, ground: str) -> None:
    """Go by a trusted list. Example: karguzar trust import tl.xml --operator op.pem --ground "Law 27, 3 May"."""
    from processes.trust_tools import bring

    click.echo(f"in force: {bring(settings(), place, operator, ground=ground)}")


@trust.command("refresh")
@click.argument("name")
@told_plainly
def trust_refresh(name: str) -> None:
    """Fetch a list again now, by territory or id. Example: karguzar trust refresh AZ"""
    from processes.trust_tools import refetch

    click.echo("a newer list is in force" if refetch(settings(), name) else "the list is the newest")


@trust.command("retire")
@click.argument("name")
@click.option("--ground", required=True, help="Why the office goes by it no more.")
@told_plainly
def trust_retire(name: str, ground: str) -> None:
    """Go by a list no more, by territory or id. Example: karguzar trust retire AZ --ground "the law has ended"."""
    from processes.trust_tools import retire

    click.echo(f"no longer in force: {retire(settings(), name, ground=ground)}")
