"""Disposal: the review list, the reviewers' decisions, the act carried out.

The rows of the review list tell what is done, so every effect may run again after a kill.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.documents import ArchivedDocument
from archive.review_lists import Decision, DisposalEntry, EntryState
from processes.disposing import ApprovedAct, carry_out
from processes.documents import DocumentSection
from processes.errors import DisposalRefused
from processes.handlers import CompletedStep, Job, ProposedStep, Variables, guards, recorders, service
from processes.office import Office
from processes.organisation import bodies, body
from processes.sealing import SealRequest, file_sealed, seal
from processes.steps import last_fields
from processes.tables import StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.words import word

STATE_ARCHIVE = "state_archive"
"""the function of the body that takes documents over"""
IN_OFFICE, OUTSIDE = "office", "outside"
"""receivers, as the act says"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPaper:
    """A sealed act that says what became of documents."""

    kind: str
    words: tuple[str, str]
    """title and summary, as `processes.words` calls them"""
    states: Sequence[EntryState]
    """of the entries it lists"""
    sections: Sequence[DocumentSection] = ()
    """before the lists"""
    facts: Mapping[str, Any] = field(default_factory=dict)


def _ids(fields: Mapping[str, Any], name: str) -> list[UUID]:
    return [UUID(str(each)) for each in fields.get(name) or ()]


@guards("disposal.compile")
def guard_list(uow: UnitOfWork, step: ProposedStep) -> None:
    """Only documents of this body whose period is over, free of holds and of other lists.

    :raises DisposalRefused: names those that are not
    """
    wanted = _ids(step.fields, "documents")
    owner = body(uow.session, step.case.body_id)
    today = owner.local(uow.now).date()
    busy = uow.archive.review_lists.listed_elsewhere(step.case.id, wanted)
    found = uow.archive.documents(wanted)
    wrong = [
        document.number
        for document in found
        if document.id in busy
        or document.owner != str(owner.id)
        or not uow.archive.disposal.removable(document, over_on=today)
    ]
    if wrong or len(found) < len(wanted):
        raise DisposalRefused("not-due", wrong)


@recorders("disposal.compile")
def record_list(uow: UnitOfWork, step: CompletedStep) -> None:
    """The list stands; its documents come on no other."""
    uow.archive.review_lists.compile(step.case.id, _ids(step.fields, "documents"))


@guards("disposal.review")
def guard_opinion(uow: UnitOfWork, step: ProposedStep) -> None:
    """One decision a document.

    :raises DisposalRefused: named in both lists
    """
    destroy, transfer = set(_ids(step.fields, "destroy")), set(_ids(step.fields, "transfer"))
    if both := destroy & transfer:
        raise DisposalRefused("both", [each.number for each in uow.archive.documents(list(both))])


@recorders("disposal.review")
def record_opinion(uow: UnitOfWork, step: CompletedStep) -> None:
    """What this reviewer decided of each document; what is in neither list stays."""
    listed = {entry.document_id: Decision.RETAIN for entry in uow.archive.review_lists.entries(step.case.id)}
    said = dict.fromkeys(_ids(step.fields, "destroy"), Decision.DESTROY)
    said |= dict.fromkeys(_ids(step.fields, "transfer"), Decision.TRANSFER)
    uow.archive.review_lists.give_opinion(step.case.id, str(step.item.assignee or step.person_id), listed | said)


@guards("disposal.act")
def guard_act(uow: UnitOfWork, step: ProposedStep) -> None:
    """Nothing is handed over in this office where no body is there to take it.

    :raises DisposalRefused: nobody to hand over to
    """
    here = step.fields.get("receiver") == IN_OFFICE
    if here and not any(STATE_ARCHIVE in each.functions for each in bodies(uow.session)):
        raise DisposalRefused("no-receiver", [])


@service("disposal.gather")
class GatherDecisions:
    """Draws the decision of each document from the reviewers' opinions."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Decide; the ids go to the act."""
        del office, effect
        uow.archive.review_lists.decide(job.case.id)
        entries = uow.archive.review_lists.entries(job.case.id)
        return {
            f"{decision}_ids": [str(each.document_id) for each in entries if each.decision == decision]
            for decision in Decision
        }


@service("disposal.execute")
class CarryOut:
    """Destroys and retains what the signed act says, then seals the destruction act."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Each document in a transaction of its own, then its bytes; the sealed act lists what became of each."""
        with office.reading() as uow:
            act = approved_act(uow, job)
        for _ in carry_out(office, act):
            pass
        with office.reading() as uow:
            request = told_in_act(uow, job, act, _DESTRUCTION)
        return {"sealed": seal(office, request)}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """File the destruction act."""
        file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        return {}


def approved_act(uow: UnitOfWork, job: Job) -> ApprovedAct:
    """The act as it was signed."""
    signed = last_fields(uow.session, job.case.id, "draft_act")
    number = uow.session.scalar(
        sa.select(StepRecordRow.number)
        .where(StepRecordRow.case_id == job.case.id, StepRecordRow.element_id == "draft_act")
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )
    until = signed.get("retain_until")
    return ApprovedAct(
        list_id=job.case.id,
        number=str(number),
        ground=str(signed.get("text", "")),
        today=job.body.local(uow.now).date(),
        retain_until=date.fromisoformat(until) if until else None,
    )


_DESTRUCTION = ActPaper(
    kind="destruction_act",
    words=("destruction-title", "destruction-summary"),
    states=(EntryState.DESTROYED, EntryState.WITHHELD, EntryState.RETAINED, EntryState.LISTED),
)
_HEADINGS: Mapping[EntryState, str] = {
    EntryState.DESTROYED: "entry-destroyed",
    EntryState.WITHHELD: "entry-withheld",
    EntryState.RETAINED: "entry-retained",
    EntryState.LISTED: "entry-listed",
    EntryState.TRANSFERRED: "entry-transferred",
}


def told_in_act(uow: UnitOfWork, job: Job, act: ApprovedAct, paper: ActPaper) -> SealRequest:
    """What became of the documents of the list, for people and in step.json."""
    language, (title, summary) = job.body.language, paper.words
    entries = [each for each in uow.archive.review_lists.entries(job.case.id) if each.state in paper.states]
    documents = {each.id: each for each in uow.archive.documents([each.document_id for each in entries])}
    listed = [
        DocumentSection(title=word(_HEADINGS[state], language), rows=tuple(rows))
        for state in paper.states
        if (rows := [_row(documents[each.document_id], each) for each in entries if each.state == state])
    ]
    return SealRequest(
        case_id=job.case.id,
        step_id=job.call.task_id,
        element_id=job.call.element_id,
        kind=paper.kind,
        title=word(title, language),
        summary=word(summary, language, act=act.number),
        sections=[*paper.sections, *listed],
        facts={"act": act.number, **paper.facts, "documents": _listed(uow, entries, documents)},
    )


def _row(document: ArchivedDocument, entry: DisposalEntry) -> tuple[str, str]:
    lines = [document.title, f"SHA-256 {document.sha256}", *([entry.note] if entry.note else [])]
    return document.number, "\n".join(lines)


def _listed(
    uow: UnitOfWork, entries: Iterable[DisposalEntry], documents: Mapping[UUID, ArchivedDocument]
) -> list[dict[str, Any]]:
    return [
        {
            "document": str(entry.document_id),
            "number": documents[entry.document_id].number,
            "state": entry.state,
            "note": entry.note,
            "revisions": [
                {"sha256": each.sha256, "bytes": each.bytes} for each in uow.archive.revisions(entry.document_id)
            ],
            "erased": [each.sha256 for each in uow.archive.disposal.erasures(entry.document_id) if each.ended_at],
        }
        for entry in entries
    ]
