"""Trusted lists (ETSI TS 119 612, versions 5 and 6): who is, and was, granted to certify signers and to stamp time."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.errors import TrustedListRefused
from signing.services import Period, Purpose, TrustedService, periods_as_json, periods_from_json
from signing.timestamp import CLOCK_TOLERANCE
from signing.trusted_list_signature import LARGEST, SPACE, authentic_list

__all__ = [
    "LARGEST",
    "Period",
    "Purpose",
    "TrustedList",
    "TrustedService",
    "periods_as_json",
    "periods_from_json",
    "read_operators",
    "read_trusted_list",
    "require_newer",
]

VERSIONS = (5, 6)
MOST_SERVICES = 20_000
LISTS_OF_LISTS = "ListOfTheLists".casefold()
KINDS = {
    "http://uri.etsi.org/TrstSvc/Svctype/CA/QC": Purpose.SIGNATURES,
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST": Purpose.TIMESTAMPS,
}
"""services that anchor chains (5.5.1.1)"""
GRANTED = frozenset(
    f"http://uri.etsi.org/TrstSvc/{place}/{status}"
    for place, statuses in {
        "TrustedList/Svcstatus": ("granted", "undersupervision", "supervisionincessation", "accredited"),
        "Svcstatus/eSigDir-1999-93-EC-TrustedList/Svcstatus": ("undersupervision", "supervisionincessation"),
    }.items()
    for status in statuses
)
"""granted, and its names before 1 July 2016 (5.5.4 and annex J)"""
FOR_SITES = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication"
FOR_SIGNERS = frozenset(
    f"http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{one}" for one in ("ForeSignatures", "ForeSeals")
)
_T = {"t": SPACE}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """What an authentic list says."""

    territory: str
    """ISO 3166 code, or EU"""
    operator: str
    version: int
    sequence: int
    issued_at: datetime
    next_update: datetime | None
    """None: the list is closed, nothing follows"""
    services: tuple[TrustedService, ...] = field(repr=False)
    left_out: int
    """services of kinds that anchor nothing here, or without a certificate that can be read"""


def read_operators(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a scheme operator, PEM or DER.

    :raises TrustedListRefused: rule "operator"
    """
    try:
        if b"-----BEGIN" in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except ValueError as error:
        raise TrustedListRefused("operator", f"no certificate that can be read: {error}") from error


def read_trusted_list(data: bytes, operators: Sequence[x509.Certificate], *, at: datetime) -> TrustedList:
    """A list that is authentic and holds at a time.

    :param operators: certificates of its scheme operator, got by another way than the list itself
    :raises TrustedListRefused: rules size, shape, kind, operator, signature, expired, future
    """
    root = authentic_list(data, operators, at=at)
    try:
        found = _list_of(root)
    except (ValueError, TypeError) as error:
        raise TrustedListRefused("shape", str(error)[:300]) from error
    if found.issued_at > at + CLOCK_TOLERANCE:
        raise TrustedListRefused("future", f"it is issued on {found.issued_at:%Y-%m-%d %H:%M} UTC, in the future")
    if found.next_update is not None and found.next_update <= at:
        raise TrustedListRefused("expired", f"it ended on {found.next_update:%Y-%m-%d %H:%M} UTC; get the next one")
    return found


def require_newer(known: int, found: TrustedList, *, same: bool) -> None:
    """A list never goes back: an older one would grant again what was withdrawn.

    :param known: the sequence number of the list that is in force
    :param same: it is that very list, byte for byte
    :raises TrustedListRefused: rule "stale"
    """
    if found.sequence < known or (found.sequence == known and not same):
        raise TrustedListRefused("stale", f"its sequence number is {found.sequence}, and {known} is known already")


def _list_of(root: etree._Element) -> TrustedList:
    scheme = _child(root, "SchemeInformation")
    version = int(_text(scheme, "TSLVersionIdentifier"))
    kind = _text(scheme, "TSLType")
    if version not in VERSIONS:
        raise TrustedListRefused("kind", f"version {version} is not read here; 5 and 6 are")
    if LISTS_OF_LISTS in kind.casefold():
        raise TrustedListRefused("kind", "a list of lists: import the list of each territory by itself")
    next_update = _moment(scheme, "NextUpdate/t:dateTime")
    issued_at = _moment(scheme, "ListIssueDateTime")
    if issued_at is None:
        raise ValueError("it does not say when it was issued")
    services: list[TrustedService] = []
    left_out = 0
    for provider in root.iterfind("t:TrustServiceProviderList/t:TrustServiceProvider", _T):
        for service in provider.iterfind("t:TSPServices/t:TSPService", _T):
            read = list(_services(provider, service, next_update))
            services += read
            left_out += not read
            if len(services) > MOST_SERVICES:
                raise TrustedListRefused("size", f"more than {MOST_SERVICES} services")
    return TrustedList(
        territory=_text(scheme, "SchemeTerritory"),
        operator=_name(_child(scheme, "SchemeOperatorName")),
        version=version,
        sequence=int(_text(scheme, "TSLSequenceNumber")),
        issued_at=issued_at,
        next_update=next_update,
        services=tuple(services),
        left_out=left_out,
    )


def _services(
    provider: etree._Element, service: etree._Element, next_update: datetime | None
) -> Iterator[TrustedService]:
    """One for each certificate of a service, where it is of a kind that anchors chains."""
    now = _child(service, "ServiceInformation")
    purpose = KINDS.get(_text(now, "ServiceTypeIdentifier"))
    if purpose is None or not _for_signers(now):
        return
    name = f"{_name(_child(provider, 'TSPInformation/t:TSPName'))}, {_name(_child(now, 'ServiceName'))}"
    periods = _periods([now, *service.iterfind("t:ServiceHistory/t:ServiceHistoryInstance", _T)])
    for der in _certificates(now):
        yield TrustedService(certificate=der, purpose=purpose, name=name, periods=periods, known_until=next_update)


def _for_signers(information: etree._Element) -> bool:
    """Not one that certifies web sites only (5.5.9.4)."""
    told = {
        (one.text or "").strip()
        for one in information.iterfind(
            "t:ServiceInformationExtensions/t:Extension/t:AdditionalServiceInformation/t:URI", _T
        )
    }
    return FOR_SITES not in told or bool(told & FOR_SIGNERS)


def _periods(entries: Sequence[etree._Element]) -> tuple[Period, ...]:
    """When a service was granted, oldest first: each status lasts until the next one begins (5.5.4, 5.5.5, 5.6)."""
    told = sorted((_required(_moment(one, "StatusStartingTime")), _text(one, "ServiceStatus")) for one in entries)
    ends = [begins for begins, _ in told[1:]] + [None]
    granted = [Period(begins, end) for (begins, status), end in zip(told, ends, strict=True) if status in GRANTED]
    joined = granted[:1]
    for earlier, later in pairwise(granted):
        if earlier.ends == later.begins:
            joined[-1] = Period(joined[-1].begins, later.ends)
        else:
            joined.append(later)
    return tuple(joined)


def _certificates(information: etree._Element) -> Iterator[bytes]:
    """DER of each certificate that can be read; others anchor nothing."""
    for one in information.iterfind("t:ServiceDigitalIdentity/t:DigitalId/t:X509Certificate", _T):
        try:
            der = base64.b64decode("".join((one.text or "").split()), validate=True)
            yield x509.load_der_x509_certificate(der).public_bytes(Encoding.DER)
        except (binascii.Error, ValueError):
            continue


def _child(element: etree._Element, path: str) -> etree._Element:
    found = element.find(f"t:{path}", _T)
    if found is None:
        raise ValueError(f"it has no {path.replace('t:', '')}")
    return found


def _text(element: etree._Element, path: str) -> str:
    return (_child(element, path).text or "").strip()


def _name(element: etree._Element) -> str:
    """In English, which every list has, else the first (5.1.4)."""
    names = {one.get(_LANGUAGE, ""): " ".join((one.text or "").split()) for one in element.iterfind("t:Name", _T)}
    return names.get("en") or next(iter(names.values()), "")


def _moment(element: etree._Element, path: str) -> datetime | None:
    found = element.find(f"t:{path}", _T)
    if found is None or not (found.text or "").strip():
        return None
    moment = datetime.fromisoformat((found.text or "").strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _required(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("a status does not say when it began")
    return moment
