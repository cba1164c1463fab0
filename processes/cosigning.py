"""Several people sign one document: whom it expects, whose field is whose, and what becomes of it.

Everything that changes a shared document happens under the lock of its case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.service import DocumentStatus
from engine.cosigning import DECISION, SIGN, Cosigner, cosigners
from engine.errors import EngineError
from engine.expressions import ExpressionContext
from engine.prepared import Prepared
from processes.errors import CosignersUnknown, NoPlaceToSign, StepOvertaken
from processes.forms import FormContext
from processes.mandates import mandate, standing_in
from processes.office import Office
from processes.organisation import people_named
from processes.steps import OpenStep
from processes.tables import CaseDocumentRow, CosignatureRow, SharedDocumentRow
from processes.unit_of_work import UnitOfWork

CLOSING = "closing"
"""the field of the body's e-seal, which locks the document when enough have signed"""
LAPSED_ANEW = "the document was made anew"
LAPSED_ENDED = "the case ended before everybody had signed"
LAPSED_REFUSED = "so many have refused that it cannot be signed by as many as are needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCosigner:
    """Somebody whose signature a document gets a field for."""

    field: str
    element: str
    role: str
    person_id: UUID | None
    person: str
    """empty: whoever of the role takes the step"""
    needed: int
    substitutes: tuple[str, ...]
    """who stands in for the person by an order in force now"""

    def as_json(self) -> dict[str, Any]:
        """An entry of `expected_signatures` in step.json."""
        return {
            "field": self.field,
            "role": self.role,
            "person": self.person,
            "person_id": str(self.person_id) if self.person_id else None,
            "group": self.element,
            "needed": self.needed,
            "substitutes": list(self.substitutes),
        }


def expected_cosigners(uow: UnitOfWork, step: OpenStep, fields: Mapping[str, Any]) -> tuple[ExpectedCosigner, ...]:
    """Whom the document of a step expects beside its maker, by the variables as they will be after the step.

    :raises CosignersUnknown: the model or the entries do not say it clearly
    """
    declared = {name: fields[name] for name in step.definition.package.variables if name in fields}
    try:
        found = cosigners(
            step.definition.package, step.element.id, {**step.item.data, **declared}, _circumstances(step.context)
        )
        people = {one.person: UUID(one.person) for one in found if one.person}
    except (EngineError, ValueError) as error:
        raise CosignersUnknown(str(error)) from error
    names = people_named(uow.session, set(people.values()))
    if len(names) < len(people):
        raise CosignersUnknown("somebody who is to sign is nobody of this office")
    persons = {person: (ident, names[ident]) for person, ident in people.items()}
    key = step.item.definition_key
    return tuple(_expected(uow, key, number, one, persons) for number, one in enumerate(found, start=1))


def _circumstances(context: FormContext) -> ExpressionContext:
    return ExpressionContext(now=context.now, time_zone=context.time_zone, calendar=context.calendar)


def _expected(
    uow: UnitOfWork, process_key: str, number: int, one: Cosigner, people: Mapping[str, tuple[UUID, str]]
) -> ExpectedCosigner:
    person_id, person = people[one.person] if one.person else (None, "")
    substitutes = standing_in(uow.session, person_id, one.role, process_key, uow.now) if person_id else ()
    return ExpectedCosigner(
        field=f"cosigner{number}",
        element=one.element,
        role=one.role,
        person_id=person_id,
        person=person,
        needed=one.needed,
        substitutes=tuple(substitutes),
    )


def signs_another(step: OpenStep, fields: Mapping[str, Any]) -> bool:
    """The step, so decided, puts a signature on an earlier step's document; a refusal has a document of its own."""
    return step.element.cosigns is not None and fields.get(DECISION) == SIGN


def share(uow: UnitOfWork, step: OpenStep, document_id: UUID, record: Mapping[str, Any]) -> None:
    """A document that expects others has been signed by its maker: it waits for them now."""
    expected = [entry for entry in record["expected_signatures"] if "group" in entry]
    if not expected:
        return
    for row in _open_documents(uow, step.case.id, step.definition.key, step.element.id):
        lapse(uow, row, LAPSED_ANEW)
    uow.insert(
        SharedDocumentRow,
        document_id=document_id,
        case_id=step.case.id,
        definition_key=step.definition.key,
        element_id=step.element.id,
        body_id=UUID(record["body"]["id"]),
        state="open",
        made_at=uow.now,
    )
    for place, entry in enumerate(expected, start=1):
        uow.insert(
            CosignatureRow,
            document_id=document_id,
            field=entry["field"],
            place=place,
            element_id=entry["group"],
            role=entry["role"],
            person_id=UUID(entry["person_id"]) if entry["person_id"] else None,
            needed=entry["needed"],
            refused=False,
        )


def _open_documents(uow: UnitOfWork, case_id: UUID, process: str, element_id: str) -> Sequence[SharedDocumentRow]:
    query = sa.select(SharedDocumentRow).where(
        SharedDocumentRow.case_id == case_id,
        SharedDocumentRow.definition_key == process,
        SharedDocumentRow.element_id == element_id,
        SharedDocumentRow.state == "open",
    )
    return uow.session.execute(query.order_by(SharedDocumentRow.made_at)).scalars().all()


def shared_document(uow: UnitOfWork, step: OpenStep) -> SharedDocumentRow:
    """The document that a co-signing step is about.

    :raises NoPlaceToSign: there is none that waits for signatures
    """
    found = _open_documents(uow, step.case.id, step.definition.key, step.element.cosigns or "")
    if not found:
        raise NoPlaceToSign
    return found[-1]


def place_of(uow: UnitOfWork, document: SharedDocumentRow, step: OpenStep) -> CosignatureRow:
    """The field that was allotted to whom this step was given to, or to anybody of its role.

    :raises NoPlaceToSign: the document expects somebody else, or nobody any more
    """
    wanted = [
        row for row in cosignatures(uow, document.document_id)
        if row.element_id == step.element.id and row.step_id is None
    ]  # fmt: skip
    entitled = {step.item.assignee, str(step.mandate.holder_id), *_substituted(uow, step)}
    own = [row for row in wanted if row.person_id is not None and str(row.person_id) in entitled]
    free = [row for row in wanted if row.person_id is None]
    if not own and not free:
        raise NoPlaceToSign
    return (own or free)[0]


def _substituted(uow: UnitOfWork, step: OpenStep) -> set[str]:
    acts_for = mandate(uow.session, step.mandate.acts_for_id) if step.mandate.acts_for_id else None
    return {str(acts_for.holder_id)} if acts_for else set()


def cosignatures(uow: UnitOfWork, document_id: UUID) -> Sequence[CosignatureRow]:
    """The fields of a document beside the first, in their order."""
    query = sa.select(CosignatureRow).where(CosignatureRow.document_id == document_id)
    return uow.session.execute(query.order_by(CosignatureRow.place)).scalars().all()


def note_refusal_to_sign(uow: UnitOfWork, step: OpenStep, step_id: UUID) -> None:
    """Somebody has refused, by a document of their own; when too few are left the shared one is without effect."""
    for document in _open_documents(uow, step.case.id, step.definition.key, step.element.cosigns or ""):
        row = place_of(uow, document, step)
        row.step_id, row.refused = step_id, True
        uow.session.flush()
        if not _reachable(cosignatures(uow, document.document_id)):
            lapse(uow, document, LAPSED_REFUSED)


def _groups(rows: Iterable[CosignatureRow]) -> dict[str, list[CosignatureRow]]:
    groups: dict[str, list[CosignatureRow]] = {}
    for row in rows:
        groups.setdefault(row.element_id, []).append(row)
    return groups


def _reachable(rows: Iterable[CosignatureRow]) -> bool:
    return all(sum(not row.refused for row in rows) >= rows[0].needed for rows in _groups(rows).values())


def _enough(rows: Iterable[CosignatureRow]) -> bool:
    return all(
        sum(row.step_id is not None and not row.refused for row in rows) >= rows[0].needed
        for rows in _groups(rows).values()
    )


def lapse(uow: UnitOfWork, document: SharedDocumentRow, ground: str) -> None:
    """The document will never have the signatures it needs: it is kept without effect, with the ground."""
    document.state, document.ended_at, document.ended_reason = "lapsed", uow.now, ground
    document.leased_to = document.leased_by = document.leased_until = None
    uow.archive.set_status(document.document_id, DocumentStatus.WITHOUT_EFFECT, ground=ground, actor="system")
    uow.audit.record(
        "case:document:lapse",
        actor="system",
        subject=str(document.document_id),
        stream=str(document.case_id),
        details={"ground": ground},
    )


_ANY_OPEN = Prepared(
    sa.select(SharedDocumentRow.document_id)
    .where(SharedDocumentRow.case_id == sa.bindparam("case", type_=sa.Uuid()), SharedDocumentRow.state == "open")
    .limit(1)
)


def settle_shared(office: Office, uow: UnitOfWork, case_id: UUID, *, ended: bool) -> None:
    """After the case has moved on: what enough have signed is to be closed, what cannot be completed lapses.

    A task whose others are still asked, though enough have signed, is waited for: a model may want it so.
    """
    if uow.first(_ANY_OPEN, case=case_id) is None:
        return
    query = sa.select(SharedDocumentRow).where(SharedDocumentRow.case_id == case_id, SharedDocumentRow.state == "open")
    for document in uow.session.execute(query).scalars().all():
        if _enough(cosignatures(uow, document.document_id)) and not _asked(uow, document):
            document.state = "complete"
            identity = str(document.document_id)
            office.enqueue(uow.session, "close_document", (identity,), f"close:{identity}")
        elif ended:
            lapse(uow, document, LAPSED_ENDED)


def _asked(uow: UnitOfWork, document: SharedDocumentRow) -> bool:
    elements = {row.element_id for row in cosignatures(uow, document.document_id)}
    return any(
        item.definition_key == document.definition_key and item.element_id in elements
        for item in uow.engine.open_items(document.case_id)
    )


def complete_documents(uow: UnitOfWork, case_id: UUID) -> Sequence[UUID]:
    """The documents of a case that enough have signed and that are not sealed yet."""
    query = sa.select(SharedDocumentRow.document_id).where(SharedDocumentRow.case_id == case_id)
    return uow.session.execute(query.where(SharedDocumentRow.state == "complete")).scalars().all()


def new_head(uow: UnitOfWork, document_id: UUID, sha256: str, size: int) -> None:
    """A later document of the case names the document again, with the bytes it has now."""
    uow.update(CaseDocumentRow, {"document_id": document_id}, sha256=sha256, bytes=size, referenced_by=None)


def require_open(document: SharedDocumentRow | None) -> SharedDocumentRow:
    """The document still waits for signatures.

    :raises StepOvertaken: enough have signed, or it has lapsed
    """
    if document is None or document.state != "open":
        raise StepOvertaken(at=document.ended_at if document else None, state="exited")
    return document
