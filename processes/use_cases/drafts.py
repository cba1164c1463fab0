"""Drafts: never validated, always permission-checked, never lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.errors import StateSecretDeclared
from processes.forms import declares_state_secret
from processes.office import Office
from processes.steps import open_step, require_current
from processes.tables import DraftRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft:
    """What stands in a form right now, however unfinished."""

    item_id: UUID
    by: UUID
    fields: Mapping[str, Any]
    remarks: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """Where a draft stands."""

    version: int
    saved_at: datetime
    expires_at: datetime


def save_draft(office: Office, request: SaveDraft) -> SavedDraft:
    """Keep a form as it is.

    :raises NotPermitted: the person may not act on the item
    :raises StepOvertaken: the step has ended
    :raises StateSecretDeclared: B16; a draft lies in the same database
    """
    if declares_state_secret(request.fields):
        raise StateSecretDeclared
    with office.unit_of_work() as uow:
        step = open_step(office, uow, request.item_id, request.by)
        require_current(uow, step.item, None)
        mine = sa.and_(DraftRow.work_item_id == request.item_id, DraftRow.person_id == request.by)
        version = (uow.session.scalar(sa.select(DraftRow.version).where(mine)) or 0) + 1
        expires_at = uow.now + timedelta(days=office.settings.draft_days)
        values = {
            "fields": dict(request.fields),
            "remarks": [dict(each) for each in request.remarks],
            "version": version,
            "updated_at": uow.now,
            "expires_at": expires_at,
        }
        if version == 1:
            uow.insert(DraftRow, id=uuid4(), work_item_id=request.item_id, person_id=request.by, **values)
        else:
            uow.session.execute(sa.update(DraftRow).where(mine).values(**values))
        uow.commit()
        return SavedDraft(version=version, saved_at=uow.now, expires_at=expires_at)
