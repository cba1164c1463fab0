"""Attempts that an interruption overtakes: the interruption wins, the signed document is kept without effect."""

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import Rehearsal

from archive.blobs import BlobRef, BlobStore
from archive.service import SearchQuery, Visibility
from processes.errors import StepOvertaken
from processes.settling import settle
from processes.signed_documents import validate_document
from processes.tables import DeadlineRow, NumberRow, SigningAttemptRow, StepRecordRow
from processes.use_cases.fire_timers import fire_timers

EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())


class InterruptedStore:
    """A blob store before whose first `put` something else happens: the moment between signing and completing."""

    def __init__(self, store: BlobStore, meanwhile: object) -> None:
        self._store = store
        self._meanwhile = [meanwhile]

    def put(self, data: bytes) -> BlobRef:
        while self._meanwhile:
            self._meanwhile.pop()()  # type: ignore[operator]
        return self._store.put(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_a_timer_that_comes_first_wins_and_the_number_says_why(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    assert item.due_at is not None
    due = item.due_at
    rehearsal.office.clock._real = lambda: due  # the tests' only look into the future
    rehearsal.office.clock.return_to_present()
    assert fire_timers(rehearsal.office) == 1
    with pytest.raises(StepOvertaken) as told:
        rehearsal.sign(prepared, "head")
    assert told.value.state == "exited"
    (number,) = rehearsal.rows(NumberRow, work_item_id=item.id)
    assert (number.state, number.annulled_ground) == ("annulled", "the step was interrupted before it was signed")
    (attempt,) = rehearsal.rows(SigningAttemptRow, work_item_id=item.id)
    assert (attempt.state, attempt.pdf) == ("abandoned", None)
    (deadline,) = rehearsal.rows(DeadlineRow, work_item_id=item.id)
    assert deadline.state in {"breached", "cancelled"}
    assert rehearsal.case(case.case_id).status == "completed"


def test_a_signature_that_comes_too_late_is_kept_without_effect(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})

    def cancel() -> None:
        with office.unit_of_work() as uow:
            settle(office, uow, uow.engine.cancel(case.case_id, by="test", ground="Sifariş geri götürülüb"))
            uow.commit()

    office.blobs = InterruptedStore(office.blobs, cancel)  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises(StepOvertaken):
            rehearsal.sign(prepared, "head")
    with office.reading() as uow:
        (kept,) = uow.archive.search(SearchQuery(case_id=case.case_id), EVERYTHING).documents
    assert (kept.id, kept.status, kept.type) == (prepared.attempt_id, "without effect", "without_effect")
    assert kept.number == f"{prepared.number} (1)"
    assert validate_document(office, kept.id) == "TOTAL-PASSED"
    assert not rehearsal.rows(StepRecordRow, case_id=case.case_id)
    assert [row.state for row in rehearsal.rows(NumberRow, work_item_id=item.id)] == ["annulled"]
    assert [row.state for row in rehearsal.rows(SigningAttemptRow, work_item_id=item.id)] == ["abandoned"]


def test_two_signatures_of_one_item_leave_one_in_effect_and_one_without(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    fields = {"text": "Qeyd", "last": True}
    heads, deputys = rehearsal.submit(item, "head", fields), rehearsal.submit(item, "deputy", fields)
    plain = office.blobs

    def deputy_first() -> None:
        office.blobs = plain
        rehearsal.sign(deputys, "deputy")

    office.blobs = InterruptedStore(plain, deputy_first)  # type: ignore[assignment]
    with pytest.raises(StepOvertaken) as told:
        rehearsal.sign(heads, "head")
    assert told.value.by == "İbrahimova Xəyalə Çingiz qızı"
    with office.reading() as uow:
        found = uow.archive.search(SearchQuery(case_id=case.case_id), EVERYTHING).documents
    assert {(each.id, each.status) for each in found} == {
        (deputys.attempt_id, "in effect"),
        (heads.attempt_id, "without effect"),
    }
    assert [row.state for row in rehearsal.rows(NumberRow, work_item_id=item.id)] == ["used"]
