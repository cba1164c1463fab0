"""Whom this office trusts: its anchors, the authority's intermediates, and fresh revocation lists."""

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from engine.prepared import Prepared
from processes.clock import real_time
from processes.office import Office
from processes.tables import CertificateRow, RevocationCacheRow, TrustAnchorRow
from processes.trusted_lists import always, services_in_force
from processes.unit_of_work import UnitOfWork
from signing.authority import Revoked
from signing.validation import TrustStore

OWN_LISTS = ("root", "issuing")
"""the pilot authority's lists, as the cache names them"""
ANY = "any"
"""the purpose of an anchor for everything"""
REFRESH_BEFORE = timedelta(hours=12)
"""a list is made anew this long before it ends"""


def trust_pilot_authority(office: Office) -> None:
    """Enter the pilot authority's root among the anchors, if it is not there."""
    with office.unit_of_work() as uow:
        for anchor in office.keys.authority.anchors().anchors:
            certificate = x509.load_der_x509_certificate(anchor)
            sha256 = hashlib.sha256(anchor).hexdigest()
            if uow.session.scalar(sa.select(TrustAnchorRow.id).where(TrustAnchorRow.sha256 == sha256)) is None:
                uow.insert(
                    TrustAnchorRow,
                    id=uuid4(),
                    subject=certificate.subject.rfc4514_string(),
                    sha256=sha256,
                    pem=certificate.public_bytes(Encoding.PEM).decode(),
                    purpose=ANY,
                    added_by="system",
                    added_at=uow.now,
                    ground="the pilot authority of this office (not qualified)",
                    # a rehearsal's clock may go back
                    valid_from=certificate.not_valid_before_utc,
                    valid_until=None,
                )
        uow.commit()


def trust_store(office: Office) -> TrustStore:
    """Anchors, services of trusted lists, intermediates and revocation lists; lists near their end are made anew."""
    with office.reading() as uow:
        entered = [(_der(row["pem"]), row["purpose"]) for row in uow.all(_IN_FORCE, now=uow.now)]
        services = services_in_force(uow)
        kept = _fresh(uow)
    anchors = tuple(der for der, purpose in entered if purpose == ANY)
    services += tuple(always(der, purpose) for der, purpose in entered if purpose != ANY)
    cached = kept if kept is not None else issue_revocation_lists(office)
    own = office.keys.authority.trust()
    return TrustStore(
        anchors=anchors,
        intermediates=own.intermediates,
        crls=tuple(cached.values()),
        services=services,
        grace=office.key_stores.policy.grace,
    )


_NOW = sa.bindparam("now", type_=TrustAnchorRow.valid_from.type)
_IN_FORCE = Prepared(
    sa.select(TrustAnchorRow.pem, TrustAnchorRow.purpose).where(
        TrustAnchorRow.removed_at.is_(None),
        TrustAnchorRow.valid_from <= _NOW,
        sa.or_(TrustAnchorRow.valid_until.is_(None), TrustAnchorRow.valid_until > _NOW),
    )
)
_OWN = Prepared(
    sa.select(
        RevocationCacheRow.source, RevocationCacheRow.data, RevocationCacheRow.issued_at, RevocationCacheRow.ends_at
    ).where(sa.or_(*(RevocationCacheRow.source == source for source in OWN_LISTS)))
)


def current_lists(office: Office) -> dict[str, bytes]:
    """The newest revocation lists by issuer, DER; near their end they are made anew."""
    with office.reading() as uow:
        cached = _fresh(uow)
    return cached if cached is not None else issue_revocation_lists(office)


def authority_certificate(office: Office, role: str) -> bytes:
    """The certificate of the pilot authority's root, issuing CA or TSA, DER."""
    return office.keys.authority.certificate(role)


def _fresh(uow: UnitOfWork) -> dict[str, bytes] | None:
    # a rehearsal's clock may have gone back: a list from the future is no list of now
    good = [row for row in uow.all(_OWN) if row["issued_at"] <= uow.now < row["ends_at"] - REFRESH_BEFORE]
    return {row["source"]: row["data"] for row in good} if len(good) == len(OWN_LISTS) else None


def issue_revocation_lists(office: Office) -> dict[str, bytes]:
    """New lists of the pilot authority, with every certificate revoked so far; kept until they age."""
    with office.unit_of_work() as uow:
        if uow.session.get_bind().dialect.name == "postgresql":
            # two workers that find the lists aged at once would both insert new ones
            uow.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("revocation lists"))))
        lists = revocation_lists(office, uow, at=uow.now)
        for issuer, crl in lists.items():
            uow.session.execute(sa.delete(RevocationCacheRow).where(RevocationCacheRow.source == issuer))
            uow.insert(
                RevocationCacheRow, source=issuer, data=crl, issued_at=uow.now, ends_at=_next_update(crl, uow.now)
            )
        uow.commit()
    return lists


def revocation_lists(office: Office, uow: UnitOfWork, *, at: datetime) -> dict[str, bytes]:
    """The lists issued at an instant, by issuer: root and issuing."""
    rows = uow.session.execute(
        sa.select(CertificateRow).where(CertificateRow.revoked_at.is_not(None)).order_by(CertificateRow.revoked_at)
    ).scalars()
    revoked = [
        Revoked(serial=row.serial, at=row.revoked_at, reason=row.revocation_reason or "unspecified")
        for row in rows
        if row.revoked_at is not None
    ]
    authority = office.keys.authority
    return {
        "root": authority.crl("root", (), at=at),
        "issuing": authority.crl("issuing", revoked, at=at),
    }


def _next_update(crl: bytes, now: datetime) -> datetime:
    return x509.load_der_x509_crl(crl).next_update_utc or now


@lru_cache(maxsize=256)
def _der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def export_trust(office: Office, directory: Path) -> None:
    """Certificates and lists for whoever verifies offline; the lists are of today, whatever a rehearsal says."""
    with office.reading() as uow:
        lists = revocation_lists(office, uow, at=real_time())
    office.keys.authority.export_trust(directory, lists)
