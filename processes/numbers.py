"""Numbers: drawn from a register, never reused, never a silent gap. An unused one is annulled with a ground."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.prepared import Prepared
from processes.organisation import Body
from processes.tables import CaseRow, NumberRow
from processes.unit_of_work import UnitOfWork

_CASE = CaseRow.id == sa.bindparam("case", type_=sa.Uuid())
_LOCK_CASE = Prepared(sa.select(CaseRow.id).where(_CASE).with_for_update())
_COUNT = Prepared(sa.update(CaseRow).where(_CASE).values(document_seq=CaseRow.document_seq + 1))
_COUNTED = Prepared(sa.select(CaseRow.document_seq).where(_CASE))
_KEPT = Prepared(
    sa.select(NumberRow.number).where(
        NumberRow.work_item_id == sa.bindparam("step", type_=sa.Uuid()), NumberRow.state != "annulled"
    )
)


def draw_case_number(
    uow: UnitOfWork, body: Body, *, register: str, pattern: str, case_id: UUID, state: str = "used"
) -> str:
    """The next number of a body's register in its current year, e.g. ``R-2026-000431``.

    `state` is ``drawn`` where what bears it is yet to be signed: `use_drawn` or `annul_unsigned` ends that.
    """
    year = uow.now.astimezone(ZoneInfo(body.time_zone)).year
    _lock_register(uow, f"{body.id}:{register}:{year}")
    newest = uow.session.scalar(
        sa.select(sa.func.max(NumberRow.seq)).where(
            NumberRow.body_id == body.id, NumberRow.register == register, NumberRow.year == year
        )
    )
    seq = (newest or 0) + 1
    number = pattern.format(year=year, seq=seq, body=body.code.upper())
    uow.insert(
        NumberRow,
        id=uuid4(),
        body_id=body.id,
        register=register,
        year=year,
        seq=seq,
        number=number,
        case_id=case_id,
        state=state,
        drawn_at=uow.now,
    )
    return number


def use_drawn(uow: UnitOfWork, identity: UUID) -> bool:
    """What the number was drawn for is signed; False when it took so long that the number has been annulled."""
    return bool(uow.update(NumberRow, {"case_id": identity, "state": "drawn"}, state="used"))


def annul_unsigned(uow: UnitOfWork, *, before: datetime, ground: str) -> int:
    """Annul the numbers, of any register, drawn before an instant for a sheet that was never signed; how many.

    A step's document keeps its number over all its attempts: `annul_number` ends that.
    """
    stale = sa.and_(NumberRow.work_item_id.is_(None), NumberRow.state == "drawn", NumberRow.drawn_at <= before)
    annulled = uow.session.connection().execute(
        sa.update(NumberRow).where(stale).values(state="annulled", annulled_ground=ground)
    )
    return annulled.rowcount


def _lock_register(uow: UnitOfWork, name: str) -> None:
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("register:" + name))))


def next_document_number(uow: UnitOfWork, case: CaseRow, step_id: UUID) -> str:
    """What `draw_document_number` would give now. Nothing is drawn, nothing locked: somebody else may get it."""
    return str(uow.first(_KEPT, step=step_id) or _document_number(case, case.document_seq + 1))


def draw_document_number(uow: UnitOfWork, case: CaseRow, step_id: UUID) -> str:
    """The number of a step's document, e.g. ``R-2026-000431/3``; the step keeps it over all its attempts."""
    # the lock comes before the question: two who ask at once must get one number
    uow.first(_LOCK_CASE, case=case.id)
    kept = uow.first(_KEPT, step=step_id)
    if kept:
        return str(kept)
    uow.run(_COUNT, case=case.id)
    seq = uow.first(_COUNTED, case=case.id)
    number = _document_number(case, seq)
    uow.insert(
        NumberRow,
        id=uuid4(),
        body_id=case.body_id,
        register=f"documents of {case.number}",
        year=case.started_at.year,
        seq=seq,
        number=number,
        work_item_id=step_id,
        case_id=case.id,
        state="drawn",
        drawn_at=uow.now,
    )
    return number


def _document_number(case: CaseRow, seq: int) -> str:
    return f"{case.number}/{seq}"


def use_number(uow: UnitOfWork, step_id: UUID) -> None:
    """The document with the step's number is in the archive."""
    uow.update(NumberRow, {"work_item_id": step_id, "state": "drawn"}, state="used")


def annul_number(uow: UnitOfWork, step_id: UUID, ground: str) -> None:
    """The step ended without a document: its number says why."""
    uow.update(NumberRow, {"work_item_id": step_id, "state": "drawn"}, state="annulled", annulled_ground=ground)
