"""Which open work items a person has or may do, cut into slices that one index each answers, however many there are.

A slice is a condition that fixes the first columns of an index of `engine_work_item`; the slices of one list never
overlap, so their counts may be added and their first lines merged. An `OR` over them would be answered by reading the
whole table.

Slices of one shape share one condition with parameters in it, whoever asks: so the statements made of them are built
once for all people, and building them costs more than answering them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.tables import UtcDateTime, WorkItemRow
from processes.mandates import Mandate, absent_holders
from processes.tables import StepRecordRow

Condition = sa.ColumnElement[bool]
# by tables, not by classes: of lists only some columns are read, and the session then has nothing of its own to do
ITEM = sa.inspect(WorkItemRow).local_table
_RECORD = sa.inspect(StepRecordRow).local_table
OPEN: Condition = ITEM.c.ended_at.is_(None)
"""work items somebody can still act on, in the very words of the index that holds them"""
SHAPES = 1_000
"""how many conditions or statements are kept: each list of so many groups is one"""
DAY = timedelta(hours=24)
NOW: sa.BindParameter[Any] = sa.bindparam("now", type_=UtcDateTime())
TOMORROW: sa.BindParameter[Any] = sa.bindparam("tomorrow", type_=UtcDateTime())
IN_A_WEEK: sa.BindParameter[Any] = sa.bindparam("in_a_week", type_=UtcDateTime())
_ME: sa.BindParameter[Any] = sa.bindparam("me", type_=sa.Text())
_MY_ID: sa.BindParameter[Any] = sa.bindparam("my_id", type_=sa.Uuid())
_Group = tuple[str, UUID]
"""a role and the body whose role it is"""


class Kind(StrEnum):
    """What a slice holds."""

    MINE = "mine"
    """claimed and not set aside"""
    HELD = "held"
    """claimed, set aside or not"""
    SET_ASIDE = "set aside"
    DELEGATED = "delegated"
    """what others have from this person"""
    DELEGATED_ELSEWHERE = "delegated elsewhere"
    """the same without what those have whom this person substitutes"""
    DONE = "done"
    GROUP = "group"
    """what people of a role of a body may claim"""
    ABSENT = "absent"
    """what somebody holds whom this person substitutes"""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of a list: two of the same shape are equal, whatever their parameters."""

    kind: Kind
    place: str = ""
    """tells its parameters from those of the other slices of the same statement"""
    named: int = 0
    """how many values its condition lists, each a parameter of its own: 0 of a group for every process"""
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """its own parameters"""

    @property
    def condition(self) -> Condition:
        """For a WHERE."""
        return _condition(self.kind, self.place, self.named)


def parameters(person_id: UUID, now: datetime, slices: Iterable[Slice]) -> dict[str, Any]:
    """The parameters of a statement over these slices."""
    common = {"me": str(person_id), "my_id": person_id, "now": now, "tomorrow": now + DAY, "in_a_week": now + 7 * DAY}
    return common | {name: value for one in slices for name, value in one.values.items()}


def covered(mandate: Mandate) -> Condition:
    """The work items of a mandate's role, body and processes."""
    parts = [WorkItemRow.role == mandate.role, WorkItemRow.scope == str(mandate.body_id)]
    if mandate.scope:
        parts.append(WorkItemRow.definition_key.in_(sorted(mandate.scope)))
    return sa.and_(*parts)


def waiting_cases(mandates: Iterable[Mandate]) -> sa.Select[UUID]:
    """The cases in which something waits for the role of one of these mandates."""
    groups = sa.or_(sa.false(), *(covered(mandate) for mandate in mandates))
    return sa.select(WorkItemRow.instance_id).where(OPEN, groups)


def mine() -> list[Slice]:
    """What this person has claimed and not set aside."""
    return [Slice(Kind.MINE)]


def aside() -> list[Slice]:
    """What this person has set aside for a while, and what others have from them by delegation."""
    return [Slice(Kind.SET_ASIDE), Slice(Kind.DELEGATED)]


def done() -> list[Slice]:
    """What this person has completed."""
    return [Slice(Kind.DONE)]


def group(mandates: Iterable[Mandate], among: str = "own") -> list[Slice]:
    """What this person may claim by these mandates; `among` tells this list of groups from another's."""
    return [_slice(Kind.GROUP, f"{among}{number}", *one) for number, one in enumerate(_groups(mandates).items())]


def substitution(others: Sequence[Mandate]) -> list[Slice]:
    """What this person may do for those they substitute: what stands open to the group, and what the absent hold."""
    return [*group(others, "others"), *_held_by_absent(others)]


def everything(mandates: Sequence[Mandate]) -> list[Slice]:
    """All of it, whatever list it stands in, and each item once."""
    others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
    substituted = sorted(str(holder) for holder in absent_holders(others))
    delegated = Slice(Kind.DELEGATED_ELSEWHERE, named=len(substituted), values=_listed("substituted", substituted))
    return [
        Slice(Kind.HELD),
        delegated if substituted else Slice(Kind.DELEGATED),
        *group(mandates, "all"),
        *_held_by_absent(others),
    ]


def _held_by_absent(others: Sequence[Mandate]) -> Iterator[Slice]:
    by_holder: dict[UUID, list[Mandate]] = {}
    for mandate in others:
        if mandate.absent_id is not None:
            by_holder.setdefault(mandate.absent_id, []).append(mandate)
    held = [(holder, one) for holder, mandates in by_holder.items() for one in _groups(mandates).items()]
    for number, (holder, one) in enumerate(held):
        place = f"absent{number}"
        yield _slice(Kind.ABSENT, place, *one, more={f"holder_{place}": str(holder)})


def _groups(mandates: Iterable[Mandate]) -> Mapping[_Group, set[str] | None]:
    """Groups with the processes they are limited to; None: all. Two mandates of one group are one slice."""
    found: dict[_Group, set[str] | None] = {}
    for mandate in mandates:
        key = (mandate.role, mandate.body_id)
        known = found.get(key, set())
        found[key] = None if known is None or not mandate.scope else known | set(mandate.scope)
    return found


def _slice(
    kind: Kind, place: str, key: _Group, processes: set[str] | None, more: Mapping[str, Any] | None = None
) -> Slice:
    values = {f"role_{place}": key[0], f"scope_{place}": str(key[1]), **(more or {})}
    limited = sorted(processes or ())
    return Slice(kind, place, len(limited), values | _listed(f"process_{place}_", limited))


def _listed(name: str, values: Sequence[str]) -> dict[str, Any]:
    """Each value as a parameter: a statement with a list as one parameter would be written anew each time."""
    return {f"{name}{number}": value for number, value in enumerate(values)}


def _binds(name: str, number: int) -> list[sa.BindParameter[Any]]:
    return [sa.bindparam(each, type_=sa.Text()) for each in _listed(name, [""] * number)]


@lru_cache(SHAPES)
def _condition(kind: Kind, place: str, named: int) -> Condition:
    held, parts = _held(_ME), _of_group(place, named)
    conditions: Mapping[Kind, tuple[Condition, ...]] = {
        Kind.MINE: (held, sa.not_(sa.func.coalesce(_HIDDEN, sa.false()))),
        Kind.HELD: (held,),
        Kind.SET_ASIDE: (held, _HIDDEN),
        Kind.DELEGATED: (_DELEGATED,),
        Kind.DELEGATED_ELSEWHERE: (
            _DELEGATED,
            ITEM.c.assignee.not_in(_binds("substituted", named)),
        ),
        Kind.DONE: (ITEM.c.assignee == _ME, ITEM.c.state == "completed"),
        Kind.GROUP: (*parts, OPEN, ITEM.c.state == "ready", ITEM.c.named.is_(False), _UNBARRED),
        Kind.ABSENT: (_held(sa.bindparam(f"holder_{place}")), *parts, _UNBARRED),
    }
    return sa.and_(*conditions[kind])


def _held(holder: sa.BindParameter[Any]) -> Condition:
    return sa.and_(ITEM.c.state == "reserved", ITEM.c.assignee == holder)


def _of_group(place: str, named: int) -> tuple[Condition, ...]:
    parts = (
        ITEM.c.role == sa.bindparam(f"role_{place}"),
        ITEM.c.scope == sa.bindparam(f"scope_{place}"),
    )
    return (*parts, ITEM.c.definition_key.in_(_binds(f"process_{place}_", named))) if named else parts


_HIDDEN = sa.and_(
    ITEM.c.follow_up_hides,
    ITEM.c.follow_up_at > NOW,
    sa.not_(sa.func.coalesce(ITEM.c.due_at < NOW, sa.false())),
)
"""set aside until later; an overdue step comes back by itself"""
_DELEGATED = sa.and_(ITEM.c.delegated_by == _ME, ITEM.c.state == "reserved", ITEM.c.assignee != _ME)
_signed, _later = _RECORD.alias().c, _RECORD.alias().c
_SIGNED_LAST = sa.and_(
    _signed.case_id == ITEM.c.instance_id,
    _signed.element_id == ITEM.c.four_eyes_with,
    ~sa.exists().where(
        _later.case_id == _signed.case_id, _later.element_id == _signed.element_id, _later.round > _signed.round
    ),
)
_UNBARRED = sa.or_(ITEM.c.four_eyes_with.is_(None), ~sa.exists().where(_SIGNED_LAST, _signed.person_id == _MY_ID))
"""not what this person did, the last time, themselves: the step that the item has to look at"""
