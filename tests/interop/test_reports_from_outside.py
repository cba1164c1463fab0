"""The report's XML against the schemas that ETSI publishes with TS 119 102-2, as EU DSS carries them."""

import zipfile
from typing import Any

import pytest
from lxml import etree
from outside import made
from signing_pilot import JUDGED, Pilot

from signing.report import ValidationReport
from signing.request import SignatureLevel
from signing.validation import as_xml, validate

EDITION = "xsd/TS119102-2-v122.xsd"
"""the one of the namespace that is written that can be read: in the copy of 1.3.1 a tag is missing"""
BESIDE = {
    "xmldsig-core-schema.xsd": ("specs-xmldsig", "xsd/xmldsig-core-schema.xsd"),
    "xml.xsd": ("specs-xmldsig", "xsd/xml.xsd"),
    "XAdES.xsd": ("specs-xades", "xsd/XAdES.xsd"),
    "ts_119612v020201_201601xsd.xsd": ("specs-trusted-list", "xsd/ts_119612v020101_xsd.xsd"),
}
"""the schemas it refers to on the network, by their file names"""


def packed(library: str, name: str) -> bytes:
    (jar,) = (made() / "lib").glob(f"{library}-*.jar")
    with zipfile.ZipFile(jar) as content:
        return content.read(name)


class Beside(etree.Resolver):
    """Gives the schemas out of the libraries, and nothing from anywhere else."""

    def resolve(self, url: str | None, _public: str | None, context: Any) -> Any:
        name = (url or "").rpartition("/")[2]
        return self.resolve_string(packed(*BESIDE[name]) if name in BESIDE else b"", context)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.fromstring(packed("specs-validation-report", EDITION), parser))


def errors(schema: etree.XMLSchema, *reports: ValidationReport) -> list[str]:
    schema.validate(etree.fromstring(as_xml(reports)))
    return [str(one) for one in schema.error_log]


@pytest.fixture
def reports(pilot: Pilot) -> dict[str, ValidationReport]:
    """Passed, failed, undecided, and no document at all."""
    trust = pilot.trust()
    fielded = pilot.fielded("Signature1")
    signed = pilot.signed(fielded).pdf
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LTA).pdf
    cases = {
        "B-T": signed,
        "B-LTA": raised,
        "rogue": pilot.signed(pilot.signing.allot_fields(fielded, ["Other"]), field="Other").pdf,
        "unsigned": fielded,
        "appended": raised + b"\nmore",
        "nothing": b"",
        "no end": b"%PDF-1.7\n%%EOF",
    }
    return {name: validate(pdf, trust, at=JUDGED, file=f"{name}.pdf") for name, pdf in cases.items()}


def test_every_report_is_valid_by_the_schema(schema: etree.XMLSchema, reports: dict[str, ValidationReport]):
    assert {one.verdict.value for one in reports.values()} == {"TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"}
    assert {name: found for name, one in reports.items() if (found := errors(schema, one))} == {}
    assert errors(schema, *reports.values()) == [], "all in one report"


def test_the_schema_is_asked_in_earnest(schema: etree.XMLSchema, reports: dict[str, ValidationReport]):
    root = etree.fromstring(as_xml([reports["B-LTA"]]))
    root[0].remove(root[0][-1])  # a status every signature has to have
    assert not schema.validate(root)
