"""A task may ask for the body's seal instead of its officer's signature, or for none: what is left behind says so."""

import json
import unicodedata

import pytest
from minutes import ELEMENT, KEY, MANIFEST, MODEL, deploy_minutes
from rehearsal import Rehearsal

from processes.chains import salted_digest
from processes.errors import NoCertificate, SignatureRefused, StepOvertaken
from processes.handlers.archival import chain_gaps
from processes.queries.case_page import CasePage, case_page
from processes.queries.many_documents import waiting_documents
from processes.tables import CertificateRow, PayloadRow, SigningAttemptRow, StepRecordRow
from processes.trust import trust_store
from processes.use_cases.record_step import record_step
from processes.use_cases.seal_step import SealStep, seal_step
from processes.use_cases.submit_step import SubmitStep, submit_step
from signing.report import Verdict
from signing.service import read_attachment

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
ASKED = 'signature="personal"'


def submission(rehearsal: Rehearsal, kind: str, **more: str) -> SubmitStep:
    """A minute of the head's, in an office whose minutes ask for this kind of signature."""
    model = MODEL.replace(ASKED, f'signature="{kind}"')
    if kind == "none":
        model = model.replace('document="generic" ', "")
    deploy_minutes(rehearsal.office, model=model, **more)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    fields = {"text": "Qeyd", "last": True}
    return SubmitStep(item_id=item.id, version=item.version, by=rehearsal.person("head"), fields=fields)


def page(rehearsal: Rehearsal) -> CasePage:
    case_id = rehearsal.rows(StepRecordRow)[-1].case_id
    return case_page(rehearsal.office, case_id, rehearsal.person("head"))


def test_a_sealed_step_is_signed_by_the_body_and_says_who_decided(rehearsal: Rehearsal) -> None:
    request = submission(rehearsal, "seal")
    prepared = submit_step(rehearsal.office, request)
    office, by = rehearsal.office, request.by
    with pytest.raises(NoCertificate):
        rehearsal.sign(prepared, "head")  # no PIN of a person's opens the seal
    assert waiting_documents(office, by).documents == [], "it waits for no key of theirs"
    signed = seal_step(office, SealStep(attempt_id=prepared.attempt_id, by=by))
    assert seal_step(office, SealStep(attempt_id=prepared.attempt_id, by=by)).sha256 == signed.sha256
    pdf = rehearsal.pdf(signed.document_id)
    said = json.loads(read_attachment(pdf, "step.json"))
    (expected,) = said["expected_signatures"]
    assert (expected["role"], expected["person"]) == ("e-seal", said["body"]["title"])
    assert said["mandate"]["capacity"] == "head"
    report = office.signing.validate(pdf, trust_store(office), at=office.clock())
    assert (report.verdict, report.findings) == (Verdict.TOTAL_PASSED, ())
    assert unicodedata.normalize("NFC", report.signatures[0].signer) == said["body"]["title"]
    entry = next(each for each in page(rehearsal).timeline if each.kind == "decided")
    assert entry.document_id == signed.document_id


def test_a_task_that_asks_for_the_seal_refuses_a_persons_certificate_and_the_other_way_round(
    rehearsal: Rehearsal,
) -> None:
    request = submission(rehearsal, "personal")
    prepared = submit_step(rehearsal.office, request)
    with pytest.raises(NoCertificate):
        seal_step(rehearsal.office, SealStep(attempt_id=prepared.attempt_id, by=request.by))
    with pytest.raises(SignatureRefused) as refused:
        record_step(rehearsal.office, request)
    assert refused.value.rule == "kind"
    (attempt,) = rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    assert attempt.state == "prepared", "nothing has happened"


def test_a_step_without_signature_stands_in_the_history_with_its_digest(rehearsal: Rehearsal) -> None:
    request = submission(rehearsal, "none")
    with pytest.raises(SignatureRefused) as refused:
        submit_step(rehearsal.office, request)
    assert refused.value.rule == "kind"
    done = record_step(rehearsal.office, request)
    assert record_step(rehearsal.office, request) == done, "sent twice, done once"
    (step,) = rehearsal.rows(StepRecordRow, case_id=done.case_id)
    assert (step.document_id, step.certificate_serial, step.number) == (None, "", "")
    (payload,) = rehearsal.rows(PayloadRow, id=step.payload_id)
    (line,) = rehearsal.audit("case:step:record")
    assert line.details["content"] == salted_digest(payload.salt, payload.body)
    assert payload.body["fields"]["text"] == "Qeyd"
    assert rehearsal.waiting(done.case_id) == [], "the case has moved on"
    with rehearsal.office.reading() as uow:
        assert chain_gaps(uow, done.case_id) == []
    assert [each.kind for each in page(rehearsal).timeline if each.kind == "recorded"] == ["recorded"]
    assert not rehearsal.rows(SigningAttemptRow, case_id=done.case_id)
    other = SubmitStep(item_id=request.item_id, version=request.version, by=rehearsal.person("deputy"), fields={})
    with pytest.raises(StepOvertaken):
        record_step(rehearsal.office, other)


def test_whoever_has_no_certificate_may_still_do_what_nobody_signs(rehearsal: Rehearsal) -> None:
    request = submission(rehearsal, "own", manifest=MANIFEST + '\n[signatures.own]\nkind = "none"\n')
    with rehearsal.office.unit_of_work() as uow:
        uow.update(CertificateRow, {"person_id": request.by}, revoked_at=uow.now)
        uow.commit()
    assert record_step(rehearsal.office, request).case_id
