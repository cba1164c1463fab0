"""Several people sign one document, with real signatures: order, n of m, refusal, lease, substitute."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from rehearsal import Rehearsal
from test_race import at_once

from engine.workitem import WorkItem
from processes import closing
from processes.closing import close_document
from processes.cosignatures import LEASE, take_turn
from processes.errors import (
    CosignersUnknown,
    DocumentBusy,
    DocumentMoved,
    InvalidStep,
    NotFound,
    NotPermitted,
    StepOvertaken,
)
from processes.queries.signing import signed_receipt
from processes.signed_documents import raise_document_level, validate_document
from processes.signed_steps import SignedStep
from processes.tables import (
    CaseDocumentRow,
    CosignatureRow,
    OutboxRow,
    PersonRow,
    SharedDocumentRow,
    SigningAttemptRow,
    StepRecordRow,
)
from processes.trust import trust_store
from processes.use_cases.submit_step import PreparedStep, attempt_pdf
from processes.use_cases.view_document import ViewDocument, view_document
from signing.report import Verdict
from signing.validation import read_attachment

ROOT = Path(__file__).parents[3]
WHERE = os.environ | {"PYTHONPATH": str(ROOT)}
KEY, SCENARIO = "joint-act", "two-of-three"
MEMBERS = ("executor1", "executor2", "executor3")
SIGN = {"decision": "sign"}
one_database = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
BEGUN = datetime(2026, 4, 6, 10, 0, tzinfo=ZoneInfo("Asia/Baku"))


def drafted(rehearsal: Rehearsal, **changed: Any) -> tuple[UUID, UUID]:
    """A case whose act is drawn up and signed by the secretary: (case, document)."""
    rehearsal.at(BEGUN)
    case_id = rehearsal.start(KEY, "executive", "clerk").case_id
    return case_id, draft(rehearsal, case_id, **changed).document_id


def draft(rehearsal: Rehearsal, case_id: UUID, **changed: Any) -> SignedStep:
    item = rehearsal.item(case_id, "draft_act")
    fields = {**rehearsal.fields(KEY, SCENARIO, "draft_act"), **changed}
    return rehearsal.sign(rehearsal.submit(item, "clerk", fields), "clerk")


def turn(rehearsal: Rehearsal, case_id: UUID, login: str) -> WorkItem:
    """The item that was given to this member."""
    with rehearsal.office.reading() as uow:
        own = str(rehearsal.person(login))
        return next(item for item in uow.engine.open_items(case_id) if item.assignee == own)


def ready(rehearsal: Rehearsal, case_id: UUID, login: str, **fields: Any) -> PreparedStep:
    return rehearsal.submit(turn(rehearsal, case_id, login), login, fields or SIGN)


def cosign(rehearsal: Rehearsal, case_id: UUID, login: str, **fields: Any) -> SignedStep:
    return rehearsal.sign(ready(rehearsal, case_id, login, **fields), login)


def approve(rehearsal: Rehearsal, case_id: UUID, login: str = "head", **fields: Any) -> SignedStep:
    item = rehearsal.item(case_id, "sign_head")
    return rehearsal.sign(rehearsal.submit(item, login, fields or SIGN), login)


def state(rehearsal: Rehearsal, document_id: UUID) -> str:
    return str(rehearsal.rows(SharedDocumentRow, document_id=document_id)[0].state)


def judged(rehearsal: Rehearsal, document_id: UUID) -> Any:
    office = rehearsal.office
    return office.signing.validate(rehearsal.pdf(document_id), trust_store(office), at=office.clock())


@one_database
def test_two_of_three_sign_the_third_comes_too_late_and_the_seal_closes(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal)
    revisions = [rehearsal.pdf(document_id)]
    assert rehearsal.waiting(case_id) == ["sign_member"] * 3
    third = ready(rehearsal, case_id, "executor3")
    for login in ("executor2", "executor1"):
        receipt = cosign(rehearsal, case_id, login)
        assert receipt.document_id == document_id
        revisions.append(rehearsal.pdf(document_id))
    assert rehearsal.waiting(case_id) == ["sign_head"]
    with pytest.raises(StepOvertaken):
        rehearsal.sign(third, "executor3")
    assert rehearsal.pdf(document_id) == revisions[-1]
    report = judged(rehearsal, document_id)
    assert report.verdict is Verdict.INDETERMINATE
    assert [one.partition(":")[0] for one in report.findings] == ["MISSING_SIGNATURE"] * 2
    raise_document_level(rehearsal.office, document_id)
    assert rehearsal.pdf(document_id) == revisions[-1]  # no level is raised while signatures are awaited

    approve(rehearsal, case_id)
    revisions.append(rehearsal.pdf(document_id))
    assert state(rehearsal, document_id) == "complete"
    closed_by_two_at_once(rehearsal, document_id)
    assert close_document(rehearsal.office, document_id) == "nothing to close"
    revisions.append(rehearsal.pdf(document_id))
    assert validate_document(rehearsal.office, document_id) == "TOTAL-PASSED"
    report = judged(rehearsal, document_id)
    assert rehearsal.pdf(document_id).startswith(revisions[-1])
    assert [one.field for one in report.signatures] == ["officer", "cosigner2", "cosigner1", "cosigner4", "closing"]
    assert all(later.startswith(earlier) for earlier, later in pairwise(revisions))
    told_and_found(rehearsal, case_id, document_id, revisions)


def closed_by_two_at_once(rehearsal: Rehearsal, document_id: UUID) -> None:
    """While one makes the seal another does; the bytes of who comes second are in no store."""
    blobs, outcomes = set(rehearsal.office.blobs.names()), []

    def slow(*arguments: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(closing, "_sealed", sealed)
            outcomes.append(close_document(rehearsal.office, document_id))
        return sealed(*arguments)

    sealed = closing._sealed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "_sealed", slow)
        outcomes.append(close_document(rehearsal.office, document_id))
    assert outcomes == ["closed", "closed before"]
    (added,) = set(rehearsal.office.blobs.names()) - blobs
    assert rehearsal.pdf(document_id) == rehearsal.office.blobs.get(added)


def told_and_found(rehearsal: Rehearsal, case_id: UUID, document_id: UUID, revisions: list[bytes]) -> None:
    """One document in the archive, found by the hash of any revision and by each signer's name; the chain is whole."""
    with rehearsal.office.reading() as uow:
        assert {uow.archive.find_by_sha256(hashlib.sha256(one).hexdigest()).id for one in revisions} == {document_id}
        kept = uow.archive.document(document_id)
        assert [one.reason for one in uow.archive.revisions(document_id)] == [
            "accessioned", "co-signature", "co-signature", "co-signature", "closing seal", "level"
        ]  # fmt: skip
        assert [one["capacity"] for one in kept.signers] == ["clerk", "executor", "executor", "head", "e-seal"]
    (row,) = rehearsal.rows(CaseDocumentRow, case_id=case_id)
    assert (row.sha256, row.bytes) == (hashlib.sha256(revisions[-1]).hexdigest(), len(revisions[-1]))
    assert len(rehearsal.audit("case:step:cosign")) == 3
    assert len(rehearsal.audit("case:document:close")) == 1
    assert {row.document_id for row in rehearsal.rows(StepRecordRow, case_id=case_id)} == {document_id}


@pytest.mark.long
def test_what_the_document_says_of_its_signers(rehearsal: Rehearsal) -> None:
    _, document_id = drafted(rehearsal)
    step = json.loads(read_attachment(rehearsal.pdf(document_id), "step.json") or b"")
    told = [(one["field"], one["role"], one.get("group"), one.get("needed")) for one in step["expected_signatures"]]
    assert told == [
        ("officer", "clerk", None, None),
        ("cosigner1", "executor", "sign_member", 2),
        ("cosigner2", "executor", "sign_member", 2),
        ("cosigner3", "executor", "sign_member", 2),
        ("cosigner4", "head", "sign_head", 1),
        ("closing", "e-seal", None, None),
    ]
    assert step["expected_signatures"][1]["person"].startswith("Həsənov")


@one_database
def test_a_later_signer_neither_sees_the_document_early_nor_gets_in_by_a_link(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal)
    view = ViewDocument(document_id=document_id, by=rehearsal.person("head"))
    with pytest.raises(NotPermitted) as refused:
        view_document(rehearsal.office, view)
    assert refused.value.rule == "turn"
    prepared = ready(rehearsal, case_id, "executor1")
    for login in ("head", "executor2"):
        with pytest.raises(NotFound):
            attempt_pdf(rehearsal.office, prepared.attempt_id, rehearsal.person(login))
        with pytest.raises(NotFound):
            rehearsal.sign(prepared, login)
    with pytest.raises(NotPermitted):
        rehearsal.submit(turn(rehearsal, case_id, "executor1"), "executor2", SIGN)
    # the members' turn has come, and after them the head's
    view_document(rehearsal.office, ViewDocument(document_id=document_id, by=rehearsal.person("executor2")))
    rehearsal.sign(prepared, "executor1")
    cosign(rehearsal, case_id, "executor3")
    view_document(rehearsal.office, view)


@one_database
def test_who_loses_is_told_and_finds_the_document_prepared_anew(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal, quorum=3)
    slow, quick = ready(rehearsal, case_id, "executor1"), ready(rehearsal, case_id, "executor2")
    rehearsal.sign(quick, "executor2")
    with pytest.raises(DocumentMoved) as moved:
        rehearsal.sign(slow, "executor1")
    assert moved.value.by == "Ağayeva Ülviyyə Sabir qızı"
    anew = moved.value.attempt_id
    assert anew not in {None, slow.attempt_id}
    assert attempt_pdf(rehearsal.office, anew, rehearsal.person("executor1")) == rehearsal.pdf(document_id)
    rehearsal.sign(PreparedStep(**{**as_fields(slow), "attempt_id": anew}), "executor1")
    assert [one.step_id is not None for one in fields_of(rehearsal, document_id)] == [True, True, False, False]


def as_fields(prepared: PreparedStep) -> dict[str, Any]:
    return {name: getattr(prepared, name) for name in ("attempt_id", "number", "sha256", "bytes", "expires_at")}


def fields_of(rehearsal: Rehearsal, document_id: UUID) -> list[CosignatureRow]:
    return sorted(rehearsal.rows(CosignatureRow, document_id=document_id), key=lambda row: row.place)


@pytest.mark.long
def test_others_wait_while_somebody_signs_but_not_for_ever(rehearsal: Rehearsal) -> None:
    case_id, _ = drafted(rehearsal)
    first, second = ready(rehearsal, case_id, "executor1"), ready(rehearsal, case_id, "executor2")
    (attempt,) = rehearsal.rows(SigningAttemptRow, id=first.attempt_id)
    take_turn(rehearsal.office, attempt)
    take_turn(rehearsal.office, attempt)  # one's own again
    with pytest.raises(DocumentBusy) as busy:
        rehearsal.sign(second, "executor2")
    assert busy.value.by == "Həsənov Ramin Zaur oğlu"
    rehearsal.later(seconds=LEASE.total_seconds() + 1)
    rehearsal.sign(second, "executor2")
    with pytest.raises(DocumentMoved):
        rehearsal.sign(first, "executor1")


def test_two_at_the_same_instant_both_sign_one_after_the_other(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal, quorum=3)
    prepared = {login: ready(rehearsal, case_id, login) for login in MEMBERS}
    outcomes = at_once(*(lambda login=login: rehearsal.sign(prepared[login], login) for login in MEMBERS))
    signed = [one for one in outcomes if isinstance(one, SignedStep)]
    told = [one for one in outcomes if isinstance(one, DocumentMoved | DocumentBusy)]
    assert (len(signed), len(told)) == (1, 2), outcomes
    for login in MEMBERS:
        if not any(row.person_id == rehearsal.person(login) for row in rehearsal.rows(StepRecordRow, case_id=case_id)):
            rehearsal.later(seconds=LEASE.total_seconds() + 1)
            cosign(rehearsal, case_id, login)
    assert all(row.step_id for row in fields_of(rehearsal, document_id)[:3])
    assert not [one for one in judged(rehearsal, document_id).findings if "MISSING_SIGNATURE" not in one]


@pytest.mark.long
def test_one_refuses_with_a_document_of_its_own_and_the_applicant_reads_why(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal)
    refusal = cosign(rehearsal, case_id, "executor1", decision="refuse", reason="Boru 140 metrdir.")
    assert refusal.document_id != document_id
    assert judged(rehearsal, refusal.document_id).verdict is Verdict.TOTAL_PASSED
    (notice,) = rehearsal.rows(OutboxRow, case_id=case_id)
    assert "Boru 140 metrdir." in notice.body
    with rehearsal.office.reading() as uow:
        starter = uow.session.get_one(PersonRow, rehearsal.person("clerk"))
    assert notice.recipient in {starter.email, starter.name}
    # two of the three are left: enough
    assert state(rehearsal, document_id) == "open"
    cosign(rehearsal, case_id, "executor2")
    cosign(rehearsal, case_id, "executor3")
    approve(rehearsal, case_id)
    assert close_document(rehearsal.office, document_id) == "closed"
    assert validate_document(rehearsal.office, document_id) == "TOTAL-PASSED"


@one_database
def test_too_many_refuse_and_the_act_is_drawn_up_anew(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal)
    for login in ("executor1", "executor2"):
        cosign(rehearsal, case_id, login, decision="refuse", reason="Səhv var.")
    assert rehearsal.waiting(case_id) == ["draft_act"]
    assert state(rehearsal, document_id) == "lapsed"
    with rehearsal.office.reading() as uow:
        assert uow.archive.document(document_id).status == "without effect"
    anew = draft(rehearsal, case_id).document_id
    assert (anew != document_id, state(rehearsal, anew)) == (True, "open")
    assert cosign(rehearsal, case_id, "executor1").document_id == anew
    cosign(rehearsal, case_id, "executor2")
    # the head sends it back: the second act is without effect too
    approve(rehearsal, case_id, decision="refuse", reason="Tarix göstərilməyib.")
    assert state(rehearsal, anew) == "lapsed"
    assert rehearsal.waiting(case_id) == ["draft_act"]


@pytest.mark.long
def test_a_substitute_signs_in_the_place_of_the_head(rehearsal: Rehearsal) -> None:
    case_id, document_id = drafted(rehearsal)
    cosign(rehearsal, case_id, "executor1")
    cosign(rehearsal, case_id, "executor2")
    receipt = approve(rehearsal, case_id, "deputy")
    assert close_document(rehearsal.office, receipt.document_id) == "closed"
    report = judged(rehearsal, document_id)
    standing = report.signatures[3].standing
    assert report.verdict is Verdict.TOTAL_PASSED
    assert (standing.capacity, standing.acts_for) == ("substitute", "Əliyev Şükür İsmayıl oğlu")
    assert standing.ground
    with rehearsal.office.reading() as uow:
        assert uow.archive.document(document_id).signers[3]["acts_for"] == "Əliyev Şükür İsmayıl oğlu"


@pytest.mark.long
def test_what_was_signed_before_a_crash_is_signed_once_after_it(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, document_id = drafted(rehearsal)
    prepared = ready(rehearsal, case_id, "executor1")

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("processes.signed_steps._complete", killed)
        with pytest.raises(KeyboardInterrupt):
            rehearsal.sign(prepared, "executor1")
    before = rehearsal.pdf(document_id)
    receipt = rehearsal.sign(prepared, "executor1")  # the same attempt, its own lease
    assert rehearsal.sign(prepared, "executor1") == receipt  # a double click tells the same
    assert rehearsal.pdf(document_id).startswith(before)
    assert sum(row.step_id is not None for row in fields_of(rehearsal, document_id)) == 1
    shown = signed_receipt(rehearsal.office, prepared.attempt_id, rehearsal.person("executor1"))
    assert shown.document_id == document_id


@pytest.mark.long
@one_database
@pytest.mark.parametrize("place", ["_complete", "_note_shared", "advance", "_told"])
def test_a_cosigner_is_killed_and_signs_once_all_the_same(rehearsal: Rehearsal, place: str) -> None:
    """With -9, from before the transaction until after its commit, when nobody has been told yet."""
    case_id, document_id = drafted(rehearsal)
    prepared, before = ready(rehearsal, case_id, "executor1"), rehearsal.pdf(document_id)
    asked = (rehearsal.office.settings.home, prepared.attempt_id, rehearsal.person("executor1"), place)
    command = [sys.executable, str(Path(__file__).with_name("killed_cosigner.py")), *map(str, asked)]
    pin = rehearsal.accounts["executor1"].pin
    done = subprocess.run(command, input=f"{pin}\n", capture_output=True, text=True, cwd=ROOT, env=WHERE, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert sum(row.step_id is not None for row in fields_of(rehearsal, document_id)) == (place == "_told")
    receipt = rehearsal.sign(prepared, "executor1")
    assert rehearsal.sign(prepared, "executor1") == receipt
    after = rehearsal.pdf(document_id)
    assert after.startswith(before)
    assert (len(after), hashlib.sha256(after).hexdigest()) == (receipt.bytes, receipt.sha256)
    assert sum(row.step_id is not None for row in fields_of(rehearsal, document_id)) == 1
    cosign(rehearsal, case_id, "executor2")
    approve(rehearsal, case_id)
    close_document(rehearsal.office, document_id)
    assert judged(rehearsal, document_id).verdict is Verdict.TOTAL_PASSED


@pytest.mark.long
def test_the_case_goes_into_the_archive_with_the_closed_act(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(KEY, SCENARIO)
    manifest = next(row for row in rehearsal.rows(CaseDocumentRow, case_id=case_id) if row.element_id == "manifest")
    act = next(row for row in rehearsal.rows(CaseDocumentRow, case_id=case_id) if row.element_id == "draft_act")
    facts = json.loads(read_attachment(rehearsal.pdf(manifest.document_id), "step.json") or b"")["facts"]
    listed = next(one for one in facts["documents"] if one["document"] == str(act.document_id))
    whole = rehearsal.pdf(act.document_id)
    assert hashlib.sha256(whole[: listed["bytes"]]).hexdigest() == listed["sha256"]
    assert state(rehearsal, act.document_id) == "closed"


@pytest.mark.long
@pytest.mark.parametrize("members", [[], ["not-a-person"], ["6f0c7a52-6a6c-4b8e-9a55-1f0c0de50ff1"]])
def test_whoever_is_to_sign_is_known_before_anybody_does(rehearsal: Rehearsal, members: list[str]) -> None:
    rehearsal.at(BEGUN)
    case_id = rehearsal.start(KEY, "executive", "clerk").case_id
    fields = {**rehearsal.fields(KEY, SCENARIO, "draft_act"), "members": members, "quorum": 1}
    with pytest.raises((CosignersUnknown, InvalidStep)):
        rehearsal.submit(rehearsal.item(case_id, "draft_act"), "clerk", fields)
