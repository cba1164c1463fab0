"""The form under review: its last signed fields beside the round before, and the remarks a field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.forms import Form, FormField, load_form
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.queries.diff import Piece, word_diff
from processes.queries.filled_form import RemarkView, shown
from processes.steps import OpenStep
from processes.tables import PayloadRow, RemarkRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedField:
    """A signed field, what it said a round before, and what was remarked on it."""

    name: str
    label: Titles
    shown: Titles
    changed: bool
    pieces: Sequence[Piece]
    """word by word, where it is free text that changed"""
    before: Titles | None
    remarks: Sequence[RemarkView]
    draft_remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedSection:
    """A section of the reviewed form."""

    id: str
    title: Titles
    fields: Sequence[ReviewedField]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A signed form under review."""

    author: str
    at: datetime
    document_id: UUID | None
    """None: the form was recorded without a document"""
    previous_at: datetime | None
    sections: Sequence[ReviewedSection]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVersion:
    """A form as it was signed once."""

    record: StepRecordRow
    fields: Mapping[str, Any]


def reviewed(uow: UnitOfWork, step: OpenStep, drafted: Sequence[Mapping[str, str]]) -> Reviewed | None:
    """What this step's form reviews; None if it reviews nothing, or nothing is signed yet."""
    if not step.form.review_of:
        return None
    found = signed_versions(uow, step.case.id, step.form.review_of)
    if found is None:
        return None
    form, versions = found
    newest, before = versions[0], versions[1] if len(versions) > 1 else None
    remarks = _remarks(uow, step, form)
    drafts = {each["field"]: each["text"] for each in drafted}
    context = step.context
    state = form.state(newest.fields, context)
    sections = tuple(
        ReviewedSection(
            id=section.id,
            title=section.title,
            fields=tuple(
                _field(each, step, newest, before, remarks.get(each.name, []), drafts.get(each.name, ""))
                for each in section.fields
            ),
        )
        for section in state.sections
    )
    names = people_named(uow.session, {newest.record.person_id})
    return Reviewed(
        author=names[newest.record.person_id],
        at=newest.record.accepted_at,
        document_id=newest.record.document_id,
        previous_at=before.record.accepted_at if before else None,
        sections=sections,
    )


def signed_versions(uow: UnitOfWork, case_id: UUID, element: str) -> tuple[Form, list[SignedVersion]] | None:
    """The versions of a form signed at `element`, or wherever else in its process that form is filled, newest first."""
    rows = uow.session.execute(
        sa.select(StepRecordRow, PayloadRow.body)
        .join(PayloadRow, PayloadRow.id == StepRecordRow.payload_id)
        .where(StepRecordRow.case_id == case_id)
        .order_by(StepRecordRow.accepted_at.desc())
    ).all()
    first = next((record for record, _ in rows if record.element_id == element), None)
    if first is None:
        return None
    definition = Definitions(uow).get(first.definition_key, first.definition_version)
    elements = definition.package.elements
    form_id = elements[element].form
    if form_id is None:
        return None
    versions = [
        SignedVersion(record=record, fields=(payload or {}).get("fields", {}))
        for record, payload in rows
        if record.definition_key == definition.key
        and record.element_id in elements
        and elements[record.element_id].form == form_id
    ]
    return load_form(definition.package, form_id), versions


def _remarks(uow: UnitOfWork, step: OpenStep, form: Form) -> dict[str, list[RemarkView]]:
    rows = uow.session.execute(
        sa.select(RemarkRow).where(RemarkRow.case_id == step.case.id).order_by(RemarkRow.created_at)
    ).scalars()
    kept = list(rows)
    names = people_named(uow.session, {row.author_id for row in kept})
    found: dict[str, list[RemarkView]] = {}
    for row in kept:
        label = form.fields[row.field].label if row.field in form.fields else {"en": row.field}
        view = RemarkView(
            field=row.field,
            label=label,
            text=row.text,
            author=names[row.author_id],
            at=row.created_at,
            round=row.round,
        )
        found.setdefault(row.field, []).append(view)
    return found


def _field(
    field: FormField,
    step: OpenStep,
    newest: SignedVersion,
    before: SignedVersion | None,
    remarks: Sequence[RemarkView],
    draft: str,
) -> ReviewedField:
    options = step.context.options
    value = newest.fields.get(field.name)
    earlier = before.fields.get(field.name) if before else None
    changed = before is not None and value != earlier
    free = changed and field.widget in {"text", "textarea"} and isinstance(value, str)
    return ReviewedField(
        name=field.name,
        label=field.label,
        shown=shown(field, value, options),
        changed=changed,
        pieces=word_diff(str(earlier or ""), value) if free and isinstance(value, str) else (),
        before=shown(field, earlier, options) if changed else None,
        remarks=remarks,
        draft_remark=draft,
    )
