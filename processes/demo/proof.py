"""What a tour proves: every signature valid, every chain whole, every case ended; and the documents for outsiders."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument, DocumentStatus
from processes.office import Office
from processes.organisation import bodies
from processes.signing_room import wanted_level
from processes.tables import (
    AppealRow,
    CaseDocumentRow,
    CaseRow,
    MandateRow,
    NumberRow,
    SigningAttemptRow,
    StepRecordRow,
)
from processes.trust import export_trust, trust_store
from processes.unit_of_work import UnitOfWork
from signing.request import SignatureLevel
from signing.validation import ValidationReport, Verdict, read_attachment

ENOUGH_STEPS = 15
ENOUGH_SIGNERS = 6


@dataclass(slots=True)
class PackageRow:
    """A line of the tour's table."""

    key: str
    cases: set[UUID] = field(default_factory=set)
    steps: int = 0
    signers: set[str] = field(default_factory=set)
    verdicts: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    archived: int = 0


@dataclass(slots=True)
class TourReport:
    """The table, and everything that falls short."""

    packages: dict[str, PackageRow]
    problems: list[str]

    def table(self) -> str:
        """A row a process package."""
        lines = [f"{'process':<28}{'cases':>6}{'steps':>7}{'signers':>9}{'archived':>10}  verdicts and levels"]
        for row in sorted(self.packages.values(), key=lambda each: each.key):
            counted = [*sorted(row.verdicts.items()), *sorted(row.levels.items())]
            verdicts = ", ".join(f"{count} {what}" for what, count in counted)
            lines.append(
                f"{row.key:<28}{len(row.cases):>6}{row.steps:>7}{len(row.signers):>9}{row.archived:>10}  {verdicts}"
            )
        return "\n".join(lines)


def examine(office: Office) -> TourReport:
    """Validate every document of every case and look at what a tour must contain."""
    report = TourReport({}, [])
    trust, wanted = trust_store(office), wanted_level(office.settings)
    with office.reading() as uow:
        _count_steps(uow, report)
        documents = _documents(uow)
        for row, archived in documents:
            pdf = uow.archive.fetch(archived.id)
            judged = office.signing.validate(pdf, trust, at=office.clock())
            package = report.packages.setdefault(_package_of(uow, row), PackageRow(_package_of(uow, row)))
            package.verdicts[str(judged.verdict)] += 1
            package.archived += 1
            package.levels[str(judged.level)] += 1
            report.problems += _fallen_short(archived, judged, wanted)
            report.problems += _broken_chain(uow, row, pdf)
        for order in uow.archive.documents([each.id for each in _orders(uow)]):
            judged = office.signing.validate(uow.archive.fetch(order.id), trust, at=office.clock())
            report.problems += _fallen_short(order, judged, wanted)
        report.problems += _left_over(uow)
        report.problems += _missing(uow, report)
    return report


def _fallen_short(archived: ArchivedDocument, judged: ValidationReport, wanted: SignatureLevel) -> list[str]:
    problems = []
    if judged.verdict is not Verdict.TOTAL_PASSED and archived.status == DocumentStatus.IN_EFFECT:
        problems.append(f"{archived.number}: {judged.verdict}")
    if judged.level is not wanted:
        problems.append(f"{archived.number} is at {judged.level}, not at {wanted}")
    return problems


def _orders(uow: UnitOfWork) -> Sequence[MandateRow]:
    """Mandates that rest on an order signed here; the order has the mandate's id."""
    return uow.session.scalars(sa.select(MandateRow).where(MandateRow.ground_document_id.is_not(None))).all()


def _count_steps(uow: UnitOfWork, report: TourReport) -> None:
    for step in uow.session.execute(sa.select(StepRecordRow)).scalars():
        row = report.packages.setdefault(step.definition_key, PackageRow(step.definition_key))
        row.cases.add(step.case_id)
        row.steps += 1
        if step.certificate_serial:
            row.signers.add(step.certificate_serial)


def _documents(uow: UnitOfWork) -> list[tuple[CaseDocumentRow, ArchivedDocument]]:
    rows = list(
        uow.session.execute(sa.select(CaseDocumentRow).order_by(CaseDocumentRow.case_id, CaseDocumentRow.seq)).scalars()
    )
    archived = {each.id: each for each in uow.archive.documents([row.document_id for row in rows])}
    return [(row, archived[row.document_id]) for row in rows]


def _package_of(uow: UnitOfWork, row: CaseDocumentRow) -> str:
    key = uow.session.scalar(
        sa.select(StepRecordRow.definition_key).where(StepRecordRow.document_id == row.document_id)
    )
    if key is None:
        key = next(
            (event.definition_key for event in uow.engine.history(row.case_id) if event.element_id == row.element_id),
            None,
        )
    return key or uow.session.get_one(CaseRow, row.case_id).definition_key


def _broken_chain(uow: UnitOfWork, row: CaseDocumentRow, pdf: bytes) -> list[str]:
    attachment = read_attachment(pdf, "step.json")
    if attachment is None:
        return [f"{row.number}: no step.json"]
    previous = json.loads(attachment)["previous"]
    problems = [] if previous or row.seq == 1 else [f"{row.number}: names no earlier document"]
    for entry in previous:
        earlier = uow.archive.fetch(UUID(entry["document"]))[: entry["bytes"]]
        if hashlib.sha256(earlier).hexdigest() != entry["sha256"]:
            problems.append(f"{row.number}: {entry['number']} has another hash")
    return problems


def _left_over(uow: UnitOfWork) -> list[str]:
    attempts = uow.session.scalar(
        sa.select(sa.func.count()).select_from(SigningAttemptRow).where(SigningAttemptRow.state == "prepared")
    )
    gaps = uow.session.scalar(
        sa.select(sa.func.count())
        .select_from(NumberRow)
        .join(StepRecordRow, StepRecordRow.work_item_id == NumberRow.work_item_id)
        .where(NumberRow.state != "used")
    )
    return [
        f"{count} {what}" for count, what in ((attempts, "attempts are stuck"), (gaps, "numbers are not used")) if count
    ]


def _missing(uow: UnitOfWork, report: TourReport) -> list[str]:
    steps = sum(row.steps for row in report.packages.values())
    signers = set().union(*(row.signers for row in report.packages.values())) if report.packages else set()
    count = sa.select(sa.func.count())
    elements = set(uow.session.execute(sa.select(StepRecordRow.element_id)).scalars())
    forwarded = uow.session.scalar(count.select_from(AppealRow).where(AppealRow.status == "forwarded"))
    overdue = uow.session.scalar(count.select_from(CaseRow).where(CaseRow.overdue_at.is_not(None)))
    substituted = uow.session.scalar(
        count.select_from(StepRecordRow)
        .join(MandateRow, MandateRow.id == StepRecordRow.mandate_id)
        .where(MandateRow.acts_for_id.is_not(None))
    )
    wanted: Sequence[tuple[str, object]] = (
        (f"fewer than {ENOUGH_STEPS} signed steps", steps >= ENOUGH_STEPS),
        (f"fewer than {ENOUGH_SIGNERS} certificates", len(signers) >= ENOUGH_SIGNERS),
        ("no questionnaire was returned and corrected", "correct_questionnaire" in elements),
        ("no appeal was forwarded", forwarded),
        ("nobody signed as a substitute", substituted),
        ("no term was extended", "sign_extension" in elements),
        ("no deadline was breached and escalated", overdue and any(name.startswith("oversee_") for name in elements)),
    )
    return [problem for problem, holds in wanted if not holds]


def export_documents(office: Office, out: Path) -> None:
    """Every signed PDF as <case>/<nn>-<step>.pdf, and trust/ with certificates and fresh revocation lists."""
    with office.reading() as uow:
        codes = {each.id: each.code for each in bodies(uow.session)}
        cases = {
            row.id: f"{codes[row.body_id]}-{row.number}" for row in uow.session.execute(sa.select(CaseRow)).scalars()
        }
        for row, archived in _documents(uow):
            folder = out / cases[row.case_id]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{row.seq:02}-{row.element_id}.pdf").write_bytes(uow.archive.fetch(archived.id))
        for order in _orders(uow):
            folder = out / f"{codes[order.body_id]}-{order.ground_number}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "01-appointment.pdf").write_bytes(uow.archive.fetch(order.id))
    export_trust(office, out / "trust")
