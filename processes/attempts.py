"""Opening a signing attempt: the exact document that somebody is about to sign, and what they say by it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.prepared import Prepared
from processes.office import Office
from processes.steps import item_of, require_actable
from processes.tables import SigningAttemptRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """What somebody is about to sign."""

    id: UUID
    """of the attempt, and of the document unless it co-signs another"""
    case_id: UUID
    item_id: UUID
    version: int
    by: UUID
    mandate_id: UUID
    number: str
    step: Mapping[str, Any]
    pdf: bytes = field(repr=False)
    cosigns: UUID | None = None
    """the document of an earlier step"""


_HIGHEST = Prepared(
    sa.select(sa.func.max(SigningAttemptRow.attempt)).where(
        SigningAttemptRow.work_item_id == sa.bindparam("item", type_=sa.Uuid())
    )
)


def lock_open_item(uow: UnitOfWork, case_id: UUID, item_id: UUID, version: int) -> None:
    """Lock the case of an item that is as it was at `version`.

    :raises StepOvertaken: the step has ended while its document was made; an attempt would wait for nothing
    """
    uow.engine.lock(case_id)
    require_actable(uow, item_of(uow, item_id), version)


def open_attempt(office: Office, uow: UnitOfWork, new: NewAttempt) -> SigningAttemptRow:
    """Write it down, under the lock of `lock_open_item`; an earlier one of this person on this item is given up."""
    uow.update(
        SigningAttemptRow,
        {"work_item_id": new.item_id, "person_id": new.by, "state": "prepared"},
        state="abandoned",
        pdf=None,
        prepared=None,
        ended_at=uow.now,
        ended_reason="prepared anew",
    )
    values = {
        "id": new.id,
        "work_item_id": new.item_id,
        "case_id": new.case_id,
        "item_version": new.version,
        "attempt": _next_attempt(uow, new.item_id),
        "person_id": new.by,
        "mandate_id": new.mandate_id,
        "cosigns": new.cosigns,
        "number": new.number,
        "state": "prepared",
        "step": dict(new.step),
        "pdf": new.pdf,
        "pdf_sha256": hashlib.sha256(new.pdf).hexdigest(),
        "prepared_at": uow.now,
        "expires_at": uow.now + timedelta(minutes=office.settings.attempt_minutes),
    }
    uow.insert(SigningAttemptRow, **values)
    return SigningAttemptRow(**values)


def _next_attempt(uow: UnitOfWork, item_id: UUID) -> int:
    return (uow.first(_HIGHEST, item=item_id) or 0) + 1
