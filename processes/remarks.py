"""Remarks a field: made at a review, answered by the next round of the form they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from processes.organisation import people_named
from processes.steps import OpenStep, open_remarks
from processes.tables import CaseRow, RemarkRow
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
        uow.update(RemarkRow, {"case_id": step.case.id, "resolved_at": None}, resolved_at=uow.now)
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


def remarks_to_show(uow: UnitOfWork, case: CaseRow) -> list[OpenRemark]:
    """The open remarks of a case with labels and names, for a document."""
    rows = open_remarks(uow.session, case.id)
    labels = field_labels(uow, case) if rows else {}
    names = people_named(uow.session, {row.author_id for row in rows})
    return [
        OpenRemark(field=labels.get(row.field, {}), text=row.text, author=names[row.author_id], round=row.round)
        for row in rows
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
