"""`karguzar calendar`: working days, the sheets that changed them, and new ones."""

import json
import sys
from datetime import timedelta
from typing import Any

import click

from web.cli_base import FORMAT, settings, told_plainly

CODE = click.argument("code", type=click.Choice(["AZ", "KZ"]))
DAY = click.DateTime(["%Y-%m-%d"])
KINDS = {"working": True, "holiday": False, "usual": None}


@click.group()
def calendar() -> None:
    """Working calendars. Example: karguzar calendar show AZ 2026"""


@calendar.command("add")
@CODE
@click.argument("day", type=DAY)
@click.argument("days", type=int)
@told_plainly
def calendar_add(code: str, day: Any, days: int) -> None:
    """The day so many working days after another. Example: karguzar calendar add AZ 2026-03-19 7"""
    from processes.calendar_tools import add_working_days

    click.echo(add_working_days(settings(), code, day.date(), days))


@calendar.command("show")
@CODE
@click.argument("year", type=click.IntRange(2000, 2100))
@FORMAT
@told_plainly
def calendar_show(code: str, year: int, shape: str) -> None:
    """Working days of a year, days off and overrides. Example: karguzar calendar show AZ 2026"""
    from processes.calendar_tools import shown_year

    shown = shown_year(settings(), code, year)
    if shape == "json":
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(f"{code} {year}: {shown['working_days']} working days")
    for each in shown["days"]:
        sheet = f"  (sheet {each['version']})" if each["version"] else ""
        click.echo(f"{each['day']}  {'works' if each['working'] else 'off':7}{each['reason']}{sheet}")


@calendar.command("set")
@CODE
@click.argument("day", type=DAY)
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--ground", required=True, help="Why; it is kept for good.")
@click.option("--act", help="The decree with number and date (default: the ground).")
@click.option("--until", type=DAY, help="The last of several days.")
@click.option("--as", "login", help="An administrator who signs with a PIN; without it the body's e-seal does.")
@told_plainly
def calendar_set(code: str, day: Any, kind: str, ground: str, **more: Any) -> None:
    """Make a day a working day, a holiday, or usual again. Example:
    karguzar calendar set AZ 2026-04-06 holiday --ground "Decree 77 of 01.04.2026"
    """
    from processes.calendar_tools import set_days

    last = (more["until"] or day).date()
    days = {day.date() + timedelta(days=n): KINDS[kind] for n in range((last - day.date()).days + 1)}
    pin = click.prompt("PIN", hide_input=True) if more["login"] else ""
    if not days:
        click.echo("karguzar: --until lies before the day", err=True)
        sys.exit(2)
    facts = {"act": more["act"] or ground, "ground": ground}
    click.echo(set_days(settings(), code, days, facts=facts, signer=(more["login"], pin)))


@calendar.command("history")
@CODE
@FORMAT
@told_plainly
def calendar_history(code: str, shape: str) -> None:
    """The sheets that changed a calendar, the newest first. Example: karguzar calendar history AZ"""
    from processes.calendar_tools import shown_history

    sheets = shown_history(settings(), code)
    if shape == "json":
        click.echo(json.dumps(sheets, ensure_ascii=False))
        return
    for sheet in sheets:
        click.echo(f"{sheet['version']:>4}  {sheet['entered_at']}  {sheet['entered_by']}  {sheet['act']}")
        for day, working in sheet["days"].items():
            click.echo(f"      {day}  {'usual' if working is None else 'works' if working else 'off'}")
        click.echo(f"      {sheet['ground']}  sha256 {sheet['proof']}")
