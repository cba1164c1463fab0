"""Several signatures on one document: allotted fields, DocMDP, the closing seal, and judging them together."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import rfc8785
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import read_certification_data
from signing_pilot import JUDGED, OFFICER, Pilot, document

from signing.errors import DocumentLocked
from signing.keys.software import SoftwareKey
from signing.report import Standing, ValidationReport
from signing.request import SignatureLevel
from signing.structure import open_pdf

BODY = "Dövlət Agentliyi"
MEMBERS = ("Məmmədova Aygün", "Quliyev Orxan", "Həsənova Leyla")
FIELDS = ("officer", "cosigner1", "cosigner2", "cosigner3", "closing")
Keys = Callable[..., SoftwareKey]


def entry(field: str, person: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "role": "member", "person": person, **more}


def expecting(needed: int = 2, **more: Any) -> list[dict[str, Any]]:
    members = [
        entry(f"cosigner{number}", person, group="sign", needed=needed, **more)
        for number, person in enumerate(MEMBERS, start=1)
    ]
    return [entry("officer", OFFICER), *members, {"field": "closing", "role": "e-seal", "person": BODY}]


def shared(pilot: Pilot, expected: list[dict[str, Any]]) -> bytes:
    """A document with its fields, signed by the first of them."""
    step = rfc8785.dumps({"expected_signatures": expected, "previous": []}).decode()
    pdf = pilot.signing.allot_fields(document(step=step), FIELDS, closing="closing")
    return pilot.signed(pdf, field="officer", others_follow=True).pdf


def cosigned(pilot: Pilot, key: SoftwareKey, pdf: bytes, field: str, **more: Any) -> bytes:
    request = pilot.request(pdf, field, certificate=key.certificate, chain=key.chain, certify=False, **more)
    return pilot.signing.sign(request, key).pdf


def judged(pilot: Pilot, pdf: bytes) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(), at=JUDGED)


def findings(report: ValidationReport) -> list[str]:
    return [one.partition(":")[0] for one in report.findings]


def test_two_of_three_then_the_seal(pilot: Pilot, opened: Keys):
    first = shared(pilot, expecting())
    certified = read_certification_data(open_pdf(first))
    assert certified is not None
    assert certified.permission is MDPPerm.FILL_FORMS
    second = cosigned(pilot, opened(MEMBERS[2], "officer"), first, "cosigner3")
    third = cosigned(pilot, opened(MEMBERS[0], "officer"), second, "cosigner1")
    closed = cosigned(pilot, opened(BODY, "seal"), third, "closing")
    report = judged(pilot, closed)
    assert (report.verdict, report.level, report.findings) == ("TOTAL-PASSED", SignatureLevel.B_T, ())
    assert [one.field for one in report.signatures] == ["officer", "cosigner3", "cosigner1", "closing"]
    assert closed.startswith(third) and third.startswith(second) and second.startswith(first)  # noqa: PT018 - one chain


def test_what_a_document_still_waits_for_is_told(pilot: Pilot, opened: Keys):
    first = shared(pilot, expecting())
    report = judged(pilot, first)
    assert (report.verdict, set(findings(report))) == ("INDETERMINATE", {"MISSING_SIGNATURE"})
    assert f"2 more of these 3 fields are to be signed: cosigner1 (waits for {MEMBERS[0]})" in report.findings[0]
    second = cosigned(pilot, opened(MEMBERS[1], "officer"), first, "cosigner2")
    told = judged(pilot, second).findings
    assert told[0].startswith("MISSING_SIGNATURE: 1 more of these 2 fields")
    assert told[1] == f"MISSING_SIGNATURE: field closing is not signed (waits for {BODY})"


def test_nobody_signs_after_the_closing_seal(pilot: Pilot, opened: Keys):
    # pyHanko's embedder would sign after a NO_CHANGES lock
    closed = cosigned(pilot, opened(BODY, "seal"), shared(pilot, expecting()), "closing")
    with pytest.raises(DocumentLocked):
        cosigned(pilot, opened(MEMBERS[0], "officer"), closed, "cosigner1")
    raised = pilot.signing.raise_level(closed, SignatureLevel.B_T).pdf
    assert raised.startswith(closed)


def test_a_signature_forced_in_after_the_seal_fails(pilot: Pilot, opened: Keys, monkeypatch: pytest.MonkeyPatch):
    closed = cosigned(pilot, opened(BODY, "seal"), shared(pilot, expecting()), "closing")
    monkeypatch.setattr("signing.pades._require_unlocked", lambda writer, certify: None)
    forced = cosigned(pilot, opened(MEMBERS[0], "officer"), closed, "cosigner1")
    assert judged(pilot, forced).verdict == "TOTAL-FAILED"


def test_a_signature_in_a_field_nobody_allotted_fails(pilot: Pilot, opened: Keys):
    pdf = pilot.signing.allot_fields(shared(pilot, expecting()), ["rogue"])
    report = judged(pilot, cosigned(pilot, opened(MEMBERS[0], "officer"), pdf, "rogue"))
    assert report.verdict == "TOTAL-FAILED"
    assert "UNEXPECTED_SIGNATURE" in findings(report)


def stated(acts_for: str, ground: str = "Əmr № 7, 2026-03-01") -> str:
    return rfc8785.dumps({"capacity": "substitute", "acts_for": acts_for, "ground": ground}).decode()


def test_a_substitute_counts_once_the_body_has_sealed(pilot: Pilot, opened: Keys):
    first = shared(pilot, expecting(needed=1))
    substitute = opened("Əvəzedən Şəxs", "officer")
    second = cosigned(pilot, substitute, first, "cosigner1", statement=stated(MEMBERS[0]))
    before = judged(pilot, second)
    assert before.verdict == "INDETERMINATE"
    assert any("WRONG_SIGNER" in one and "no e-seal confirms it yet" in one for one in before.findings)
    after = judged(pilot, cosigned(pilot, opened(BODY, "seal"), second, "closing"))
    assert (after.verdict, after.findings) == ("TOTAL-PASSED", ())
    assert after.signatures[1].standing == Standing(
        capacity="substitute", acts_for=MEMBERS[0], ground="Əmr № 7, 2026-03-01"
    )
    assert after.signatures[1].as_json()["acts_for"] == MEMBERS[0]


@pytest.mark.parametrize(
    ("key", "told"), [({"store": "hsm", "sole_control": False}, False), ({"sole_control": True}, True), ("mine", None)]
)
def test_each_signature_says_whether_its_signer_alone_controls_the_key(pilot: Pilot, opened: Keys, key, told):
    statement = rfc8785.dumps({"capacity": "member", "key": key}).decode()
    first = shared(pilot, expecting())
    report = judged(pilot, cosigned(pilot, opened(MEMBERS[0], "officer"), first, "cosigner1", statement=statement))
    assert [one.sole_control for one in report.signatures] == [None, told]
    assert report.signatures[1].as_json().get("sole_control") is told


@pytest.mark.parametrize("statement", [stated("Somebody Else"), stated(MEMBERS[0], ""), "[1]", "{", ""])
def test_another_person_without_an_order_stays_the_wrong_signer(pilot: Pilot, opened: Keys, statement: str):
    first = shared(pilot, expecting(needed=1))
    second = cosigned(pilot, opened("Əvəzedən Şəxs", "officer"), first, "cosigner1", statement=statement)
    report = judged(pilot, cosigned(pilot, opened(BODY, "seal"), second, "closing"))
    assert (report.verdict, findings(report)) == ("INDETERMINATE", ["WRONG_SIGNER"])


def test_a_substitute_named_in_the_step_needs_no_seal(pilot: Pilot, opened: Keys):
    first = shared(pilot, expecting(needed=1, substitutes=["Əvəzedən Şəxs"])[:-1])
    report = judged(pilot, cosigned(pilot, opened("Əvəzedən Şəxs", "officer"), first, "cosigner1"))
    assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())


def test_the_seal_of_another_body_confirms_no_substitute(pilot: Pilot, opened: Keys):
    first = shared(pilot, expecting(needed=1))
    second = cosigned(pilot, opened("Əvəzedən Şəxs", "officer"), first, "cosigner1", statement=stated(MEMBERS[0]))
    report = judged(pilot, cosigned(pilot, opened("Başqa Qurum", "seal"), second, "closing"))
    assert findings(report) == ["WRONG_SIGNER", "WRONG_SIGNER"]


def test_every_earlier_prefix_survives_cosignatures_seal_and_timestamp(pilot: Pilot, opened: Keys):
    revisions = [shared(pilot, expecting())]
    revisions.append(cosigned(pilot, opened(MEMBERS[0], "officer"), revisions[-1], "cosigner1"))
    revisions.append(cosigned(pilot, opened(MEMBERS[1], "officer"), revisions[-1], "cosigner2"))
    revisions.append(cosigned(pilot, opened(BODY, "seal"), revisions[-1], "closing", level=SignatureLevel.B_B))
    revisions.append(pilot.signing.raise_level(revisions[-1], SignatureLevel.B_T).pdf)
    links = [(hashlib.sha256(one).hexdigest(), len(one)) for one in revisions]
    assert all(hashlib.sha256(revisions[-1][:size]).hexdigest() == sha256 for sha256, size in links)
    assert all(len(earlier) < len(later) for earlier, later in pairwise(revisions))
    assert judged(pilot, revisions[-1]).verdict == "TOTAL-PASSED"
