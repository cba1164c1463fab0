"""Documents that are due, and a case that decides of them, for tests of disposal and transfer."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from rehearsal import APPEAL, Rehearsal

from archive.documents import ArchivedDocument, Classification

DISPOSAL = "document-disposal"
LATER = datetime(2033, 2, 1, 9, 0, tzinfo=UTC)


def documents(rehearsal: Rehearsal, case_id: UUID) -> list[ArchivedDocument]:
    with rehearsal.office.reading() as uow:
        return uow.archive.case_documents(case_id)


def make_due(rehearsal: Rehearsal, found: list[ArchivedDocument]) -> None:
    """The case was closed and classified years ago."""
    with rehearsal.office.unit_of_work() as uow:
        ids = [each.id for each in found]
        uow.archive.classify(ids, Classification(retention_class="appeals-5-years"), actor="archivist")
        uow.archive.record_retention_facts(ids, {"case_closed_on": date(2026, 5, 1)}, actor="archivist")
        uow.commit()


def do(rehearsal: Rehearsal, case_id: UUID, element: str, login: str, **fields: Any) -> None:
    item = rehearsal.item(case_id, element)
    rehearsal.sign(rehearsal.submit(item, login, fields), login)


def compile_list(rehearsal: Rehearsal, wanted: list[ArchivedDocument]) -> UUID:
    """A review list of one reviewer and one member of the commission; the case."""
    case = rehearsal.start(DISPOSAL, "executive", "archivist").case_id
    people = {"reviewers": [str(rehearsal.person("executor1"))], "members": [str(rehearsal.person("executor2"))]}
    ids = [str(each.id) for each in wanted]
    do(rehearsal, case, "compile", "archivist", subject="2026", documents=ids, quorum=1, **people)
    return case


def approve(rehearsal: Rehearsal, case: UUID, **act: Any) -> None:
    """The act is drawn up and signed by all; nothing is carried out yet."""
    rehearsal.work()
    do(rehearsal, case, "draft_act", "archivist", text="Saxlama siyahısı, m. 75", **act)
    do(rehearsal, case, "sign_member", "executor2", decision="sign")
    do(rehearsal, case, "sign_head", "head", decision="sign")


@pytest.fixture
def due_in_2033(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive looks years ahead; the pilot's certificates would not."""
    monkeypatch.setattr("archive.review_lists.ReviewLists.due", _due_in_2033)
    monkeypatch.setattr("archive.disposal.Disposal.require_removable", _removable_in_2033)


@pytest.fixture
def answered(rehearsal: Rehearsal, due_in_2033: None) -> list[ArchivedDocument]:
    """The documents of a finished appeal that are due in 2033; certificates are as valid then as today."""
    del due_in_2033
    case_id = rehearsal.play(APPEAL, "answered-in-15-working-days")
    found = documents(rehearsal, case_id)
    make_due(rehearsal, found)
    return found


_DUE = __import__("archive.review_lists", fromlist=["ReviewLists"]).ReviewLists.due
_REMOVABLE = __import__("archive.disposal", fromlist=["Disposal"]).Disposal.require_removable


def _due_in_2033(self: Any, **asked: Any) -> Any:
    return _DUE(self, **{**asked, "on": LATER.date()})


def _removable_in_2033(self: Any, document: Any, over_on: date | None) -> None:
    _REMOVABLE(self, document, LATER.date() if over_on else None)
