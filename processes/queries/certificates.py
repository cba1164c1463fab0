"""The certificates of the office's people and bodies, and how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from processes.office import Office
from processes.queries.people import require_any_role
from processes.tables import BodyRow, CertificateRow, PersonRow

Titles = Mapping[str, str]
ADMINISTRATORS = frozenset({"administrator"})
EXPIRING_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A certificate and how it stands."""

    serial: str
    holder: str | None
    body: Titles | None
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    state: str
    """valid, expiring, expired, revoked, locked"""


def certificates(office: Office, by: UUID) -> list[CertificateLine]:
    """Every certificate, those that need attention first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        owner = aliased(BodyRow)
        rows = uow.session.execute(
            sa.select(CertificateRow, PersonRow.name, owner.title)
            .outerjoin(PersonRow, PersonRow.id == CertificateRow.person_id)
            .outerjoin(owner, owner.id == CertificateRow.body_id)
            .order_by(CertificateRow.not_after)
        )
        return [certificate_line(row, name, title, uow.now) for row, name, title in rows]


def own_certificate(office: Office, by: UUID) -> CertificateLine | None:
    """The newest certificate of whoever asks, in force or not; None before the first."""
    with office.reading() as uow:
        row = uow.session.execute(
            sa.select(CertificateRow)
            .where(CertificateRow.person_id == by)
            .order_by(CertificateRow.revoked_at.is_not(None), CertificateRow.not_after.desc())
            .limit(1)
        ).scalar()
        return certificate_line(row, None, None, uow.now) if row is not None else None


def certificate_line(row: CertificateRow, holder: str | None, body: Titles | None, now: datetime) -> CertificateLine:
    """A certificate as it stands at `now`."""
    return CertificateLine(
        serial=row.serial,
        holder=holder,
        body=body,
        subject=row.subject,
        issuer=row.issuer,
        not_before=row.not_before,
        not_after=row.not_after,
        state=_state(row, now),
    )


def _state(row: CertificateRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.not_after <= now:
        return "expired"
    if row.locked_until is not None and row.locked_until > now:
        return "locked"
    return "expiring" if (row.not_after - now).days < EXPIRING_DAYS else "valid"
