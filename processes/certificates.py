"""Officers' certificates and the PIN that opens their keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import sqlalchemy as sa

from processes.detached import Detached
from processes.errors import NoCertificate, PinLocked, PinRefused
from processes.office import Office
from processes.tables import CertificateRow
from processes.unit_of_work import UnitOfWork
from signing.errors import WrongPin
from signing.keys.pkcs12 import open_pkcs12, unwrap
from signing.keys.software import SoftwareKey

PIN_TRIES = 5
PIN_LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedKey:
    """An officer's key, open in memory for one signature."""

    certificate: CertificateRow
    key: SoftwareKey


_NOW = sa.bindparam("now", type_=CertificateRow.not_after.type)
_VALID = (
    CertificateRow.person_id == sa.bindparam("person", type_=sa.Uuid()),
    CertificateRow.revoked_at.is_(None),
    CertificateRow.not_before <= _NOW,
    CertificateRow.not_after > _NOW,
)
_IN_FORCE = Detached(CertificateRow, *_VALID, order=(CertificateRow.issued_at.desc(), CertificateRow.not_after.desc()))
_NAMED = Detached(CertificateRow, *_VALID, CertificateRow.serial == sa.bindparam("serial", type_=sa.String()))


def certificate_of(uow: UnitOfWork, person_id: UUID, here: Collection[str] = ()) -> CertificateRow:
    """The certificate of a person that was enrolled last, of those valid now.

    Somebody with a key in each of several browsers gets the one whose key is in the browser they sit at.

    :param here: the keys of that browser, by their references
    :raises NoCertificate: there is none
    """
    found = _IN_FORCE.all(uow.session, person=person_id, now=uow.now)
    if not found:
        raise NoCertificate
    if found[0].key_store != "browser":
        return found[0]
    return next((row for row in found if row.key_store == "browser" and row.key_reference in here), found[0])


def named_certificate(uow: UnitOfWork, person_id: UUID, serial: str) -> CertificateRow:
    """The certificate that a document names, if it is this person's and valid now.

    :raises NoCertificate: revoked, expired, or somebody else's
    """
    row = _NAMED.one(uow.session, person=person_id, serial=serial, now=uow.now)
    if row is None:
        raise NoCertificate
    return row


def open_key(office: Office, person_id: UUID, pin: str, *, serial: str | None = None) -> OpenedKey:
    """Open a person's key with the PIN. A wrong one is counted, in a transaction of its own.

    :param serial: of the certificate that the document names; None: the newest
    :raises NoCertificate: there is none in force, or its key is not kept here
    :raises PinRefused: wrong, with the tries left
    :raises PinLocked: too many wrong ones, with when it opens again
    """
    with office.reading() as uow:
        certificate = certificate_of(uow, person_id) if serial is None else named_certificate(uow, person_id, serial)
        if certificate.wrapped_key is None:
            raise NoCertificate("the key of this certificate is not kept by the server")
        if certificate.locked_until is not None and certificate.locked_until > uow.now:
            raise PinLocked(certificate.locked_until)
    try:
        key = open_pkcs12(unwrap(certificate.wrapped_key, office.keys.server_key), pin)
    except WrongPin:
        count_wrong_pin(office, certificate, person_id)
    forget_wrong_pins(office, certificate)
    return OpenedKey(certificate=certificate, key=key)


def count_wrong_pin(office: Office, certificate: CertificateRow, person_id: UUID) -> NoReturn:
    """Write a wrong PIN down, in a transaction of its own; after five the key is locked for a quarter of an hour.

    :raises PinRefused: with the tries left; :raises PinLocked: with when it opens again
    """
    with office.unit_of_work() as uow:
        uow.update(CertificateRow, {"id": certificate.id}, failed_pins=CertificateRow.failed_pins + 1)
        failed = uow.session.scalar(sa.select(CertificateRow.failed_pins).where(CertificateRow.id == certificate.id))
        left = PIN_TRIES - (failed or 0)
        uow.audit.record(
            "key:pin:refuse", actor=str(person_id), subject=certificate.serial, details={"left": max(left, 0)}
        )
        until = uow.now + PIN_LOCK
        if left <= 0:
            uow.update(CertificateRow, {"id": certificate.id}, failed_pins=0, locked_until=until)
        uow.commit()
    if left <= 0:
        raise PinLocked(until)
    raise PinRefused(left)


def forget_wrong_pins(office: Office, certificate: CertificateRow) -> None:
    """The right PIN begins the count anew."""
    if certificate.failed_pins == 0:
        return
    with office.unit_of_work() as uow:
        uow.update(CertificateRow, {"id": certificate.id}, failed_pins=0, locked_until=None)
        uow.commit()
