"""What people type and attach: a clear finding, or word for word in a signed and valid document. Never a stuck case."""

import io
import json
from typing import Any

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from pypdf import PdfReader
from rehearsal import ANSWERED, APPEAL, QUESTIONNAIRE, Rehearsal

from processes.attachments import MAX_BYTES, AttachmentRefused
from processes.errors import InvalidStep, WrongCredentials
from processes.forms import FieldFinding
from processes.signed_documents import validate_document
from processes.tables import AttachmentRow, DraftRow, RemarkRow
from processes.use_cases.abandon_attempt import AbandonAttempt, abandon_attempt
from processes.use_cases.attach_file import AttachFile, attach_file, remove_attachment
from processes.use_cases.drafts import SaveDraft, save_draft
from processes.use_cases.sign_in import SignIn, sign_in
from signing.service import read_attachment

RIGHT_TO_LEFT = "\u202eəks tərəfə\u202c və \u2067שלום\u2069, مرحبا"
TEXTS = {
    "40,000 characters without a space": "Ğ" * 40_000,
    "emoji": "Ailə 👨‍👩‍👧‍👦 və bayraq 🇦🇿, 👍🏽",
    "right-to-left marks": RIGHT_TO_LEFT,
    "markup of the typesetter": '#eval("1") *qalın* $x^2$ @kim \\ // </script> {{ 7*7 }}',
    "all four languages": "Şəhər üçün çığır · Қазақ тілі: ғ ң ө ұ һ і · Объект № 5 · “quotes” ₼ ₸",
}
NOT_TAKEN = (
    ("boş.pdf", b"", "empty"),
    ("böyük.pdf", b"%PDF-" + b"0" * MAX_BYTES, "too-large"),
    ("proqram.exe", b"MZ\x90\0\x03", "unknown-type"),
    ("şəkil.png", b"%PDF-1.7 a PDF with another name", "mismatch"),
    ("səhifə.html", b"<html><script>alert(1)</script></html>", "unknown-type"),
)


def findings(error: pytest.ExceptionInfo[InvalidStep]) -> set[tuple[str, str]]:
    return {(each.field, each.code) for each in error.value.findings if isinstance(each, FieldFinding)}


def test_a_text_stands_word_for_word_in_a_valid_signed_document(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    for name, text in TEXTS.items():
        fields = {"text": text, "last": text == [*TEXTS.values()][-1]}
        signed = rehearsal.sign(rehearsal.submit(rehearsal.item(case.case_id, ELEMENT), "head", fields), "head")
        assert validate_document(rehearsal.office, signed.document_id) == "TOTAL-PASSED", name
        pdf = rehearsal.pdf(signed.document_id)
        assert json.loads(read_attachment(pdf, "step.json") or b"")["fields"]["text"] == text, name
        if text[0] * 100 in text:
            pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
            assert pages.count(text[0]) >= len(text), "no character falls over the edge of the page unseen"
    assert rehearsal.case(case.case_id).status == "completed"


def test_what_no_keyboard_writes_is_a_finding(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    for text in ("sıfır \0 simvol", "zəng \a", "\ufffe", "\ud800"):
        with pytest.raises(InvalidStep) as error:
            rehearsal.submit(item, "head", {"text": text, "last": True})
        assert findings(error) == {("text", "unprintable")}, repr(text)
    rehearsal.sign(rehearsal.submit(item, "head", {"text": "düzəldildi", "last": True}), "head")


def test_unknown_and_wrong_fields_are_findings_and_nothing_is_drawn(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    wrong: dict[str, Any] = {"text": ["a"], "last": "bəlkə", "is_admin": True}
    with pytest.raises(InvalidStep) as error:
        rehearsal.submit(item, "head", wrong)
    assert ("is_admin", "unknown-field") in findings(error)
    assert {field for field, _ in findings(error)} == {"is_admin", "text", "last"}
    assert rehearsal.case(case.case_id).document_seq == 0


def test_a_text_over_its_limit_is_told_with_both_numbers(rehearsal: Rehearsal) -> None:
    fields = dict(rehearsal.player(APPEAL, ANSWERED).scenario.fields) | {"text": "x" * 33_000}
    with pytest.raises(InvalidStep) as error:
        rehearsal.start(APPEAL, "executive", None, **fields)
    (finding,) = [each for each in error.value.findings if isinstance(each, FieldFinding)]
    assert (finding.field, finding.code) == ("text", "too-long")
    assert all("20000" in words and "33000" in words for words in finding.messages.values())


def test_remarks_are_kept_whole_or_refused(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(QUESTIONNAIRE, "returned-once", until="review")
    item = rehearsal.item(case_id, "review")
    fields = rehearsal.fields(QUESTIONNAIRE, "returned-once", "review")
    wrong = ({"field": "fee_amount", "text": "x" * 4001}, {"field": "no_such_field", "text": "Qeyd"})
    with pytest.raises(InvalidStep) as error:
        rehearsal.submit(item, "operator", fields, wrong)
    assert findings(error) == {("fee_amount", "too-long"), ("no_such_field", "unknown-field")}
    text = f"Məbləği \0düzəldin 👍 {RIGHT_TO_LEFT}"
    signed = rehearsal.sign(
        rehearsal.submit(item, "operator", fields, ({"field": "fee_amount", "text": text},)), "operator"
    )
    (remark,) = rehearsal.rows(RemarkRow, case_id=case_id)
    assert remark.text == text.replace("\0", "")
    assert validate_document(rehearsal.office, signed.document_id) == "TOTAL-PASSED"


def test_a_draft_keeps_whatever_was_typed(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    typed = {"text": "yarımçıq \0 👍" + "ə" * 40_000, "last": "bilmirəm"}
    for version in (1, 2):
        saved = save_draft(rehearsal.office, SaveDraft(item_id=item.id, by=rehearsal.person("head"), fields=typed))
        assert saved.version == version
    (draft,) = rehearsal.rows(DraftRow, work_item_id=item.id)
    assert draft.fields == typed
    rehearsal.sign(rehearsal.submit(item, "head", {"text": "Tam", "last": True}), "head")
    assert not rehearsal.rows(DraftRow), "what is signed needs no draft"


def test_an_attachment_that_is_not_taken_is_told_why(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    for name, content, reason in NOT_TAKEN:
        file = AttachFile(item_id=item.id, by=rehearsal.person("head"), field="papers", name=name, content=content)
        with pytest.raises(AttachmentRefused) as refused:
            attach_file(rehearsal.office, file)
        assert refused.value.reason == reason
        assert all(name in words for words in refused.value.messages.values())
    assert not rehearsal.rows(AttachmentRow, work_item_id=item.id)


def test_an_attachment_stands_in_the_signed_document_with_its_hash(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    head = rehearsal.person("head")
    names = ("pis\0\u202efdp.txt", "silinmiş.txt")
    kept, removed = (
        attach_file(
            rehearsal.office,
            AttachFile(item_id=item.id, by=head, field="papers", name=name, content=f"mətn {name}".encode()[:8]),
        )
        for name in names
    )
    remove_attachment(rehearsal.office, removed, head)
    signed = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    (row,) = rehearsal.rows(AttachmentRow, id=kept)
    listed = json.loads(read_attachment(rehearsal.pdf(signed.document_id), "step.json") or b"")["attachments"]
    assert [(each["name"], each["sha256"], each["type"]) for each in listed] == [
        ("pisfdp.txt", row.sha256, "text/plain")
    ]
    assert validate_document(rehearsal.office, signed.document_id) == "TOTAL-PASSED"


def test_texts_outside_forms_do_no_harm(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    reason = "səhv\0 " + "x" * 40_000
    abandon_attempt(
        rehearsal.office,
        AbandonAttempt(attempt_id=prepared.attempt_id, by=rehearsal.person("head"), reason=reason),
    )
    with pytest.raises(WrongCredentials):
        sign_in(rehearsal.office, SignIn(login="he\0ad" + "x" * 40_000, password="\0👍", address="127.0.0.1"))
