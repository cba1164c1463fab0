"""PINs, mandates, four eyes and substitution, when a step is prepared and again when it is signed."""

import json
from datetime import timedelta

import pytest
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.definition import Submission
from processes.certificates import PIN_LOCK, PIN_TRIES
from processes.errors import NoCertificate, NotPermitted, PinLocked, PinRefused
from processes.signed_steps import SignedStep
from processes.tables import CertificateRow, MandateRow, SigningAttemptRow, StepRecordRow
from processes.trust import trust_store
from signing.report import ValidationReport
from signing.service import read_attachment

SUBSTITUTED = "extended-signed-by-substitute"


def report_on(rehearsal: Rehearsal, signed: SignedStep) -> ValidationReport:
    office = rehearsal.office
    return office.signing.validate(rehearsal.pdf(signed.document_id), trust_store(office), at=office.clock())


def test_a_wrong_pin_is_counted_told_and_costs_nothing(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    prepared = rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    for left, pin in ((4, "not-the-pin"), (3, ""), (2, rehearsal.accounts["head"].pin)):
        with pytest.raises(PinRefused) as refused:
            rehearsal.sign(prepared, "clerk", pin=pin or " ")
        assert refused.value.left == left
    assert [line.details for line in rehearsal.audit("key:pin:refuse")] == [{"left": n} for n in (4, 3, 2)]
    signed = rehearsal.sign(prepared, "clerk")
    assert signed.number == prepared.number
    (certificate,) = rehearsal.rows(CertificateRow, person_id=rehearsal.person("clerk"))
    assert certificate.failed_pins == 0, "the right PIN forgets the wrong ones"


def test_too_many_wrong_pins_lock_the_key_for_a_while_even_for_the_right_one(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    fields = rehearsal.fields(APPEAL, ANSWERED, "registration_check")
    prepared = rehearsal.submit(item, "clerk", fields)
    for _ in range(PIN_TRIES - 1):
        with pytest.raises(PinRefused):
            rehearsal.sign(prepared, "clerk", pin="not-the-pin")
    for pin in ("not-the-pin", rehearsal.accounts["clerk"].pin):
        with pytest.raises(PinLocked) as locked:
            rehearsal.sign(prepared, "clerk", pin=pin)
        assert timedelta() < locked.value.until - rehearsal.office.clock() <= PIN_LOCK
    assert rehearsal.waiting(case_id) == ["registration_check"], "the step is where it was"
    rehearsal.later(minutes=16)
    rehearsal.sign(rehearsal.submit(item, "clerk", fields), "clerk")


def test_a_mandate_revoked_between_preparing_and_signing_counts(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    prepared = rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    with rehearsal.office.unit_of_work() as uow:
        assert uow.update(MandateRow, {"holder_id": rehearsal.person("clerk")}, revoked_at=uow.now) == 1
        uow.commit()
    with pytest.raises(NotPermitted) as refused:
        rehearsal.sign(prepared, "clerk")
    assert refused.value.rule == "mandate"
    assert rehearsal.audit("case:item:refused")[-1].actor == str(rehearsal.person("clerk"))
    assert rehearsal.waiting(case_id) == ["registration_check"]
    assert not rehearsal.rows(StepRecordRow, case_id=case_id)
    (attempt,) = rehearsal.rows(SigningAttemptRow, work_item_id=item.id)
    assert attempt.state == "prepared", "it expires like any other"


def test_a_revoked_certificate_signs_nothing_more(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    prepared = rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    with rehearsal.office.unit_of_work() as uow:
        uow.update(CertificateRow, {"person_id": rehearsal.person("clerk")}, revoked_at=uow.now)
        uow.commit()
    with pytest.raises(NoCertificate):
        rehearsal.sign(prepared, "clerk")


def test_who_drafted_the_answer_does_not_agree_to_it(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="agree_answer")
    item = rehearsal.item(case_id, "agree_answer")
    with pytest.raises(NotPermitted) as refused:
        rehearsal.submit(item, "executor1", {"decision": "agree"})
    assert refused.value.rule == "four-eyes"
    assert rehearsal.audit("case:item:refused")[-1].details == {"code": "not-permitted", "rule": "four-eyes"}
    rehearsal.sign(rehearsal.submit(item, "executor2", {"decision": "agree"}), "executor2")


def test_a_substitute_stands_on_the_page_in_the_record_and_in_the_signature(rehearsal: Rehearsal) -> None:
    player = rehearsal.player(APPEAL, SUBSTITUTED)
    rehearsal.play_on(player, until="sign_answer")
    step = player.scenario.steps[player._next]
    assert isinstance(step, Submission)
    item = rehearsal.item(player.case_id, "sign_answer")
    prepared = rehearsal.submit(item, "deputy", dict(step.fields))
    signed = rehearsal.sign(prepared, "deputy")
    pdf = rehearsal.pdf(signed.document_id)
    mandate = json.loads(read_attachment(pdf, "step.json") or b"")["mandate"]
    (order,) = rehearsal.rows(MandateRow, holder_id=rehearsal.person("deputy"), role="head")
    assert (mandate["capacity"], mandate["acts_for"]) == ("substitute", "Əliyev Şükür İsmayıl oğlu")
    assert mandate["ground"]["number"] == order.ground_number
    assert mandate["ground"]["sha256"] == order.ground_sha256, "the signed order, by its hash"
    (signature,) = report_on(rehearsal, signed).signatures
    assert signature.signer == "İbrahimova Xəyalə Çingiz qızı"
    reason = _reason(pdf)
    assert "substitute, Əliyev Şükür İsmayıl oğlu" in reason
    assert order.ground_number in reason
    (record,) = rehearsal.rows(StepRecordRow, document_id=signed.document_id)
    assert (record.capacity, record.mandate_id) == ("substitute", order.id)


def test_a_substitution_that_has_ended_gives_nothing(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    with rehearsal.office.unit_of_work() as uow:
        uow.update(MandateRow, {"holder_id": rehearsal.person("deputy"), "role": "head"}, valid_to=uow.now)
        uow.commit()
    with pytest.raises(NotPermitted):
        rehearsal.submit(
            rehearsal.item(case_id, "resolution"), "deputy", rehearsal.fields(APPEAL, ANSWERED, "resolution")
        )


def _reason(pdf: bytes) -> str:
    """/Reason of the only signature."""
    import io

    from pypdf import PdfReader

    fields = PdfReader(io.BytesIO(pdf)).get_fields() or {}
    return str(next(field["/V"]["/Reason"] for field in fields.values() if "/V" in field))
