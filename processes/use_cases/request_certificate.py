"""Enrol a key made in the officer's browser: the pilot authority certifies it at once, or the request waits."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from processes.errors import EntryRefused
from processes.office import Office
from processes.own_keys import OwnKey, keep_own_key, reference_of_key, subject_of
from processes.tables import CertificateRequestRow
from signing.enrolment import CheckedRequest, Matched, checked_request
from signing.errors import RequestRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCertificate:
    """The two parts of a PKCS#10 request, as the page made them."""

    by: UUID
    info: bytes = field(repr=False)
    """CertificationRequestInfo, DER"""
    value: bytes = field(repr=False)
    """its signature, ECDSA as r‖s"""


def request_certificate(office: Office, request: RequestCertificate) -> str | None:
    """The new certificate's serial number; None: an administrator takes the request to the outside authority.

    :raises EntryRefused: no request, or of another person, or for a key that is not allowed
    """
    with office.reading() as uow:
        subject = subject_of(uow.session, request.by)
    try:
        checked = checked_request(request.info, request.value, subject)
    except RequestRefused as error:
        raise EntryRefused("key", error.rule) from error
    if office.settings.officers_authority == "outside":
        _keep_waiting(office, request.by, checked)
        return None
    issued = office.keys.authority.certify(subject, checked.public_key, at=office.clock())
    own = OwnKey(certificate=issued.certificate, chain=issued.chain, store="browser", matched_by=Matched.ISSUED)
    with office.unit_of_work() as uow:
        serial = keep_own_key(uow, request.by, own, actor=str(request.by))
        uow.commit()
    return serial


def _keep_waiting(office: Office, person_id: UUID, checked: CheckedRequest) -> None:
    reference = reference_of_key(checked.spki)
    with office.unit_of_work() as uow:
        waiting = {"person_id": person_id, "state": "waiting"}
        uow.update(CertificateRequestRow, waiting, state="withdrawn", ended_at=uow.now)
        uow.insert(
            CertificateRequestRow,
            id=uuid4(),
            person_id=person_id,
            key_reference=reference,
            pem=checked.pem,
            state="waiting",
            requested_at=uow.now,
        )
        uow.audit.record(
            "person:certificate:request", actor=str(person_id), subject=str(person_id), details={"key": reference}
        )
        uow.commit()
