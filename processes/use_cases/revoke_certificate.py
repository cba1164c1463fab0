"""Revoke a certificate: from the next list on, everybody can see it, and it signs nothing more."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from processes.authorization import require_administrator
from processes.errors import EntryRefused, NotFound
from processes.office import Office
from processes.organisation import person
from processes.tables import CertificateRow
from processes.trust import issue_revocation_lists

REASONS = ("unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation")
"""RFC 5280, 5.3.1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """A certificate by its serial number, and why."""

    by: UUID | None
    """None: at the command line"""
    serial: str
    reason: str = "unspecified"


def revoke_certificate(office: Office, request: RevokeCertificate) -> None:
    """Revoke it now and issue new lists.

    :raises NotPermitted: no administrator of the holder's body
    :raises NotFound: no certificate with that serial is in force
    :raises EntryRefused: a reason RFC 5280 does not know
    """
    if request.reason not in REASONS:
        raise EntryRefused("reason", "unknown")
    with office.unit_of_work() as uow:
        row = uow.session.execute(
            sa.select(CertificateRow).where(
                CertificateRow.serial == request.serial, CertificateRow.revoked_at.is_(None)
            )
        ).scalar()
        if row is None:
            raise NotFound(f"no certificate with serial {request.serial} is in force")
        owner = person(uow.session, row.person_id).body_id if row.person_id else row.body_id
        actor = require_administrator(uow.session, request.by, uow.now, body_id=owner)
        uow.update(CertificateRow, {"id": row.id}, revoked_at=uow.now, revocation_reason=request.reason)
        details = {"why": request.reason}
        uow.audit.record("person:certificate:revoke", actor=actor, subject=request.serial, details=details)
        uow.commit()
    issue_revocation_lists(office)
