"""Choose the PIN of a key that the server keeps: a certificate for who has no such key, a new PIN for who has.

Offered for pilots: a key that the server keeps is not in its holder's sole control.
"""

from dataclasses import dataclass, field
from uuid import UUID

from processes.certificates import certificate_of, open_key
from processes.errors import EntryRefused, NoCertificate
from processes.office import Office
from processes.tables import CertificateRow
from processes.use_cases.enrol import EnrolOfficer, enrol_officer
from signing.errors import WeakPin
from signing.keys.pkcs12 import locked_again, wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePin:
    """The new PIN, and the old one where there is a key already. Nobody else ever knows either."""

    by: UUID
    new: str = field(repr=False)
    old: str = field(default="", repr=False)


def choose_pin(office: Office, request: ChoosePin) -> str:
    """Lock one's key with a new PIN, or get the first key and certificate; the certificate's serial number.

    Who has forgotten the PIN needs a new certificate: an administrator revokes the old one first.

    :raises EntryRefused: the new PIN is too short
    :raises PinRefused: the old PIN is wrong, with the tries left; :raises PinLocked: too many wrong ones
    """
    try:
        if not _has_key(office, request.by):
            return enrol_officer(office, EnrolOfficer(person_id=request.by, pin=request.new, by=str(request.by)))
        return _relock(office, request)
    except WeakPin as error:
        raise EntryRefused("pin", "too-short") from error


def _has_key(office: Office, person_id: UUID) -> bool:
    with office.reading() as uow:
        try:
            return certificate_of(uow, person_id).key_store == "pkcs12"
        except NoCertificate:
            return False


def _relock(office: Office, request: ChoosePin) -> str:
    opened = open_key(office, request.by, request.old)
    container = wrap(locked_again(opened.key, request.new), office.keys.server_key)
    serial = opened.certificate.serial
    with office.unit_of_work() as uow:
        uow.update(CertificateRow, {"id": opened.certificate.id}, wrapped_key=container)
        uow.audit.record("key:pin:change", actor=str(request.by), subject=serial)
        uow.commit()
    return serial
