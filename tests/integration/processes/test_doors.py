"""Doors of the office: signing in, reading documents, verifying what somebody brings."""

import io
from datetime import timedelta

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from pypdf import PdfWriter
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.errors import AttemptExpired, NotFound, NotPermitted, TooManyAttempts, WrongCredentials
from processes.sealing import verify_code as code_of
from processes.tables import CaseDocumentRow, LoginAttemptRow, PersonRow
from processes.use_cases.attach_file import AttachFile, attach_file, remove_attachment
from processes.use_cases.sign_in import TRIES_PER_LOGIN, SignIn, sign_in, signed_in_person
from processes.use_cases.verify_document import verify_code, verify_upload
from processes.use_cases.view_document import ViewDocument, view_document


def test_a_guesser_is_slowed_down_and_the_owner_told_when_to_try_again(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    office.clock.set_to(office.clock() - timedelta(days=1))
    right = rehearsal.accounts["clerk"].password
    for number in range(TRIES_PER_LOGIN):
        with pytest.raises(WrongCredentials):
            sign_in(office, SignIn(login="clerk", password=f"guess {number}", address=f"192.0.2.{number}"))
    with pytest.raises(TooManyAttempts) as told:
        sign_in(office, SignIn(login=" Clerk ", password=right, address="192.0.2.99"))
    assert timedelta() < told.value.retry_at - office.clock() <= timedelta(minutes=15)
    colleague = SignIn(login="head", password=rehearsal.accounts["head"].password, address="192.0.2.1")
    assert sign_in(office, colleague).name == "Əliyev Şükür İsmayıl oğlu"
    rehearsal.later(minutes=16)
    person = sign_in(office, SignIn(login="clerk", password=right, address="192.0.2.99"))
    assert person.id == rehearsal.person("clerk")
    tries = [row.succeeded for row in rehearsal.rows(LoginAttemptRow, login="clerk")]
    assert sorted(tries) == [False] * TRIES_PER_LOGIN + [True]


def test_a_session_ends_with_its_epoch_and_with_the_person(rehearsal: Rehearsal) -> None:
    office, clerk = rehearsal.office, rehearsal.person("clerk")
    known = signed_in_person(office, clerk, 1)
    assert known is not None
    assert known.login == "clerk"
    assert signed_in_person(office, clerk, 2) is None
    with office.unit_of_work() as uow:
        uow.update(PersonRow, {"id": clerk}, active=False)
        uow.commit()
    assert signed_in_person(office, clerk, 1) is None
    right = SignIn(login="clerk", password=rehearsal.accounts["clerk"].password, address="192.0.2.1")
    with pytest.raises(WrongCredentials):
        sign_in(office, right)


def test_a_document_is_read_by_those_it_concerns_and_every_look_is_noted(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    document = rehearsal.rows(CaseDocumentRow, case_id=case_id, kind="step")[0]
    for login in ("clerk", "head", "supervisor"):
        seen = ViewDocument(document_id=document.document_id, by=rehearsal.person(login))
        _, content = view_document(rehearsal.office, seen)
        assert content.startswith(b"%PDF-")
    for login in ("housing.head", "akimat.clerk", "designer"):
        with pytest.raises(NotPermitted) as refused:
            view_document(rehearsal.office, ViewDocument(document_id=document.document_id, by=rehearsal.person(login)))
        assert refused.value.rule == "access"
    assert len(rehearsal.audit("archive:document:view")) == 3
    assert len(rehearsal.audit("archive:document:refused")) == 3
    with rehearsal.office.reading() as uow:
        events = [event.event for event in uow.archive.custody(document.document_id)]
        uow.archive.verify_custody(document.document_id)
    assert events.count("viewed") == 3
    with pytest.raises(NotFound):
        view_document(rehearsal.office, ViewDocument(document_id=case_id, by=rehearsal.person("head")))


def test_whatever_is_brought_to_be_verified_gets_a_verdict(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    signed = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    pdf = rehearsal.pdf(signed.document_id)
    ours = verify_upload(office, pdf)
    assert (str(ours.report.verdict), ours.number, ours.status) == ("TOTAL-PASSED", signed.number, "in effect")
    assert verify_code(office, code_of(signed.document_id)).number == signed.number
    blank = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(blank)
    changed = pdf.replace(b"/Contents", b"/Contants", 1)
    for content, verdict in (
        (b"", "TOTAL-FAILED"),
        (b"\0" * 1000, "TOTAL-FAILED"),
        (b"%PDF-1.7 and nothing more", "TOTAL-FAILED"),
        (pdf[: len(pdf) // 2], "TOTAL-FAILED"),
        (changed, "TOTAL-FAILED"),
        (blank.getvalue(), "INDETERMINATE"),
    ):
        told = verify_upload(office, content)
        assert str(told.report.verdict) == verdict
        assert told.number is None, "nothing is said of what is not ours"
    for code in ("", "yoxdur", code_of(case.case_id)):
        with pytest.raises(NotFound):
            verify_code(office, code)


def test_a_document_prepared_before_its_files_changed_is_not_signed(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    head = rehearsal.person("head")
    fields = {"text": "Qeyd", "last": True}
    before = rehearsal.submit(item, "head", fields)
    added = attach_file(
        rehearsal.office, AttachFile(item_id=item.id, by=head, field="papers", name="a.txt", content=b"new")
    )
    with pytest.raises(AttemptExpired):
        rehearsal.sign(before, "head")
    with_file = rehearsal.submit(item, "head", fields)
    remove_attachment(rehearsal.office, added, head)
    with pytest.raises(AttemptExpired):
        rehearsal.sign(with_file, "head")
    rehearsal.sign(rehearsal.submit(item, "head", fields), "head")
