"""An administrator brings the certificate that an outside authority has issued for a request."""

from dataclasses import dataclass, field
from uuid import UUID

from processes.authorization import require_administrator
from processes.errors import EntryRefused, NotFound
from processes.office import Office
from processes.organisation import person
from processes.own_keys import OwnKey, keep_own_key, reference_of
from processes.tables import CertificateRequestRow
from processes.trust import trust_store
from processes.use_cases.register_key_file import entered_certificates, require_new
from signing.enrolment import require_own
from signing.errors import SigningError


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCertificate:
    """The certificate, PEM or DER, with its issuers if the authority gave them along."""

    by: UUID
    request_id: UUID
    content: bytes = field(repr=False)


def grant_certificate(office: Office, request: GrantCertificate) -> str:
    """Enter it for the person who asked; its serial number.

    :raises NotPermitted: no administrator of that person's body
    :raises NotFound: no such request waits
    :raises EntryRefused: no certificate, for another key or name, leading to no trusted root, not for signing, known
    """
    certificate, *chain = entered_certificates(request.content)
    with office.reading() as uow:
        asked = uow.session.get(CertificateRequestRow, request.request_id)
        if asked is None or asked.state != "waiting":
            raise NotFound("no such request waits")
        holder = person(uow.session, asked.person_id)
        require_administrator(uow.session, request.by, uow.now, body_id=holder.body_id)
    try:
        matched_by = require_own(
            certificate, tuple(chain), name=holder.name, trust=trust_store(office), at=office.clock()
        )
    except SigningError as error:
        raise EntryRefused("certificate", getattr(error, "rule", error.code)) from error
    with office.unit_of_work() as uow:
        row = uow.session.get(CertificateRequestRow, request.request_id, with_for_update=True)
        if row is None or row.state != "waiting":
            raise NotFound("no such request waits")
        actor = require_administrator(uow.session, request.by, uow.now, body_id=holder.body_id)
        if reference_of(certificate) != row.key_reference:
            raise EntryRefused("certificate", "another-key")
        require_new(uow, certificate)
        own = OwnKey(certificate=certificate, chain=chain, store="browser", matched_by=matched_by)
        serial = keep_own_key(uow, row.person_id, own, actor=actor)
        row.state, row.ended_at = "granted", uow.now
        uow.commit()
    return serial
