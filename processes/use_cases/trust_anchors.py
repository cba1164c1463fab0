"""Whom this office trusts: administrators add and remove roots, with a ground, and say for how long each is trusted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from processes.authorization import require_administrator
from processes.errors import EntryRefused, NotFound
from processes.office import Office
from processes.operating import require_ground
from processes.organisation import actors_named
from processes.tables import TrustAnchorRow
from processes.trust import ANY

LARGEST = 65_536
"""bytes of a certificate's file"""
PURPOSES = (ANY, "signatures", "timestamps")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAnchor:
    """A certificate of an authority, PEM or DER, and why it is trusted."""

    by: UUID | None
    """None: at the command line"""
    certificate: bytes
    ground: str
    purpose: str = ANY
    """any, or signatures or timestamps alone"""
    valid_from: datetime | None = None
    """None: from now"""
    valid_until: datetime | None = None
    """None: until it is removed; what is judged after that does not lead to it any more"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAnchor:
    """An anchor by the beginning of its SHA-256, and why it is trusted no more."""

    by: UUID | None
    sha256: str
    ground: str


def add_anchor(office: Office, request: AddAnchor) -> str:
    """Trust an authority from now or another day on; its SHA-256. One removed before is trusted anew.

    :raises NotPermitted: no administrator
    :raises EntryRefused: no certificate of an authority, trusted already, or a window that ends before it begins
    :raises GroundTooShort: fewer than ten characters
    """
    require_ground(request.ground)
    if request.purpose not in PURPOSES:
        raise EntryRefused("purpose", "unknown")
    certificate = _authority(request.certificate)
    sha256 = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now)
        begins = request.valid_from or uow.now
        if request.valid_until is not None and request.valid_until <= begins:
            raise EntryRefused("until", "ends-before-it-begins")
        known = uow.session.execute(sa.select(TrustAnchorRow).where(TrustAnchorRow.sha256 == sha256)).scalar()
        if known is not None and known.removed_at is None:
            raise EntryRefused("certificate", "an-anchor-already")
        if known is not None:
            uow.session.execute(sa.delete(TrustAnchorRow).where(TrustAnchorRow.id == known.id))
        uow.insert(
            TrustAnchorRow,
            id=uuid4(),
            subject=certificate.subject.rfc4514_string(),
            sha256=sha256,
            pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
            purpose=request.purpose,
            added_by=actor,
            added_at=uow.now,
            ground=request.ground.strip(),
            valid_from=begins,
            valid_until=request.valid_until,
        )
        uow.audit.record("pki:anchor:add", actor=actor, subject=sha256, details={"why": request.ground.strip()})
        uow.commit()
    return sha256


def remove_anchor(office: Office, request: RemoveAnchor) -> str:
    """Trust an authority no more; its subject.

    :raises NotPermitted: no administrator
    :raises NotFound: no anchor in force, or several, begin so
    :raises GroundTooShort: fewer than ten characters
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now)
        query = sa.select(TrustAnchorRow).where(
            TrustAnchorRow.sha256.startswith(request.sha256.lower(), autoescape=True),
            TrustAnchorRow.removed_at.is_(None),
        )
        rows = list(uow.session.execute(query).scalars())
        if len(rows) != 1 or not request.sha256:
            raise NotFound(f"{len(rows)} anchors in force begin with {request.sha256!r}; name one")
        uow.update(TrustAnchorRow, {"id": rows[0].id}, removed_at=uow.now, removed_ground=request.ground.strip())
        uow.audit.record(
            "pki:anchor:remove", actor=actor, subject=rows[0].sha256, details={"why": request.ground.strip()}
        )
        uow.commit()
        return rows[0].subject


def list_anchors(office: Office, by: UUID | None) -> list[dict[str, Any]]:
    """Every anchor there is or was, newest first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_administrator(uow.session, by, uow.now)
        query = sa.select(TrustAnchorRow).order_by(TrustAnchorRow.added_at.desc())
        rows = list(uow.session.execute(query).scalars())
        names = actors_named(uow.session, (row.added_by for row in rows))
        return [_told(row, names, uow.now) for row in rows]


def _told(row: TrustAnchorRow, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    ended = row.removed_at is not None or (row.valid_until is not None and row.valid_until <= now)
    return {
        "sha256": row.sha256,
        "subject": row.subject,
        "purpose": row.purpose,
        "state": "ended" if ended else "awaited" if row.valid_from > now else "trusted",
        "valid_from": row.valid_from.isoformat(),
        "valid_until": None if row.valid_until is None else row.valid_until.isoformat(),
        "added_by": names[row.added_by],
        "added_at": row.added_at.isoformat(),
        "ground": row.ground,
        "removed_at": None if row.removed_at is None else row.removed_at.isoformat(),
        "removed_ground": row.removed_ground,
    }


def _authority(data: bytes) -> x509.Certificate:
    """The certificate in a file, if its holder may issue others."""
    if len(data) > LARGEST:
        raise EntryRefused("certificate", "malformed")
    try:
        load = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
        certificate = load(data)
        may_issue = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        may_issue = False
    except ValueError as error:
        raise EntryRefused("certificate", "malformed") from error
    if not may_issue:
        # basicConstraints (RFC 5280, 4.2.1.9)
        raise EntryRefused("certificate", "not-of-an-authority")
    return certificate
