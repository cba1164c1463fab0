"""Which open work items a person has or may do, cut into slices that one index each answers, however many there are.

A slice is a condition that fixes the first columns of an index of `engine_work_item`; the slices of one list never
overlap, so their counts may be added and their first lines merged. An `OR` over them would be answered by reading the
whole table.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.tables import WorkItemRow
from processes.mandates import Mandate
from processes.tables import MandateRow, StepRecordRow

Slice = sa.ColumnElement[bool]
OPEN: Slice = WorkItemRow.ended_at.is_(None)
"""work items somebody can still act on, in the very words of the index that holds them"""
_Group = tuple[str, UUID]
"""a role and the body whose role it is"""


def covered(mandate: Mandate) -> Slice:
    """The work items of a mandate's role, body and processes."""
    return _of_group((mandate.role, mandate.body_id), set(mandate.scope) or None)


def held(person_id: UUID) -> Slice:
    """What somebody has claimed, set aside or not."""
    return sa.and_(WorkItemRow.state == "reserved", WorkItemRow.assignee == str(person_id))


def mine(person_id: UUID, now: datetime) -> list[Slice]:
    """What this person has claimed and not set aside."""
    return [sa.and_(held(person_id), sa.not_(sa.func.coalesce(_hidden(now), sa.false())))]


def aside(person_id: UUID, now: datetime) -> list[Slice]:
    """What this person has set aside for a while, and what others have from them by delegation."""
    delegated = sa.and_(
        WorkItemRow.delegated_by == str(person_id),
        WorkItemRow.state == "reserved",
        WorkItemRow.assignee != str(person_id),
    )
    return [sa.and_(held(person_id), _hidden(now)), delegated]


def group(person_id: UUID, own: Iterable[Mandate]) -> list[Slice]:
    """What this person may claim by their own mandates."""
    return [sa.and_(_of_group(*one), _open_to(person_id)) for one in _groups(own).items()]


def substitution(session: Session, person_id: UUID, others: Sequence[Mandate]) -> list[Slice]:
    """What this person may do for those they substitute: what stands open to the group, and what the absent hold."""
    absent = _absent_holders(session, others)
    return [*group(person_id, others), *_held_by_absent(person_id, others, absent)]


def _held_by_absent(person_id: UUID, others: Sequence[Mandate], absent: Mapping[Any, UUID]) -> Iterator[Slice]:
    by_holder: dict[UUID, list[Mandate]] = {}
    for mandate in others:
        if mandate.acts_for_id in absent:
            by_holder.setdefault(absent[mandate.acts_for_id], []).append(mandate)
    for holder, mandates in by_holder.items():
        for one in _groups(mandates).items():
            yield sa.and_(held(holder), _of_group(*one), _unbarred(person_id))


def everything(session: Session, person_id: UUID, mandates: Sequence[Mandate], now: datetime) -> list[Slice]:
    """All of it, whatever list it stands in, and each item once."""
    others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
    absent = _absent_holders(session, others)
    delegated = aside(person_id, now)[1]
    substituted = [str(holder) for holder in absent.values()]
    return [
        held(person_id),
        sa.and_(delegated, WorkItemRow.assignee.not_in(substituted)) if substituted else delegated,
        *group(person_id, mandates),
        *_held_by_absent(person_id, others, absent),
    ]


def done(person_id: UUID) -> list[Slice]:
    """What this person has completed."""
    return [sa.and_(WorkItemRow.assignee == str(person_id), WorkItemRow.state == "completed")]


def _groups(mandates: Iterable[Mandate]) -> Mapping[_Group, set[str] | None]:
    """Groups with the processes they are limited to; None: all. Two mandates of one group are one slice."""
    found: dict[_Group, set[str] | None] = {}
    for mandate in mandates:
        key = (mandate.role, mandate.body_id)
        known = found.get(key, set())
        found[key] = None if known is None or not mandate.scope else known | set(mandate.scope)
    return found


def _of_group(key: _Group, processes: set[str] | None) -> Slice:
    role, body_id = key
    parts = [WorkItemRow.role == role, WorkItemRow.scope == str(body_id)]
    if processes is not None:
        parts.append(WorkItemRow.definition_key.in_(sorted(processes)))
    return sa.and_(*parts)


def _hidden(now: datetime) -> Slice:
    """Set aside until later; an overdue step comes back by itself."""
    late = sa.func.coalesce(WorkItemRow.due_at < now, sa.false())
    return sa.and_(WorkItemRow.follow_up_hides, WorkItemRow.follow_up_at > now, sa.not_(late))


def _open_to(person_id: UUID) -> Slice:
    """What a group's people may claim: not what was given by name, nor what four eyes bar this person from."""
    return sa.and_(OPEN, WorkItemRow.state == "ready", WorkItemRow.named.is_(False), _unbarred(person_id))


_signed, _later = aliased(StepRecordRow), aliased(StepRecordRow)
_SIGNED_LAST = sa.and_(
    _signed.case_id == WorkItemRow.instance_id,
    _signed.element_id == WorkItemRow.four_eyes_with,
    ~sa.exists().where(
        _later.case_id == _signed.case_id, _later.element_id == _signed.element_id, _later.round > _signed.round
    ),
)


@lru_cache(maxsize=1_000)
def _unbarred(person_id: UUID) -> Slice:
    """Not what this person did, the last time, themselves: the step that the item has to look at."""
    barred = sa.exists().where(_SIGNED_LAST, _signed.person_id == person_id)
    return sa.or_(WorkItemRow.four_eyes_with.is_(None), ~barred)


def _absent_holders(session: Session, mandates: Sequence[Mandate]) -> dict[Any, UUID]:
    ids = [mandate.acts_for_id for mandate in mandates]
    rows = session.execute(sa.select(MandateRow.id, MandateRow.holder_id).where(MandateRow.id.in_(ids)))
    return {row.id: row.holder_id for row in rows}
