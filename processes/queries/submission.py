"""What came in from outside at a case's beginning: an appeal as its author wrote it, with the files sent along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from archive.tables import DocumentRow
from processes.access import may_see_case
from processes.appeals import content
from processes.errors import NotFound, NotPermitted
from processes.filed_papers import paper_id
from processes.forms import Form, load_form
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import body
from processes.tables import AppealRow, AttachmentRow, CaseRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
LANGUAGES = ("az", "kk", "ru", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """A section of a form for reading, in the four languages."""

    title: Titles
    rows: Sequence[tuple[Titles, Titles]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that came with it."""

    id: UUID
    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the applicant sent."""

    sections: Sequence[ShownSection]
    """empty once erased by law"""
    files: Sequence[SentFile]


def shown_sections(form: Form, fields: Mapping[str, object], options: OptionSource) -> list[ShownSection]:
    """A filled form for reading, in the four languages."""
    by_language = {language: form.rows(fields, language, options) for language in LANGUAGES}
    return [
        ShownSection(
            title={language: by_language[language][at].title for language in LANGUAGES},
            rows=[
                (
                    {language: by_language[language][at].rows[line].label for language in LANGUAGES},
                    {language: by_language[language][at].rows[line].value for language in LANGUAGES},
                )
                for line in range(len(section.rows))
            ],
        )
        for at, section in enumerate(by_language[LANGUAGES[0]])
    ]


def submission(uow: UnitOfWork, case: CaseRow) -> Submission | None:
    """The appeal a case began with; None where it began inside the office."""
    appeal = uow.session.get(AppealRow, case.id)
    package = uow.engine.definition(case.definition_key).package
    if appeal is None or package.start.form is None:
        return None
    written = content(uow, appeal).get("form", {})
    options = OptionSource(uow.session, uow.archive, body(uow.session, case.body_id), uow.now, case_id=case.id)
    form = load_form(package, package.start.form)
    return Submission(
        sections=shown_sections(form, {name: value for name, value in written.items() if name in form.fields}, options),
        files=case_files(uow, case.id),
    )


def case_files(uow: UnitOfWork, case_id: UUID) -> list[SentFile]:
    """The files that came with the case itself."""
    rows = uow.session.execute(
        sa.select(AttachmentRow)
        .where(
            AttachmentRow.case_id == case_id,
            AttachmentRow.work_item_id.is_(None),
            AttachmentRow.removed_at.is_(None),
        )
        .order_by(AttachmentRow.added_at, AttachmentRow.name)
    ).scalars()
    return [SentFile(id=row.id, name=row.name, bytes=row.bytes) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file of a case with its bytes."""

    case_id: UUID
    name: str
    media_type: str
    content: bytes


def attachment(office: Office, attachment_id: UUID, by: UUID) -> CaseFile:
    """A file of a case this person may see; `view_attachment` notes that it was seen.

    :raises NotFound: no such file, or it belongs to a document that is locked away
    :raises NotPermitted: the case is not this person's
    """
    with office.reading() as uow:
        row = uow.session.get(AttachmentRow, attachment_id)
        if row is None or row.case_id is None or row.removed_at is not None or row.erased_at is not None:
            raise NotFound("no such file")
        if not may_see_case(uow, by, row.case_id):
            raise NotPermitted(rule="access")
        if _locked_away(uow, row):
            raise NotFound("no such file")
        return CaseFile(
            case_id=row.case_id, name=row.name, media_type=row.media_type, content=office.blobs.get(row.sha256)
        )


def _locked_away(uow: UnitOfWork, row: AttachmentRow) -> bool:
    """Whether the file, or the document that it belongs to, is quarantined."""
    documents = sa.select(StepRecordRow.document_id).where(StepRecordRow.work_item_id == row.work_item_id)
    itself = [paper_id(row.case_id, row.sha256)] if row.case_id else []
    mine = sa.or_(DocumentRow.id.in_(itself), DocumentRow.id.in_(documents))
    locked = sa.select(DocumentRow.id).where(mine, DocumentRow.quarantined.is_(sa.true()))
    return uow.session.scalar(locked.limit(1)) is not None
