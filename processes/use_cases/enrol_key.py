"""Enrol a certificate whose key is in a store of karguzar.toml: a token, a remote service, an agent, a telephone.

The person proves to have the key where the store can be asked at once; whose the certificate is, is found by its number
or name and written to the audit trail.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.errors import EntryRefused, KeyStoreFailed, SignatureRefused
from processes.key_stores import Store
from processes.office import Office
from processes.organisation import person
from processes.tables import CertificateRow
from processes.trust import trust_store
from signing.errors import CertificateUnusable, NotSignable, StoreFailed, WrongPin
from signing.keys import KeyEntry
from signing.keys.consent import ConsentStore
from signing.keys.csc import CscStore
from signing.keys.enrolment import enrollable, read_certificates, require_possession, subject_of
from signing.keys.pkcs11 import Pkcs11Store
from signing.policy import Candidate, TaskPolicy, matched, require_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolKey:
    """A person's certificate and where its key is."""

    person_id: UUID
    store: str
    """its name in karguzar.toml"""
    reference: str = ""
    """what the store knows the key by: `<token serial>/<key id>`, a credentialID, a telephone's number"""
    secret: str = field(default="", repr=False)
    """PIN, or PIN and one-time password; for stores that the server opens"""
    certificates: bytes = field(default=b"", repr=False)
    """PEM or DER, the person's first, then its issuers'; for stores that cannot be asked for it"""
    number: str = ""
    """of the person's papers, as the authority writes it into serialNumber; empty: matched by the full name"""
    by: str


def enrol_key(office: Office, request: EnrolKey) -> str:
    """Check and keep the certificate; its serial number.

    :raises ConfigurationError: no such store
    :raises KeyStoreFailed: it does not answer, or has no such key
    :raises EntryRefused: wrong secret, unreadable certificate, or enrolled before
    :raises SignatureRefused: the rule says why this certificate cannot sign here, holder among them
    """
    store = office.key_stores.named(request.store)
    try:
        entry = _entry(store, request)
        _require_possession(store, entry, request.secret)
        return _kept(office, store, entry, request)
    except WrongPin as error:
        raise EntryRefused("pin", "wrong") from error
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    except NotSignable as error:
        raise SignatureRefused(error.rule, error.reason) from error
    except CertificateUnusable as error:
        raise EntryRefused("certificate", "malformed") from error


def keys_in(office: Office, name: str, *, secret: str = "", token: str = "") -> list[tuple[str, str]]:
    """(reference, subject) of what a store offers to be enrolled; a token's need its PIN. Without a token: the tokens.

    :raises KeyStoreFailed: it does not answer; :raises EntryRefused: the PIN is wrong, or the store lists nothing
    """
    store = office.key_stores.named(name)
    try:
        if isinstance(store, Pkcs11Store):
            if not token:
                return store.tokens()
            entries = store.listed(secret, serial=token)
        elif isinstance(store, CscStore | ConsentStore):
            entries = _remote(store).listed()
        else:
            raise EntryRefused("store", "malformed")
    except WrongPin as error:
        raise EntryRefused("pin", "wrong") from error
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    return [(one.reference, subject_of(one.certificate)) for one in entries]


def _entry(store: Store, request: EnrolKey) -> KeyEntry:
    if isinstance(store, CscStore | ConsentStore):
        return _remote(store).credential(request.reference).entry
    if isinstance(store, Pkcs11Store):
        for entry in store.listed(request.secret, serial=request.reference.partition("/")[0]):
            if entry.reference == request.reference:
                return entry
        raise StoreFailed(store.where, f"there is no certificate {request.reference}", "see `karguzar key list`")
    first, *issuers = read_certificates(request.certificates)
    return KeyEntry(certificate=first, chain=tuple(issuers), reference=request.reference)


def _remote(store: CscStore | ConsentStore) -> CscStore:
    return store.remote if isinstance(store, ConsentStore) else store


def _require_possession(store: Store, entry: KeyEntry, secret: str) -> None:
    """A store the server opens signs something fresh; of the others the first signature shows it."""
    if isinstance(store, CscStore | Pkcs11Store):
        require_possession(store, entry, secret)


def _kept(office: Office, store: Store, entry: KeyEntry, request: EnrolKey) -> str:
    facts, chain = enrollable(entry, trust_store(office), at=office.clock())
    with office.unit_of_work() as uow:
        by = matched(entry.certificate, name=person(uow.session, request.person_id).name, number=request.number)
        candidate = Candidate(
            certificate=entry.certificate,
            key_store=store.kind.name,
            sole_control=store.sole_control,
            matched_by=by,
        )
        require_policy(candidate, TaskPolicy(), office.key_stores.policy, at=uow.now)
        if uow.session.scalar(sa.select(CertificateRow.id).where(CertificateRow.serial == facts.serial)) is not None:
            raise EntryRefused("certificate", "taken")
        uow.insert(
            CertificateRow,
            id=uuid4(),
            person_id=request.person_id,
            body_id=None,
            serial=facts.serial,
            subject=facts.subject,
            issuer=facts.issuer,
            pem=facts.certificate_pem,
            not_before=facts.not_before,
            not_after=facts.not_after,
            chain=chain,
            key_store=request.store,
            key_reference=entry.reference,
            matched_by=by,
            failed_pins=0,
            issued_at=uow.now,
        )
        uow.audit.record(
            "person:certificate:enrol",
            actor=request.by,
            subject=str(request.person_id),
            details={"serial": facts.serial, "key_store": request.store, "matched_by": str(by)},
        )
        uow.commit()
    return facts.serial
