"""A report as ETSI TS 119 102-2 XML, for whoever reads verdicts by machine.

A signature that is good by itself in a document that is not (somebody else's signature in it, bytes after the end) does
not stand there as passed: what the document lacks is a constraint on each of its signatures.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from lxml import etree

from signing.report import Material, SignatureReport, TimestampReport, ValidationReport, Verdict, worst

NAMESPACE = "http://uri.etsi.org/19102/v1.2.1#"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
FINDING, SIGNER_FIELD, FILE, SOLE_CONTROL, WAITS_FOR = (
    f"urn:karguzar:report:1:{kind}" for kind in ("finding", "field", "file", "sole-control", "waits-for")
)
DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha224": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "sha3_256": "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
    "sha3_384": "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
    "sha3_512": "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
}
"""RFC 9231"""
_SPACES = {"ds": XMLDSIG, "vr": NAMESPACE, "xs": SCHEMA, "xsi": INSTANCE}
_CONSTRAINT = {Verdict.TOTAL_FAILED: "FORMAT_FAILURE", Verdict.INDETERMINATE: "SIG_CONSTRAINTS_FAILURE"}
"""the sub-indication of a signature that only its document makes worse"""


def as_xml(reports: Sequence[ValidationReport]) -> bytes:
    """One ValidationReport about all signatures of these documents, in order; UTF-8."""
    root = _v("ValidationReport")
    objects: dict[str, etree._Element] = {}
    numbers = count(1)  # the same signature stands in copies of a document, an identifier in one place only
    for report in reports:
        root.extend(_signature(one, report, next(numbers)) for one in report.signatures)
        if not report.signatures:
            root.append(_v("SignatureValidationReport", _status(report.verdict, _code(report), report, None)))
        for signature in report.signatures:
            objects.update(_objects(signature))
    if objects:
        root.append(_v("SignatureValidationObjects", *objects.values()))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _signature(signature: SignatureReport, report: ValidationReport, number: int) -> etree._Element:
    material = signature.material
    verdict = worst(signature.verdict, report.verdict)
    indication = signature.sub_indication if verdict is signature.verdict else _CONSTRAINT[verdict]
    proof = _v(
        "BestSignatureTime",
        _v("POETime", _moment(signature.proven_at or report.at)),
        _v("TypeOfProof", "urn:etsi:019102:poetype:validation"),
    )
    identifier = _v(
        "SignatureIdentifier",
        _digest(material.digest, material.attributes_digest),
        _v("ds:SignatureValue", material.value),
        _v("HashOnly", "false"),
        _v("DocHashOnly", "false"),
        id=f"s-{number}-{_fingerprint(material.value)}",
    )
    information = _v(
        "SignerInformation",
        _v("SignerCertificate", VOReference=_certificate_id(material)),
        _v("Signer", _clean(signature.signer)),
    )
    process = f"urn:etsi:019102:validationprocess:{signature.process.value}"
    return _v(
        "SignatureValidationReport",
        identifier,
        _v("ValidationTimeInfo", _v("ValidationTime", _moment(report.at)), proof),
        _v("SignersDocument", _digest(material.digest, material.document_digest)),
        _attributes(signature),
        information,
        _v("SignatureValidationProcess", _v("SignatureValidationProcessID", process)),
        _status(verdict, indication, report, signature),
    )


def _attributes(signature: SignatureReport) -> etree._Element:
    told = _v("SignatureAttributes")
    if signature.claimed_at is not None:
        told.append(_v("SigningTime", _v("Time", _moment(signature.claimed_at)), Signed="true"))
    told.extend(
        _v("SignatureTimeStamp", _v("TimeStampValue", _moment(one.time)), Signed="false")
        for one in signature.timestamps
        if one.field is None
    )
    told.append(_v("MessageDigest", _v("Digest", signature.material.document_digest), Signed="true"))
    told.extend(
        _v("DocTimeStamp", _v("TimeStampValue", _moment(one.time)), Signed="false")
        for one in signature.timestamps
        if one.field is not None
    )
    told.append(_v("SubFilter", _v("SubFilterElement", signature.material.format), Signed="true"))
    return told


def _status(
    verdict: Verdict, indication: str | None, report: ValidationReport, signature: SignatureReport | None
) -> etree._Element:
    status = _v(
        "SignatureValidationStatus", _v("MainIndication", f"urn:etsi:019102:mainindication:{verdict.value.lower()}")
    )
    if indication:
        status.append(_v("SubIndication", f"urn:etsi:019102:subindication:{indication}"))
    told = [(FILE, report.file or report.sha256)]
    told += [(SIGNER_FIELD, signature.field)] if signature else []
    if signature and signature.sole_control is not None:
        told.append((SOLE_CONTROL, "true" if signature.sole_control else "false"))
    told += [(WAITS_FOR, one) for one in report.waits_for]
    told += [(FINDING, finding) for finding in report.findings]
    data = _v("AdditionalValidationReportData", *(_typed(kind, text) for kind, text in told))
    status.append(_v("AssociatedValidationReportData", data))
    return status


def _objects(signature: SignatureReport) -> Iterator[tuple[str, etree._Element]]:
    """Certificates and timestamps, each once."""
    yield _certificate_id(signature.material), _certificate(signature.material)
    for one in signature.timestamps:
        if one.material.certificate:
            yield _certificate_id(one.material), _certificate(one.material)
            yield f"t-{_fingerprint(one.material.value)}", _timestamp(one)


def _certificate(material: Material) -> etree._Element:
    return _v(
        "ValidationObject",
        _v("ObjectType", "urn:etsi:019102:validationObject:certificate"),
        _v("ValidationObjectRepresentation", _v("base64", material.certificate)),
        id=_certificate_id(material),
    )


def _timestamp(one: TimestampReport) -> etree._Element:
    material = one.material
    status = _v(
        "SignatureValidationStatus",
        _v("MainIndication", f"urn:etsi:019102:mainindication:{one.verdict.value.lower().replace('total-', '')}"),
    )
    if one.sub_indication:
        status.append(_v("SubIndication", f"urn:etsi:019102:subindication:{one.sub_indication}"))
    signer = _v(
        "SignerInformation",
        _v("SignerCertificate", VOReference=_certificate_id(material)),
        _v("Signer", _clean(one.authority)),
    )
    return _v(
        "ValidationObject",
        _v("ObjectType", "urn:etsi:019102:validationObject:timestamp"),
        _v("ValidationObjectRepresentation", _digest("sha256", _text(hashlib.sha256(_bytes(material.value)).digest()))),
        _v("POEProvisioning", _v("POETime", _moment(one.time))),
        _v("ValidationReport", signer, status),
        id=f"t-{_fingerprint(material.value)}",
    )


def _v(name: str, *content: etree._Element | str, **attributes: str) -> etree._Element:
    """An element of the report, or of XML-DSig with `ds:` before its name."""
    space, _, tag = name.rpartition(":")
    element = etree.Element(f"{{{XMLDSIG if space else NAMESPACE}}}{tag}", attributes, nsmap=_SPACES)
    for one in content:
        if isinstance(one, str):
            element.text = one
        else:
            element.append(one)
    return element


def _digest(algorithm: str, value: str) -> etree._Element:
    method = DIGESTS.get(algorithm, f"urn:karguzar:digest:{algorithm}")
    return _v("DigestAlgAndValue", _v("ds:DigestMethod", Algorithm=method), _v("ds:DigestValue", value))


def _typed(kind: str, text: str) -> etree._Element:
    value = _v("Value", _clean(text))
    value.set(f"{{{INSTANCE}}}type", "xs:string")
    return _v("ReportData", _v("Type", kind), value)


def _code(report: ValidationReport) -> str | None:
    """Without a readable signature: what makes it so."""
    return "FORMAT_FAILURE" if report.verdict is Verdict.TOTAL_FAILED else "GENERIC"


def _certificate_id(material: Material) -> str:
    return f"c-{_fingerprint(material.certificate)}"


def _fingerprint(value: str) -> str:
    return hashlib.sha256(_bytes(value)).hexdigest()


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except binascii.Error:
        return value.encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _moment(value: datetime | None) -> str:
    return (value or datetime.fromtimestamp(0, UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _clean(text: str) -> str:
    """What XML 1.0 may hold: a hostile name has other characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
