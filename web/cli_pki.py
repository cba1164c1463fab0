"""`karguzar pki`: the pilot authority, its certificates and lists."""

import json
from pathlib import Path

import click

from web.cli_base import FORMAT, settings, told_plainly


@click.group()
def pki() -> None:
    """The pilot authority (not qualified). Example: karguzar pki status"""


@pki.command("init")
@told_plainly
def pki_init() -> None:
    """Make the authority if the home has none. Example: karguzar pki init"""
    from processes.pilot_authority import create_authority

    click.echo(create_authority(settings()))


@pki.command("status")
@FORMAT
@told_plainly
def pki_status(shape: str) -> None:
    """The authority's certificates and lists. Example: karguzar pki status --format json"""
    from processes.pilot_authority import authority_status

    found = authority_status(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"pilot authority, not qualified, at {found['url']}")
    for each in found["certificates"]:
        click.echo(f"  {each['role']:9}{each['not_before'][:10]} to {each['not_after'][:10]}  {each['serial']}")
    for each in found["lists"]:
        dates = f"issued {each['issued_at']}, ends {each['ends_at']}"
        click.echo(f"  {each['issuer'] + '.crl':13}{dates}, {each['revoked']} revoked")
    click.echo(f"  {found['issued']} certificates issued, {found['revoked']} revoked")


@pki.command("list")
@FORMAT
@told_plainly
def pki_list(shape: str) -> None:
    """Every certificate it has issued. Example: karguzar pki list"""
    from processes.pilot_authority import issued_certificates

    found = issued_certificates(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for each in found:
        state = f"revoked {each['revoked_at'][:16]} ({each['reason']})" if each["revoked_at"] else each["state"]
        click.echo(f"{each['serial']:42}{each['not_after'][:10]}  {state:10} {each['holder']}")


@pki.command("crl")
@told_plainly
def pki_crl() -> None:
    """Issue new revocation lists now. Example: karguzar pki crl"""
    from processes.pilot_authority import renew_lists

    for issuer, ends_at in renew_lists(settings()).items():
        click.echo(f"{issuer}.crl lasts until {ends_at}")


@pki.command("export")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@told_plainly
def pki_export(directory: Path) -> None:
    """Write the authority's certificates and fresh CRLs. Example: karguzar pki export trust"""
    from processes.tools import export_trust

    export_trust(settings(), directory)
    click.echo(f"certificates and revocation lists are in {directory}")


@pki.command("revoke")
@click.argument("serial")
@click.option("--reason", default="unspecified", help="RFC 5280 reason, e.g. keyCompromise.")
@told_plainly
def pki_revoke(serial: str, reason: str) -> None:
    """Revoke a certificate by its serial number. Example: karguzar pki revoke 4d19 --reason keyCompromise"""
    from processes.tools import revoke

    click.echo(revoke(settings(), serial, reason))
