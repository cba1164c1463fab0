"""Remarks a field: made at a review, answered by the next round of the form they are about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.steps import OpenStep
from processes.tables import RemarkRow
from processes.unit_of_work import UnitOfWork


def record_remarks(uow: UnitOfWork, step: OpenStep, step_id: UUID, record: Mapping[str, Any], author_id: UUID) -> None:
    """Keep the remarks of a signed step; if its form answers remarks, the open ones are answered by it."""
    if step.form.answers_remarks:
        uow.session.execute(
            sa.update(RemarkRow)
            .where(RemarkRow.case_id == step.case.id, RemarkRow.resolved_at.is_(None))
            .values(resolved_at=uow.now)
        )
    for remark in record["remarks"]:
        uow.insert(
            RemarkRow,
            id=uuid4(),
            case_id=step.case.id,
            step_id=step_id,
            field=remark["field"],
            text=remark["text"],
            author_id=author_id,
            round=record["step"]["round"],
            created_at=uow.now,
        )
