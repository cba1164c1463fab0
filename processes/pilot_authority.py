"""What the pilot authority answers to strangers, and what its operator asks of it. Not qualified."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from cryptography import x509

from processes.office import Office
from processes.settings import Settings
from processes.signing_room import ocsp_responder
from processes.tables import BodyRow, CertificateRow, PersonRow
from processes.trust import authority_certificate, current_lists, issue_revocation_lists
from signing.authorities import OCSP_REQUEST, OCSP_RESPONSE, TIMESTAMP_QUERY, TIMESTAMP_REPLY

__all__ = ["OCSP_REQUEST", "OCSP_RESPONSE", "TIMESTAMP_QUERY", "TIMESTAMP_REPLY"]

ROLES = ("root", "issuing", "tsa", "ocsp")
Told = TypeVar("Told")


def answer_ocsp(office: Office, question: bytes) -> bytes:
    """The responder's answer, DER both; never raises on a question."""
    return ocsp_responder(office).respond(question)


def answer_timestamp(office: Office, question: bytes) -> bytes:
    """The time-stamping authority's answer, DER both; never raises on a question."""
    return office.keys.authority.timestamper(office.clock).respond(question)


def authority_status(settings: Settings) -> dict[str, Any]:
    """The authority's certificates, its lists, and how many certificates it has issued and revoked."""

    def told(office: Office) -> dict[str, Any]:
        lists = {name: x509.load_der_x509_crl(crl) for name, crl in current_lists(office).items()}
        with office.reading() as uow:
            issued = uow.session.scalar(sa.select(sa.func.count()).select_from(CertificateRow))
            revoked = uow.session.scalar(
                sa.select(sa.func.count()).select_from(CertificateRow).where(CertificateRow.revoked_at.is_not(None))
            )
        return {
            "qualified": False,
            "url": office.keys.authority.url,
            "certificates": [_certificate(office, role) for role in ROLES],
            "lists": [
                {
                    "issuer": name,
                    "issued_at": one.last_update_utc.isoformat(),
                    "ends_at": one.next_update_utc.isoformat() if one.next_update_utc else None,
                    "revoked": len(one),
                }
                for name, one in sorted(lists.items())
            ],
            "issued": issued or 0,
            "revoked": revoked or 0,
        }

    return _in_office(settings, told)


def issued_certificates(settings: Settings) -> list[dict[str, Any]]:
    """Every certificate the authority has issued, the newest first."""

    def told(office: Office) -> list[dict[str, Any]]:
        query = (
            sa.select(CertificateRow, PersonRow.name, BodyRow.code)
            .outerjoin(PersonRow, PersonRow.id == CertificateRow.person_id)
            .outerjoin(BodyRow, BodyRow.id == CertificateRow.body_id)
            .order_by(CertificateRow.issued_at.desc(), CertificateRow.serial)
        )
        with office.reading() as uow:
            return [
                {
                    "serial": row.serial,
                    "holder": name or f"e-seal of {code}",
                    "not_after": row.not_after.isoformat(),
                    "state": _state(row, uow.now),
                    "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
                    "reason": row.revocation_reason,
                }
                for row, name, code in uow.session.execute(query)
            ]

    return _in_office(settings, told)


def renew_lists(settings: Settings) -> dict[str, str]:
    """Issue new revocation lists now; until when each lasts, by issuer."""

    def told(office: Office) -> dict[str, str]:
        lists = {name: x509.load_der_x509_crl(crl) for name, crl in issue_revocation_lists(office).items()}
        return {name: str(one.next_update_utc) for name, one in sorted(lists.items())}

    return _in_office(settings, told)


def create_authority(settings: Settings) -> str:
    """Make the home's authority if there is none; a sentence that says which it was."""
    from processes.bootstrap import create_keys, initialise
    from processes.clock import real_time
    from processes.keyring import has_keys

    if has_keys(settings.home / "keys"):
        return f"{settings.home} has its pilot authority already; it is never overwritten"
    initialise(settings)
    create_keys(settings, at=real_time())
    return f"a pilot authority, not qualified, is in {settings.home / 'keys' / 'authority'}"


def _certificate(office: Office, role: str) -> dict[str, Any]:
    certificate = x509.load_der_x509_certificate(authority_certificate(office, role))
    return {
        "role": role,
        "subject": certificate.subject.rfc4514_string(),
        "serial": f"{certificate.serial_number:x}",
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


def _state(row: CertificateRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "valid" if row.not_before <= now < row.not_after else "ended"


def _in_office(settings: Settings, work: Callable[[Office], Told]) -> Told:
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    try:
        return work(office)
    finally:
        office.close()
