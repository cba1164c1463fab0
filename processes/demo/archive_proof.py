"""The tour's end: the archive it leaves has evidence, is audited whole, and what it gives out proves itself."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from archive.packages import check_package
from processes.auditing import SYSTEM, run_audit
from processes.evidence import make_evidence
from processes.office import Office
from processes.package_evidence import judged_package, own_trust
from processes.tables import CaseDocumentRow, CaseRow
from processes.use_cases.export_documents import ExportDocuments, export_documents
from signing.report import Verdict

LEFT_BY_A_KILL = "blob_added"
"""a blob without a row: a tour that was killed may leave some; the sweep removes them after a day"""


def prove_archive(office: Office, tell: Callable[[str], None]) -> list[str]:
    """Make evidence, audit everything, give one case out and judge it from the folder alone; what falls short."""
    make_evidence(office)
    with office.reading() as uow:
        batches = [batch for batch in uow.archive.evidence.batches() if batch.token is not None]
    objects = sum(batch.objects for batch in batches)
    tell(f"Evidence: {objects} objects (documents and heads of chains) under {len(batches)} timestamp(s)")
    report = run_audit(office, by=SYSTEM)
    found = [each for each in report.findings if each.kind != LEFT_BY_A_KILL]
    tell(f"Audit: {report.checked} documents, {report.bytes / 1e6:.1f} MB, chains and evidence: {len(found)} findings")
    problems = [f"audit: {each.number}: {each.kind}: {each.detail}" for each in found]
    return problems + _given_out(office, tell)


def _given_out(office: Office, tell: Callable[[str], None]) -> list[str]:
    """The smallest whole case."""
    with office.reading() as uow:
        sizes = sa.select(CaseRow.number, sa.func.count().label("documents")).join(
            CaseDocumentRow, CaseDocumentRow.case_id == CaseRow.id
        )
        case = uow.session.execute(sizes.group_by(CaseRow.id, CaseRow.number).order_by("documents", "number")).first()
    if case is None:
        return ["no case to give out"]
    with TemporaryDirectory() as folder:
        target = Path(folder) / "export"
        documents = list(export_documents(office, ExportDocuments(target=target, case=case.number)))
        problems = [str(each) for each in check_package(target)]
        judged = list(judged_package(target, own_trust(target), office.clock()))
    fallen = ((name, each) for name, each in judged if each.verdict is not Verdict.TOTAL_PASSED)
    problems += [f"{name}: {each.rule}: {each.reason}" for name, each in fallen]
    if len(judged) < 2 * len(documents):
        problems.append(f"{len(judged)} evidence records for {len(documents)} documents")
    tell(
        f"Export: case {case.number}, {len(documents)} documents, {len(judged)} evidence records judged from the folder"
        f" alone: {len(problems)} findings"
    )
    return [f"export: {each}" for each in problems]
