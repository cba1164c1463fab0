"""Remarks a field: made at a review, answered by the next round of the form they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.steps import OpenStep
from processes.tables import CaseRow, PersonRow, RemarkRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRemark:
    """A reviewer's remark, with the field's label in each language."""

    field: Mapping[str, str]
    text: str
    author: str
    round: int


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


def open_remarks(uow: UnitOfWork, case: CaseRow) -> list[OpenRemark]:
    """The remarks of a case that no corrected form has answered, in the order they were made."""
    rows = uow.session.execute(
        sa.select(RemarkRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == RemarkRow.author_id)
        .where(RemarkRow.case_id == case.id, RemarkRow.resolved_at.is_(None))
        .order_by(RemarkRow.created_at, RemarkRow.id)
    ).all()
    labels = field_labels(uow, case) if rows else {}
    return [
        OpenRemark(field=labels.get(row.field, {}), text=row.text, author=author, round=row.round)
        for row, author in rows
    ]


def field_labels(uow: UnitOfWork, case: CaseRow) -> dict[str, Mapping[str, str]]:
    """Labels of the fields of every form of the case's own process."""
    package = uow.engine.definition(case.definition_key).package
    return {
        name: field["label"]
        for form in package.forms.values()
        for name, field in form.ui.get("fields", {}).items()
        if "label" in field
    }
