"""Which signatures may be made here, as data; every refusal names its rule.

A task says what its signature must be (`TaskPolicy`, from the process package), the office what it takes at all
(`OfficePolicy`, from karguzar.toml). Both are asked when a document is prepared and again when its signature arrives.
Usage of certificates is one rule for making signatures and for judging them.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.algorithms import ACCEPTABLE, label_of, mechanism_of, public_key_of, require_acceptable
from signing.certificates import DOCUMENT_SIGNING, FULL_NAME
from signing.cms import load_certificate
from signing.errors import NotSignable
from signing.keys import KINDS
from signing.request import SignatureLevel

Kind = TypeVar("Kind", bound=x509.ExtensionType)

RULES = {
    "kind": "A person signs, or the body by its seal, as the task asks",
    "key-store": "The key lies in a kind of store that office and task take",
    "sole-control": "The signer alone controls the key, where office or task ask for it",
    "holder": "The certificate is this person's, by a way of matching that the office takes",
    "usage": "The certificate was issued for signatures, and for documents",
    "algorithm": "Key and digest are fit at this time",
    "chain": "The certificate leads to an anchor this office trusts",
    "validity": "Every certificate of the chain is valid at this time",
    "revocation": "No certificate of the chain is known to be revoked",
    "certificate": "The signature is by the certificate that the document names",
    "digest": "The signature is over this document",
    "value": "The signature value is this key's",
    "attributes": "The signed attributes are those of a PAdES signature of this document, each once",
    "declined": "The signer has not declined on the device or the page where they were asked",
    "consent": "Who comes back from a service's page was led there for this document, and comes back once",
    "shape": "What an agent or a service returned is a CMS with one detached signature",
}
"""every rule a signature being made can fail by, and what it asks"""


ALGORITHMS = frozenset(label_of(one) for one in ACCEPTABLE)
"""what an office may set an earlier day for"""


class Matched(StrEnum):
    """How a certificate was found to be a person's."""

    ISSUED = "issued"
    """this office's authority issued it, with the person's own number in it"""
    NUMBER = "number"
    """its subject has the number that an administrator entered from the person's papers"""
    NAME = "name"
    """its subject has the person's full name, letter by letter"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPolicy:
    """What one task asks of the signature its document gets."""

    sealed: bool = False
    """the body's seal stands for its officer; what is said of people's keys and certificates does not count then"""
    level: SignatureLevel | None = None
    """to which the document is raised after signing, where that is more than the office's usual one"""
    key_stores: frozenset[str] = frozenset(KINDS)
    """kinds of store that may hold the key"""
    sole_control: bool = False
    """the signer alone controls the key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePolicy:
    """What an office takes at all; a task can only ask for more."""

    key_stores: frozenset[str] = frozenset(KINDS)
    sole_control: bool = False
    matched_by: frozenset[Matched] = frozenset(Matched)
    algorithms: Mapping[str, date] = field(default_factory=dict)
    """label → a day before the table's from which it is no longer taken"""
    grace: timedelta = timedelta()
    """how long after a signature data about its signer's revocation must be issued to count"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The certificate somebody wants to sign with, and where its key is."""

    certificate: bytes = field(repr=False)
    """DER"""
    key_store: str
    """kind of store"""
    sole_control: bool
    matched_by: str
    """how it was found to be the person's when it was enrolled"""
    seal: bool = False
    """it is a body's, whose key the office itself keeps"""


def require_policy(candidate: Candidate, task: TaskPolicy, office: OfficePolicy, *, at: datetime) -> None:
    """This certificate may sign this task's document. Chain and revocation are asked when the signature is there.

    :raises NotSignable: rules kind, key-store, sole-control, holder, algorithm, usage, validity
    """
    if candidate.seal != task.sealed:
        asked, given = ("a body's seal", "a person's certificate")[:: 1 if task.sealed else -1]
        raise NotSignable("kind", f"this task asks for {asked}, not for {given}")
    if not candidate.seal:
        _require_personal(candidate, task, office)
    certificate = load_certificate(candidate.certificate)
    key = public_key_of(certificate)
    require_acceptable(key, mechanism_of(key).digest, at=at, sooner=office.algorithms)
    require_signing_usage(certificate)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise NotSignable("validity", f"the certificate is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}")


def _require_personal(candidate: Candidate, task: TaskPolicy, office: OfficePolicy) -> None:
    allowed = task.key_stores & office.key_stores
    if candidate.key_store not in allowed:
        told = ", ".join(sorted(allowed)) or "none"
        raise NotSignable("key-store", f"keys in {candidate.key_store} are not taken here; taken are: {told}")
    if (task.sole_control or office.sole_control) and not candidate.sole_control:
        raise NotSignable("sole-control", f"a key in {candidate.key_store} is not under the signer's sole control")
    if candidate.matched_by not in office.matched_by:
        told = ", ".join(sorted(office.matched_by)) or "none"
        raise NotSignable("holder", f"it was matched by {candidate.matched_by}; this office takes: {told}")


def matched(certificate: bytes, *, name: str, number: str = "") -> Matched:
    """How a certificate from outside is this person's: by the number where one is given, else by the full name.

    :param number: of the person's papers, as the authority writes it into serialNumber (ETSI EN 319 412-1: `PNOAZ-…`,
        `IIN…`); an administrator enters it
    :raises NotSignable: rule "holder"
    """
    subject = load_certificate(certificate).subject
    if number:
        if _folded(number) in {_folded(one) for one in _values(subject, NameOID.SERIAL_NUMBER)}:
            return Matched.NUMBER
        raise NotSignable("holder", f"its subject has another number than {number}")
    names = {*_values(subject, NameOID.COMMON_NAME), *_values(subject, FULL_NAME)}
    surnames, given = _values(subject, NameOID.SURNAME), _values(subject, NameOID.GIVEN_NAME)
    names |= {f"{one} {other}" for one in surnames for other in given}
    if _folded(name) in {_folded(one) for one in names}:
        return Matched.NAME
    raise NotSignable("holder", f"it names {' / '.join(sorted(names)) or 'nobody'}, not {name}")


def _values(subject: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in subject.get_attributes_for_oid(kind)]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


KEY_USAGES = frozenset({"digital_signature", "non_repudiation"})
"""one of them is needed (asn1crypto's names)"""
EXTENDED_USAGES = {
    DOCUMENT_SIGNING.dotted_string: "id-kp-documentSigning (RFC 9336)",
    ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string: "email_protection",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string: "any_extended_key_usage",
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string: "client_auth",
    "1.3.6.1.4.1.311.10.3.12": "microsoft_document_signing",
    "1.2.840.113583.1.1.5": "adobe_authentic_documents_trust",
}
"""a certificate with extended key usages needs one of these; one without may sign. Many national authorities issue
signing certificates with client authentication only"""


def require_signing_usage(certificate: x509.Certificate) -> None:
    """The certificate was issued for signing.

    :raises NotSignable: rule "usage"
    """
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise NotSignable("usage", "the certificate's key usage does not allow signatures")
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    if extended is not None and not any(one.dotted_string in EXTENDED_USAGES for one in extended):
        raise NotSignable("usage", "the certificate was issued for something else than documents")


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:
        raise NotSignable("usage", "the certificate's extensions cannot be read") from error
