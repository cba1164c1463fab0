"""The certificates of the office's people and bodies, and how they stand."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from processes.errors import NotFound
from processes.office import Office
from processes.own_keys import challenge, subject_of
from processes.queries.people import require_any_role
from processes.queries.signing import under_sole_control
from processes.tables import BodyRow, CertificateRequestRow, CertificateRow, PersonRow
from signing.enrolment import subject_name

Titles = Mapping[str, str]
ADMINISTRATORS = frozenset({"administrator"})
USABLE = frozenset({"valid", "expiring", "locked"})
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
    store: str
    """where its key is: pkcs12, browser, file …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    """What somebody's own page needs to enrol a key."""

    certificate: CertificateLine | None
    """the one their documents name; None before the first, or when none is in force"""
    sole_control: bool
    """nobody but its holder controls that one's key, as its store is set up"""
    others: Sequence[CertificateLine]
    """the rest, newest first"""
    subject: str
    """whom a request has to name: DER of the Name, base64"""
    challenge: str
    """what the key in an own file signs to show that it is theirs"""
    agents: Sequence[str]
    """programs on the officer's computer by which a key may be enrolled, by their names in karguzar.toml"""
    requested_at: datetime | None
    """a request waits for the outside authority"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request that waits for its certificate."""

    id: UUID
    holder: str
    body: Titles
    requested_at: datetime


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


def own_keys(office: Office, by: UUID) -> OwnKeys:
    """The certificates of whoever asks, and what a new key of theirs needs."""
    with office.reading() as uow:
        rows = uow.session.execute(
            sa.select(CertificateRow).where(CertificateRow.person_id == by).order_by(CertificateRow.issued_at.desc())
        ).scalars()
        lines = [certificate_line(row, None, None, uow.now) for row in rows]
        current = next((line for line in lines if line.state in USABLE), None)
        waiting = sa.select(CertificateRequestRow.requested_at).where(
            CertificateRequestRow.person_id == by, CertificateRequestRow.state == "waiting"
        )
        return OwnKeys(
            certificate=current,
            sole_control=current is not None and under_sole_control(office, current.store),
            others=[line for line in lines if line is not current],
            subject=base64.b64encode(subject_name(subject_of(uow.session, by))).decode("ascii"),
            challenge=challenge(office, by, uow.now),
            agents=sorted(office.key_stores.agents()),
            requested_at=uow.session.scalar(waiting),
        )


def certificate_requests(office: Office, by: UUID) -> list[RequestLine]:
    """The requests that wait for the outside authority, oldest first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        rows = uow.session.execute(
            sa.select(CertificateRequestRow, PersonRow.name, BodyRow.title)
            .join(PersonRow, PersonRow.id == CertificateRequestRow.person_id)
            .join(BodyRow, BodyRow.id == PersonRow.body_id)
            .where(CertificateRequestRow.state == "waiting")
            .order_by(CertificateRequestRow.requested_at)
        )
        return [
            RequestLine(id=row.id, holder=name, body=title, requested_at=row.requested_at) for row, name, title in rows
        ]


def request_pem(office: Office, by: UUID, request_id: UUID) -> str:
    """A request that waits, PKCS#10 as PEM.

    :raises NotPermitted: no administrator
    :raises NotFound: no such request waits
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        row = uow.session.get(CertificateRequestRow, request_id)
        if row is None or row.state != "waiting":
            raise NotFound("no such request waits")
        return row.pem


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
        store=row.key_store,
    )


def _state(row: CertificateRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.not_after <= now:
        return "expired"
    if row.locked_until is not None and row.locked_until > now:
        return "locked"
    return "expiring" if (row.not_after - now).days < EXPIRING_DAYS else "valid"
