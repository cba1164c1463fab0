"""Commands about key stores: what is set up, what may be enrolled, and enrolling it."""

from pathlib import Path

import click

from web.cli_base import settings, told_plainly


@click.group()
def key() -> None:
    """Key stores of karguzar.toml: tokens, remote signing. Example: karguzar key stores"""


@key.command("stores")
@told_plainly
def key_stores() -> None:
    """What is set up, and what keeps it from working. Example: karguzar key stores"""
    from processes.key_stores import read_key_stores

    stores = read_key_stores(settings().home)
    for name, store in stores.stores.items():
        control = "sole control" if store.sole_control else "no sole control"
        click.echo(f"{name:<16}{store.kind.name:<10}{control}")
    for finding in stores.check():
        click.echo(f"note: {finding}")


@key.command("list")
@click.argument("store")
@click.option("--token", default="", help="Serial number of the token; without it: the tokens there are.")
@told_plainly
def key_list(store: str, token: str) -> None:
    """What a store offers to be enrolled: reference and subject. Example: karguzar key list hsm"""
    from processes.office_commands import opened
    from processes.use_cases.enrol_key import keys_in

    secret = click.prompt("PIN of the token", hide_input=True) if token else ""
    with opened(settings()) as office:
        for reference, subject in keys_in(office, store, secret=secret, token=token):
            click.echo(f"{reference:<48}{subject}")


@key.command("enrol")
@click.argument("login")
@click.argument("store")
@click.argument("reference", default="")
@click.option("--number", default="", help="Of the person's papers, as the certificate has it; none: by full name.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PEM or DER, issuers after it; for agents and telephones, which cannot be asked.",
)
@told_plainly
def key_enrol(login: str, store: str, reference: str, number: str, certificate: Path | None) -> None:
    """Enrol a person's certificate. Example: karguzar key enrol leyla hsm 4f2a9c31d0b7e655/a1"""
    from processes.authorization import COMMAND_LINE
    from processes.key_stores import read_key_stores
    from processes.office_commands import opened, person_called
    from processes.use_cases.enrol_key import EnrolKey, enrol_key

    asked = not certificate and read_key_stores(settings().home).opened_here(store)
    secret = click.prompt("PIN", hide_input=True, default="", show_default=False) if asked else ""
    with opened(settings()) as office:
        request = EnrolKey(
            person_id=person_called(office, login),
            store=store,
            reference=reference,
            secret=secret,
            certificates=certificate.read_bytes() if certificate else b"",
            number=number,
            by=COMMAND_LINE,
        )
        serial = enrol_key(office, request)
    click.echo(f"{login} signs with certificate {serial}, whose key is in {store}")
