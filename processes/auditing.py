"""The audit: every byte, row, chain and batch of evidence again, resumed where it was interrupted, with a report kept.

Nothing is locked while it reads. Each slice's findings are kept together with how far it came: killed anywhere, the
next run goes on from there and tells nothing twice.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from archive.service import FixityFinding, FixityReport
from processes.audit import checked_lines
from processes.chains import GENESIS
from processes.errors import OfficeBusy
from processes.evidence_checks import check_next_batch, check_uncovered
from processes.locks import open_locks
from processes.office import Office
from processes.queries.covered_rows import attached, cases_after, missing_case_documents, stream_after
from processes.unit_of_work import UnitOfWork

LOCK = "audit"
"""one process audits at a time"""
SYSTEM = "system"
CASES = 200
NAMES = 10_000
LINES = 5_000
"""cases, blobs and lines of the audit trail of one slice"""
FEW = 500
"""blobs of one question"""
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
    """The next blobs: those that nothing refers to; first of all, documents that cases have and the archive has not."""
    with office.reading() as uow:
        findings = [] if report.cursor else _missing(uow)
        names = uow.archive.fixity.names(report.cursor, NAMES)
        orphans = sorted({*names} - _known(uow, names))
    with office.reading() as uow:
        # what was under way a moment ago may have its row by now
        orphans = sorted({*orphans} - _known(uow, orphans))
    findings += [
        FixityFinding(document_id=None, number=name, kind="blob_added", sha256=name, detail="nothing refers to it")
        for name in orphans[:MOST_NAMED]
    ]
    if more := orphans[MOST_NAMED:]:
        findings.append(_finding("blobs", "blob_added", f"and {len(more)} more to which nothing refers"))
    if not names:
        return _noted(office, report, findings, stage="cases")
    return _noted(office, report, findings, cursor=names[-1])


def _missing(uow: UnitOfWork) -> list[FixityFinding]:
    return [
        _finding(number, "document_missing", "its case has it, the archive has not")
        for _, number in missing_case_documents(uow.session)
    ]


def _known(uow: UnitOfWork, names: Sequence[str]) -> set[str]:
    """Those of the blobs that something refers to."""
    slices = (names[at : at + FEW] for at in range(0, len(names), FEW))
    return {name for some in slices for name in (*uow.archive.fixity.referenced(some), *attached(uow.session, some))}


def _cases(office: Office, report: FixityReport) -> FixityReport:
    """The histories of the next cases."""
    with office.reading() as uow:
        cases = cases_after(uow.session, UUID(report.cursor) if report.cursor else None, CASES)
        findings = [
            _finding(f"case {case_id}", "history_broken", f"event {fault.seq}: {fault.kind}")
            for case_id in cases
            for fault in uow.engine.verify_history(case_id)
        ]
    if not cases:
        return _noted(office, report, findings, stage="trail")
    return _noted(office, report, findings, cursor=str(cases[-1]))


def _trail(office: Office, report: FixityReport) -> FixityReport:
    """The next lines of the audit trail; a long stream in several slices."""
    findings: list[FixityFinding] = []
    place: _Place | None = _Place.read(report.cursor)
    left = LINES
    with office.reading() as uow:
        while place is not None and left > 0:
            checked = checked_lines(uow.session, place.stream, after=(place.seq, place.sha256), limit=left)
            findings += [
                _finding(f"audit {place.stream}", "trail_broken", f"line {line} is missing, was changed or added")
                for line in checked.broken
            ]
            if checked.count == left:
                place = _Place(place.stream, checked.seq, checked.sha256)
            else:
                place = _Place.begin(stream_after(uow.session, place.stream))
            left -= checked.count + 1
    if place is None:
        return _noted(office, report, findings, stage="evidence")
    return _noted(office, report, findings, cursor=place.written())


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of the audit trail, after which to go on."""

    stream: str
    seq: int
    sha256: str

    @classmethod
    def read(cls, cursor: str) -> "_Place":
        return cls(**json.loads(cursor)) if cursor else cls("", 0, GENESIS)

    @classmethod
    def begin(cls, stream: str | None) -> "_Place | None":
        return cls(stream, 0, GENESIS) if stream is not None else None

    def written(self) -> str:
        return json.dumps({"stream": self.stream, "seq": self.seq, "sha256": self.sha256})


def _evidence(office: Office, report: FixityReport) -> FixityReport:
    """The next batch with all that it covers; last, what no batch covers and should be in one."""
    checked = check_next_batch(office, int(report.cursor or 0))
    if checked is None:
        return _noted(office, report, check_uncovered(office), stage="done")
    number, findings = checked
    return _noted(office, report, findings, cursor=str(number))


_STAGES = {"documents": _documents, "blobs": _blobs, "cases": _cases, "trail": _trail, "evidence": _evidence}


def _noted(office: Office, report: FixityReport, findings: Sequence[FixityFinding], **place: str) -> FixityReport:
    with office.unit_of_work() as uow:
        report = uow.archive.note_findings(report, findings, **place)
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
