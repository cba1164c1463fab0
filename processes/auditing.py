"""The audit: every byte, row, chain and batch of evidence again, resumed where it was interrupted, with a report kept.

Nothing is locked while it reads. Each slice's findings are kept together with how far it came: killed anywhere, the
next run goes on from there and tells nothing twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog

from archive.service import FixityFinding, FixityReport
from processes.audit import broken_links
from processes.errors import OfficeBusy
from processes.evidence_checks import check_batches
from processes.locks import open_locks
from processes.office import Office
from processes.queries.covered_rows import attached, cases_after, missing_case_documents, streams

LOCK = "audit"
"""one process audits at a time"""
SYSTEM = "system"
CASES = 200
"""cases of one slice"""
MOST_NAMED = 100
"""blobs that nothing refers to are named; of more, how many"""
JOB = "audit_archive"

Progress = Callable[[FixityReport], None]
log = structlog.get_logger(__name__)


def run_audit(office: Office, *, by: str, progress: Progress | None = None) -> FixityReport:
    """Go on with the audit that was interrupted, or begin one; the report when it has ended.

    :param by: who asked: a person's id, the command line, the system
    :raises OfficeBusy: another process audits
    """
    locks = open_locks(office.settings)
    try:
        if not locks.take(LOCK):
            raise OfficeBusy("another process audits the archive")
        report = _begun(office, by)
        while report.ended_at is None:
            report = _STAGES[report.stage](office, report)
            if progress is not None:
                progress(report)
    finally:
        locks.close()
    log.info("archive audited", documents=report.checked, findings=report.found)
    return report


def _begun(office: Office, by: str) -> FixityReport:
    with office.unit_of_work() as uow:
        report = uow.archive.audits.unfinished()
        if report is None:
            report = uow.archive.audits.begin(by=by, total=uow.archive.fixity.total())
            uow.commit()
    return report


def _documents(office: Office, report: FixityReport) -> FixityReport:
    """The next documents: rows, bytes, chains of custody."""
    with office.reading() as uow:
        found = uow.archive.fixity.check(report.position)
    with office.unit_of_work() as uow:
        if found is None:
            report = uow.archive.note_findings(report, (), stage="blobs")
        else:
            report = uow.archive.note_findings(
                report,
                found.findings,
                position=found.last,
                checked=report.checked + found.checked,
                bytes=report.bytes + found.bytes,
            )
        uow.commit()
    return report


def _blobs(office: Office, report: FixityReport) -> FixityReport:
    """Documents that cases have and the archive has not; blobs that nothing refers to."""
    with office.reading() as uow:
        findings = [
            _finding(number, "document_missing", "its case has it, the archive has not")
            for _, number in missing_case_documents(uow.session)
        ]
        names = uow.archive.fixity.orphans(lambda asked: attached(uow.session, asked))
        orphans = list(islice(names, MOST_NAMED))
        more = sum(1 for _ in names)
    with office.reading() as uow:
        # what was under way a moment ago may have its row by now
        known = {*uow.archive.fixity.referenced(orphans), *attached(uow.session, orphans)}
    findings += [
        FixityFinding(document_id=None, number=name, kind="blob_added", sha256=name, detail="nothing refers to it")
        for name in orphans
        if name not in known
    ]
    if more:
        findings.append(_finding("blobs", "blob_added", f"and {more} more to which nothing refers"))
    return _noted(office, report, findings, "chains")


def _chains(office: Office, report: FixityReport) -> FixityReport:
    """Histories of cases, and the audit trail."""
    return _noted(office, report, [*_histories(office), *_trail(office)], "evidence")


def _histories(office: Office) -> Iterator[FixityFinding]:
    after: UUID | None = None
    while True:
        with office.reading() as uow:
            cases = cases_after(uow.session, after, CASES)
            for case_id in cases:
                for fault in uow.engine.verify_history(case_id):
                    yield _finding(f"case {case_id}", "history_broken", f"event {fault.seq}: {fault.kind}")
        if not cases:
            return
        after = cases[-1]


def _trail(office: Office) -> Iterator[FixityFinding]:
    with office.reading() as uow:
        for stream in streams(uow.session):
            for line in broken_links(uow.session, stream):
                yield _finding(f"audit {stream}", "trail_broken", f"line {line} is missing, was changed or added")


def _evidence(office: Office, report: FixityReport) -> FixityReport:
    return _noted(office, report, check_batches(office), "done")


_STAGES = {"documents": _documents, "blobs": _blobs, "chains": _chains, "evidence": _evidence}


def _noted(office: Office, report: FixityReport, findings: list[FixityFinding], stage: str) -> FixityReport:
    with office.unit_of_work() as uow:
        report = uow.archive.note_findings(report, findings, stage=stage)
        uow.commit()
    return report


def _finding(number: str, kind: str, detail: str) -> FixityFinding:
    return FixityFinding(document_id=None, number=number, kind=kind, sha256=None, detail=detail)


# by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAudit:
    """A person wants the archive audited now."""

    by: UUID


def begin_audit(office: Office) -> None:
    """The job, if the newest audit was interrupted or is as old as the office says."""
    with office.unit_of_work() as uow:
        newest = next(iter(uow.archive.audits.reports(limit=1)), None)
        if newest is None or newest.ended_at is not None:
            days = office.settings.audit_days
            if not days or (newest is not None and uow.now < newest.started_at + timedelta(days=days)):
                return
        office.enqueue(uow.session, JOB, (SYSTEM,), f"audit:{uow.now:%Y-%m-%dT%H}")
        uow.commit()


def tend_audit(office: Office, by: str) -> str:
    """The job."""
    try:
        report = run_audit(office, by=by)
    except OfficeBusy:
        return "busy"
    return f"{report.checked} documents, {report.found} findings"
