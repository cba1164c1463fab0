"""Documents due are reviewed, approved, destroyed or handed over by a signed case; a kill in between loses nothing."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from disposals import approve, compile_list, do, documents
from rehearsal import Rehearsal

from archive.blobs.local import LocalBlobStore
from archive.documents import ArchivedDocument
from archive.errors import DocumentDestroyed
from archive.holds import HoldTarget
from archive.review_lists import EntryState
from processes import disposing
from processes.errors import DisposalRefused
from processes.tables import AttachmentRow, OutboxRow, PayloadRow, SigningAttemptRow, StepRecordRow
from processes.use_cases.sweep_blobs import sweep_blobs
from signing.validation import read_attachment
from web.cli import main


class Killed(BaseException):
    """The process ends here."""


def test_a_case_of_disposal(
    rehearsal: Rehearsal, answered: list[ArchivedDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = rehearsal.office
    appeal = answered[0].case_id
    case = compile_list(rehearsal, answered)
    item, ids = rehearsal.item(case, "review"), [str(answered[0].id)]
    with pytest.raises(DisposalRefused) as both:
        rehearsal.submit(item, "executor1", {"destroy": ids, "transfer": ids})
    assert both.value.numbers == (answered[0].number,)
    do(rehearsal, case, "review", "executor1", destroy=[str(each.id) for each in answered[1:]])
    approve(rehearsal, case, retain_until="2040-01-01")
    held, kept = answered[1], answered[0]
    with office.unit_of_work() as uow:
        uow.archive.place_hold(HoldTarget(document_id=held.id), ground="məhkəmə işi 5", actor="lawyer")
        uow.commit()
    _killed_in_the_middle(rehearsal, monkeypatch)
    rehearsal.work()
    with office.reading() as uow:
        states = {entry.document_id: entry.state for entry in uow.archive.review_lists.entries(case)}
        assert states[held.id] == EntryState.WITHHELD
        assert states[kept.id] == EntryState.RETAINED
        assert uow.archive.document(kept.id).dispose_after == date(2040, 1, 1)
        gone = [each for each in answered if states[each.id] == EntryState.DESTROYED]
        assert len(gone) == len(answered) - 2
        for document in gone:
            assert not any(office.blobs.exists(each.sha256) for each in uow.archive.revisions(document.id))
            uow.archive.verify_custody(document.id)
            with pytest.raises(DocumentDestroyed):
                uow.archive.fetch(document.id)
        checked = uow.archive.fixity.check()
        assert checked is not None
        assert checked.findings == ()
        assert uow.engine.verify_history(case) == []
    _told_in_a_sealed_act(rehearsal, case, gone, held)
    _nothing_is_left_of(rehearsal, gone)
    assert rehearsal.waiting(case) == ["classify"]
    _the_last_documents_take_the_case_with_them(rehearsal, appeal, [held, kept])


def _killed_in_the_middle(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first document's row and before any blob; then between two blobs."""
    remove, erase = disposing._remove, LocalBlobStore.erase
    done: list[str] = []

    def remove_one(*args: Any, **named: Any) -> None:
        if done:
            raise Killed
        done.append("removed")
        remove(*args, **named)

    def erase_one(*args: Any, **named: Any) -> list[str]:
        if len(done) > 1:
            raise Killed
        done.append("erased")
        return erase(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(disposing, "_remove", remove_one)
        with pytest.raises(Killed):
            rehearsal.work()
    with monkeypatch.context() as patch:
        patch.setattr(LocalBlobStore, "erase", erase_one)
        with pytest.raises(Killed):
            rehearsal.work()


def _told_in_a_sealed_act(
    rehearsal: Rehearsal, case: UUID, gone: list[ArchivedDocument], held: ArchivedDocument
) -> None:
    act = next(each for each in documents(rehearsal, case) if each.type == "destruction_act")
    step = json.loads(read_attachment(rehearsal.pdf(act.id), "step.json"))
    told = {each["document"]: each for each in step["facts"]["documents"]}
    for document in gone:
        entry = told[str(document.id)]
        assert entry["state"] == "destroyed"
        assert {each["sha256"] for each in entry["revisions"]} <= set(entry["erased"])
    assert told[str(held.id)]["note"] == "məhkəmə işi 5"
    assert act.signers[0]["capacity"] == "e-seal"


def _nothing_is_left_of(rehearsal: Rehearsal, gone: list[ArchivedDocument]) -> None:
    for document in gone:
        for step in rehearsal.rows(StepRecordRow, document_id=document.id):
            (payload,) = rehearsal.rows(PayloadRow, id=step.payload_id)
            assert (payload.body, payload.salt) == (None, None)
            assert all(each.step is None for each in rehearsal.rows(SigningAttemptRow, work_item_id=step.work_item_id))
    ids = [each.seq for each in gone]
    with rehearsal.office.reading() as uow:
        texts = uow.session.execute(
            sa.text("SELECT text FROM archive_search_text WHERE seq IN :ids").bindparams(
                sa.bindparam("ids", ids, expanding=True)
            )
        )
        assert {row.text for row in texts} == {""}


def _the_last_documents_take_the_case_with_them(
    rehearsal: Rehearsal, appeal: UUID | None, last: list[ArchivedDocument]
) -> None:
    """The archive is told directly here: the way there is the one above."""
    assert appeal is not None
    office = rehearsal.office
    files = {each.sha256 for each in rehearsal.rows(AttachmentRow, case_id=appeal)}
    with office.unit_of_work() as uow:
        for hold in uow.archive.holds(last[0].id):
            uow.archive.lift_hold(hold.id, ground="bitdi", actor="lawyer")
        uow.archive.record_retention_facts([last[1].id], {"retained_until": date(2027, 1, 1)}, actor="archivist")
        uow.commit()
    case = compile_list(rehearsal, last)
    do(rehearsal, case, "review", "executor1", destroy=[str(each.id) for each in last])
    approve(rehearsal, case)
    rehearsal.work()
    assert all(each.body is None for each in rehearsal.rows(PayloadRow, case_id=appeal))
    assert {each.body for each in rehearsal.rows(OutboxRow, case_id=appeal)} <= {""}
    assert {each.name for each in rehearsal.rows(AttachmentRow, case_id=appeal)} <= {""}
    assert not any(office.blobs.exists(each) for each in files)
    with office.reading() as uow:
        assert uow.engine.verify_history(appeal) == []
    assert sweep_blobs(office) == 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_command_line_tells_what_is_due_and_carries_out_what_was_approved(
    rehearsal: Rehearsal, answered: list[ArchivedDocument]
) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        home = {"KARGUZAR_HOME": str(rehearsal.office.settings.home)}
        done = CliRunner().invoke(main, ["archive", "dispose", *words], env=home)
        return done.exit_code, done.stdout, done.stderr

    wanted = answered[:2]
    code, told, _ = run("--body", "executive", "--format", "json")
    due = {each["id"]: each for each in json.loads(told)}
    assert code == 0
    assert {str(each.id) for each in wanted} <= due.keys()
    assert due[str(wanted[0].id)]["retention_class"] == "appeals-5-years"
    case = compile_list(rehearsal, wanted)
    number = rehearsal.case(case).number
    assert run("--execute")[0] == 2, "of which list?"
    code, _, complaint = run("--list", number, "--execute")
    assert (code, "no act with every signature" in complaint) == (2, True)
    do(rehearsal, case, "review", "executor1", destroy=[str(wanted[0].id)])
    approve(rehearsal, case, retain_until="2040-01-01")
    code, told, progress = run("--list", number, "--execute", "--format", "json")
    assert {each["number"]: each["state"] for each in json.loads(told)} == {
        wanted[0].number: "destroyed",
        wanted[1].number: "retained",
    }
    assert (code, '"done": 1, "total": 2' in progress) == (0, True)
    assert run("--list", number, "--execute", "--format", "json")[:2] == (0, told), "called again nothing happens"
    code, told, _ = run("--list", number)
    assert (code, "destroy: destroyed" in told, "2 documents" in told) == (0, True, True)
    assert [each.type for each in documents(rehearsal, case)].count("destruction_act") == 1
    assert run("--list", "D-none")[0] == 2


def test_a_transfer_ends_with_the_receivers_signature(rehearsal: Rehearsal, answered: list[ArchivedDocument]) -> None:
    office, wanted = rehearsal.office, answered[:2]
    case = compile_list(rehearsal, wanted)
    do(rehearsal, case, "review", "executor1", transfer=[str(each.id) for each in wanted])
    approve(rehearsal, case, receiver="office")
    rehearsal.work()
    assert rehearsal.waiting(case) == ["accept_transfer"]
    with office.reading() as uow:
        assert {uow.archive.document(each.id).status for each in wanted} == {"in effect"}
        variables = uow.engine.instance(case).variables
    package = office.settings.home / "transfers" / str(variables["package_name"])
    assert len(list((package / "data" / "documents").rglob("*.pdf"))) == len(wanted)
    do(rehearsal, case, "accept_transfer", "agency.executor2", acceptance="accept")
    rehearsal.work()
    with office.reading() as uow:
        assert {uow.archive.document(each.id).status for each in wanted} == {"transferred"}
        assert not any(office.blobs.exists(each.sha256) for each in wanted)
    assert [each.type for each in documents(rehearsal, case) if each.type == "transfer_act"] == ["transfer_act"]
