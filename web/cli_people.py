"""Commands about bodies and people: what a new office begins with, before anybody can sign in."""

from datetime import datetime
from typing import Any

import click

from web.cli_base import settings, told_plainly

TITLES = click.option(
    "--title", "titles", nargs=2, multiple=True, required=True, metavar="LANGUAGE TEXT", help="Once for az, kk, ru, en."
)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def body() -> None:
    """Public bodies. Example: karguzar body list"""


@body.command("add")
@click.argument("code")
@TITLES
@click.option("--calendar", type=click.Choice(["AZ", "KZ"]), required=True, help="Whose working days count.")
@click.option("--zone", "time_zone", required=True, help="Time zone, such as Asia/Baku.")
@click.option("--language", type=click.Choice(["az", "kk", "ru", "en"]), required=True, help="Of its documents.")
@click.option("--function", "functions", multiple=True, help="registry_operator, supervision or appeals.")
@click.option("--territory", help="Code of its territory; none: the whole country.")
@told_plainly
def body_add(code: str, titles: tuple[tuple[str, str], ...], **facts: Any) -> None:
    """Add a body with its fonds and its e-seal.

    Example: karguzar body add housing --title az Mənzil --title kk Тұрғын --title ru Жильё --title en Housing
    --calendar AZ --zone Asia/Baku --language az --function appeals
    """
    from processes.office_commands import opened
    from processes.use_cases.add_body import AddBody, add_body

    request = AddBody(by=None, code=code, title=dict(titles), **facts)
    with opened(settings()) as office:
        add_body(office, request)
    click.echo(f"{code} is added, with its fonds and its e-seal")


@body.command("list")
@told_plainly
def body_list() -> None:
    """Codes and titles. Example: karguzar body list"""
    from processes.office_commands import list_bodies, opened

    with opened(settings()) as office:
        for line in list_bodies(office):
            click.echo(line)


@click.group()
def user() -> None:
    """People who sign in. Example: karguzar user list"""


@user.command("list")
@told_plainly
def user_list() -> None:
    """Logins, names and roles. Example: karguzar user list"""
    from processes.office_commands import list_people, opened

    with opened(settings()) as office:
        for line in list_people(office):
            click.echo(line)


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As it stands on documents.")
@click.option("--body", "body_code", required=True, help="Code of the body.")
@click.option("--language", type=click.Choice(["az", "kk", "ru", "en"]), required=True, help="Of the pages.")
@click.option("--email", default="", help="Where notices go.")
@told_plainly
def user_add(login: str, name: str, body_code: str, language: str, email: str) -> None:
    """Admit somebody; prints the first password once. Example: karguzar user add leyla --name "Əliyeva Leyla" …"""
    from processes.office_commands import body_called, opened
    from processes.use_cases.admit_person import AdmitPerson, admit_person

    with opened(settings()) as office:
        owner = body_called(office, body_code)
        request = AdmitPerson(by=None, login=login, name=name, email=email, body_id=owner.id, language=language)
        admitted = admit_person(office, request)
    click.echo(f"{login} signs in with the password {admitted.password}, shown this once")


@user.command("mandate")
@click.argument("login")
@click.option("--role", required=True, help="administrator, head, clerk …")
@click.option("--capacity", help="In which capacity; default: as the role is called.")
@click.option("--body", "body_code", required=True, help="Code of the body it is for.")
@click.option(
    "--ground", type=(str, str, DAY), required=True, metavar="ACT NUMBER DATE", help="The act that says so, YYYY-MM-DD."
)
@told_plainly
def user_mandate(
    login: str, role: str, capacity: str | None, body_code: str, ground: tuple[str, str, datetime]
) -> None:
    """Enter a mandate, in force from now on.

    Example: karguzar user mandate leyla --role administrator --body housing --ground Əmr 1-k 2026-01-05
    """
    from processes.office_commands import body_called, opened, person_called
    from processes.roles import CAPACITIES
    from processes.use_cases.grant_mandate import GrantMandate, grant_mandate

    with opened(settings()) as office:
        request = GrantMandate(
            by=None,
            holder_id=person_called(office, login),
            role=role,
            capacity=capacity or (role if role in CAPACITIES else "officer"),
            body_id=body_called(office, body_code).id,
            act=ground[0],
            number=ground[1],
            dated=ground[2].date(),
            valid_from=office.clock(),
        )
        grant_mandate(office, request)
    click.echo(f"{login} is {role} of {body_code}")


@user.command("password")
@click.argument("login")
@told_plainly
def user_password(login: str) -> None:
    """Draw a new password, printed once; every session ends. Example: karguzar user password leyla"""
    from processes.office_commands import opened, person_called
    from processes.use_cases.close_account import Account, reset_password

    with opened(settings()) as office:
        password = reset_password(office, Account(by=None, person_id=person_called(office, login)))
    click.echo(f"{login} signs in with the password {password}, shown this once")
