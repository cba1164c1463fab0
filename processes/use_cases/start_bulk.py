"""Do the same to many cases: a job that takes them one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.errors import TooManyCases
from processes.office import Office
from processes.operating import require_ground
from processes.queries.people import require_any_role
from processes.tables import BulkCaseRow, BulkRow
from processes.unit_of_work import UnitOfWork

OPERATORS = frozenset({"supervisor", "administrator"})
MOST_CASES = 20_000


class BulkAction(StrEnum):
    """What is done to each case."""

    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    MESSAGE = "message"
    MOVE = "move"
    MIGRATE = "migrate"
    RETRY = "retry"
    HOLD = "hold"
    """its whole process is suspended"""
    LET_GO = "let_go"
    """its whole process is resumed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBulk:
    """A selection of cases and what is to become of each."""

    action: BulkAction
    case_ids: Sequence[UUID]
    by: UUID
    ground: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """message: {message, payload}; move: {from, to}; migrate: {version, called, mapping}"""


def start_bulk(office: Office, request: StartBulk) -> UUID:
    """Begin; the id under which its progress can be seen. Whether each case may be changed is asked when it comes up.

    :raises NotPermitted: neither a supervisor nor an administrator
    :raises GroundTooShort: :raises TooManyCases:
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        require_any_role(uow.session, request.by, OPERATORS, uow.now)
        bulk_id = begin_bulk(office, uow, request)
        uow.commit()
    return bulk_id


def begin_bulk(office: Office, uow: UnitOfWork, request: StartBulk) -> UUID:
    """The same inside a transaction."""
    cases = list(dict.fromkeys(request.case_ids))
    if len(cases) > MOST_CASES:
        raise TooManyCases(MOST_CASES)
    bulk_id = uuid4()
    uow.insert(
        BulkRow,
        id=bulk_id,
        action=str(request.action),
        parameters=dict(request.parameters),
        ground=request.ground,
        by=request.by,
        total=len(cases),
        started_at=uow.now,
    )
    rows = [
        {"bulk_id": bulk_id, "seq": seq, "case_id": case_id, "state": "waiting"}
        for seq, case_id in enumerate(cases, start=1)
    ]
    if rows:
        uow.session.execute(sa.insert(BulkCaseRow), rows)
    uow.audit.record(
        "office:bulk:start",
        actor=str(request.by),
        subject=str(bulk_id),
        details={"action": str(request.action), "cases": len(cases), "ground": request.ground},
    )
    office.enqueue(uow.session, "run_bulk", (str(bulk_id),), f"bulk:{bulk_id}")
    return bulk_id
