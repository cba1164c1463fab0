"""What `karguzar archive dispose` does: what is due, what a list says, and carrying out what was approved."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.office import Office
from processes.progress import Progress, Tell
from processes.settings import Settings
from processes.tools import ToolError

CARRIED_OUT = "disposal.execute"
"""the service that carries an act out; the case comes to it only with every signature"""
DUE_SHOWN, LIST_SHOWN = "archive:due:view", "archive:disposal:view"
"""on the audit trail"""


def due_for_disposal(settings: Settings, code: str) -> list[dict[str, Any]]:
    """What is due today, in one body or (no code) in all, the longest overdue first."""
    from processes.queries.retention import due_documents
    from processes.use_cases.view_document import note_operator

    with _opened(settings) as office:
        owner = str(_body(office, code)) if code else None
        due = due_documents(office, owner)
        note_operator(office, DUE_SHOWN, code or "archive", {"documents": len(due)})
        return [
            {
                "id": str(each.id),
                "number": each.number,
                "title": each.title,
                "retention_class": each.retention_class,
                "dispose_after": each.dispose_after.isoformat() if each.dispose_after else None,
            }
            for each in due
        ]


def disposal_list(settings: Settings, number: str) -> list[dict[str, Any]]:
    """What is to become, or became, of each document of a list."""
    from processes.use_cases.view_document import note_operator

    with _opened(settings) as office:
        entries = _entries(office, _case(office, number))
        note_operator(office, LIST_SHOWN, number, {"documents": len(entries)})
        return entries


def carry_out_list(settings: Settings, number: str, *, tell: Tell) -> list[dict[str, Any]]:
    """Carry out a list whose act has every signature; called again it goes on. What became of each document."""
    from processes.service_tasks import perform, record

    with _opened(settings) as office:
        case_id = _case(office, number)
        with office.reading() as uow:
            calls = [each for each in uow.engine.waiting_services(case_id) if each.handler == CARRIED_OUT]
        if not calls and not any(each["state"] in {"destroyed", "retained"} for each in _entries(office, case_id)):
            raise ToolError(f"{number} has no act with every signature: nothing is carried out")
        for call in calls:
            _document_by_document(office, case_id, call.task_id, tell)
            outcome = perform(office, case_id, call.task_id)
            if outcome is None:
                raise ToolError(f"{number} is suspended")
            record(office, office.unit_of_work(), case_id, call.task_id, outcome)
        return _entries(office, case_id)


def _document_by_document(office: Office, case_id: UUID, task_id: UUID, tell: Tell) -> None:
    """Do what the service does first, telling of each document; the service then finds it done and seals the act."""
    from processes.disposing import carry_out
    from processes.handlers.disposal import approved_act
    from processes.service_tasks import waiting_job

    with office.reading() as uow:
        job = waiting_job(uow, case_id, task_id)
        if job is None or uow.engine.suspension(case_id) is not None:
            return
        act, entries = approved_act(uow, job), uow.archive.review_lists.entries(case_id)
    total = sum(each.state == "listed" and each.decision != "transfer" for each in entries)
    for done, entry in enumerate(carry_out(office, act), 1):
        tell(Progress(done=done, total=total, stage="disposal", note=f"{entry.document_id}: {entry.state}"))


@contextmanager
def _opened(settings: Settings) -> Iterator[Office]:
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    try:
        yield office
    finally:
        office.close()


def _entries(office: Office, case_id: UUID) -> list[dict[str, Any]]:
    with office.reading() as uow:
        numbers = {each.id: each for each in uow.archive.review_lists.documents(case_id)}
        return [
            {
                "id": str(entry.document_id),
                "number": numbers[entry.document_id].number,
                "title": numbers[entry.document_id].title,
                "proposed": entry.proposed,
                "decision": entry.decision,
                "state": entry.state,
                "note": entry.note,
            }
            for entry in uow.archive.review_lists.entries(case_id)
        ]


def _case(office: Office, number: str) -> UUID:
    from processes.queries.retention import PROCESS
    from processes.tables import CaseRow

    query = sa.select(CaseRow.id).where(CaseRow.number == number, CaseRow.definition_key == PROCESS)
    with office.reading() as uow:
        found = uow.session.scalars(query).one_or_none()
    if found is None:
        raise ToolError(f"there is no disposal {number}")
    return found


def _body(office: Office, code: str) -> UUID:
    from processes.organisation import bodies

    with office.reading() as uow:
        found = [each.id for each in bodies(uow.session) if each.code == code]
    if not found:
        raise ToolError("there is no body with that code; `karguzar body list` names them")
    return found[0]
