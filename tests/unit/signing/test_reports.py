"""Reports in full: JSON there and back, and the XML of ETSI TS 119 102-2 in the order and the terms of its schema."""

import json
from datetime import timedelta

from lxml import etree
from signing_archival import with_archival_timestamp, with_validation_data
from signing_pilot import JUDGED, SIGNED, Pilot, SetClock

from signing.report import ValidationReport
from signing.validation import as_details, as_xml, from_details, validate

V, DS = "{http://uri.etsi.org/19102/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
ORDER = {
    "ValidationReport": ["SignatureValidationReport", "SignatureValidationObjects"],
    "SignatureValidationReport": [
        "SignatureIdentifier",
        "ValidationTimeInfo",
        "SignersDocument",
        "SignatureAttributes",
        "SignerInformation",
        "SignatureValidationProcess",
        "SignatureValidationStatus",
    ],
    "SignatureIdentifier": ["DigestAlgAndValue", "SignatureValue", "HashOnly", "DocHashOnly"],
    "ValidationTimeInfo": ["ValidationTime", "BestSignatureTime"],
    "BestSignatureTime": ["POETime", "TypeOfProof"],
    "SignatureAttributes": ["SigningTime", "SignatureTimeStamp", "MessageDigest", "DocTimeStamp", "SubFilter"],
    "SignerInformation": ["SignerCertificate", "Signer"],
    "SignatureValidationStatus": ["MainIndication", "SubIndication", "AssociatedValidationReportData"],
    "ValidationObject": ["ObjectType", "ValidationObjectRepresentation", "POEProvisioning", "ValidationReport"],
}
"""the sequences of the schema (TS 119 102-2, annex C), as far as they are written; the schema itself is not kept here:
tests/interop/test_reports_from_outside.py asks it"""


def archival(pilot: Pilot) -> ValidationReport:
    later = SIGNED + timedelta(hours=2)
    trust = pilot.trust(at=later)
    pdf = with_validation_data(pilot.signed().pdf, trust, later)
    pdf = with_archival_timestamp(pdf, pilot.authority.timestamper(SetClock(later)), trust, later)
    return pilot.signing.validate(pdf, pilot.trust(), at=JUDGED).named("archival.pdf")


def require_order(element: etree._Element) -> None:
    sequence = ORDER.get(etree.QName(element).localname)
    if (sequence is not None and element.getparent() is not None) or element.tag == f"{V}ValidationReport":
        names = [etree.QName(child).localname for child in element]
        known = sequence or []
        if element.getparent() is not None and element.tag == f"{V}ValidationReport":
            known = ORDER["SignatureValidationReport"]
        assert names == sorted(names, key=known.index), names
    for child in element:
        require_order(child)


def texts(root: etree._Element, name: str) -> list[str | None]:
    return [one.text for one in root.iter(f"{V}{name}")]


def test_a_report_comes_back_from_json_as_it_was(pilot: Pilot):
    report = archival(pilot)
    told = json.loads(json.dumps(as_details(report)))
    assert from_details(told) == report
    (signature,) = told["signatures"]
    assert (told["sha256"], told["bytes"]) == (report.sha256, report.bytes)
    assert [one["field"] is None for one in signature["timestamps"]] == [True, False]
    assert signature["material"]["algorithm"] == "ecdsa"


def test_the_xml_has_the_order_and_the_terms_of_the_schema(pilot: Pilot):
    root = etree.fromstring(as_xml([archival(pilot)]))
    require_order(root)
    assert texts(root, "MainIndication")[0] == "urn:etsi:019102:mainindication:total-passed"
    assert texts(root, "SignatureValidationProcessID") == ["urn:etsi:019102:validationprocess:LTVM"]
    assert texts(root, "POETime")[0] == "2026-03-19T10:30:15Z"
    names = {one.get("id") for one in root.iter(f"{V}ValidationObject")}
    assert names >= {one.get("VOReference") for one in root.iter(f"{V}SignerCertificate")}
    assert {one.get("Algorithm") for one in root.iter(f"{DS}DigestMethod")} == {
        "http://www.w3.org/2001/04/xmlenc#sha256"
    }


def test_a_good_signature_in_a_bad_document_does_not_stand_there_as_passed(pilot: Pilot):
    fielded = pilot.signing.allot_fields(pilot.fielded("Signature1"), ["Other"])
    report = pilot.signing.validate(pilot.signed(fielded, field="Other").pdf, pilot.trust(), at=JUDGED)
    assert report.signatures[0].verdict == "TOTAL-PASSED"
    root = etree.fromstring(as_xml([report]))
    assert texts(root, "MainIndication")[0] == "urn:etsi:019102:mainindication:total-failed"
    findings = [one.text for one in root.iter(f"{V}Value")]
    assert any(one and one.startswith("UNEXPECTED_SIGNATURE") for one in findings)


def test_a_file_without_a_readable_signature_and_a_hostile_name_make_well_formed_xml(pilot: Pilot):
    reports = [
        validate(data, pilot.trust(), at=JUDGED, file="a\x00\x1b\ud800.pdf") for data in (b"", b"%PDF-1.7\n%%EOF")
    ]
    root = etree.fromstring(as_xml(reports))
    assert texts(root, "MainIndication") == ["urn:etsi:019102:mainindication:total-failed"] * 2
    assert texts(root, "SubIndication") == ["urn:etsi:019102:subindication:FORMAT_FAILURE"] * 2


def test_copies_of_a_document_share_no_identifier(pilot: Pilot):
    report = archival(pilot)
    root = etree.fromstring(as_xml([report, report.named("copy.pdf")]))
    identifiers = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(identifiers) == len(set(identifiers)) > 2
