"""Evidence status and audit reports as pages show them: to archivists, administrators and supervisors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from archive.errors import AuditNotFound
from archive.service import FixityReport
from processes.authorization import ADMINISTRATOR
from processes.errors import NotFound, NotPermitted
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import people_named
from processes.queries.evidence_status import EvidenceStatus, status_within
from processes.unit_of_work import UnitOfWork

ROLES = frozenset({"archivist", "supervisor", ADMINISTRATOR})
"""see what the archive as a whole can prove"""
REPORTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """The newest audits; who asked for each."""

    reports: Sequence[FixityReport]
    names: Mapping[str, str] = field(default_factory=dict)


def require_keeper(uow: UnitOfWork, person_id: UUID) -> None:
    """Whether this person may see and begin audits of the whole archive.

    :raises NotPermitted: no archivist, supervisor or administrator
    """
    if not ROLES & {mandate.role for mandate in mandates_of(uow.session, person_id, uow.now)}:
        raise NotPermitted(rule="mandate")


def evidence_page(office: Office, by: UUID) -> EvidenceStatus:
    """All batches.

    :raises NotPermitted: see `require_keeper`
    """
    with office.reading() as uow:
        require_keeper(uow, by)
        return status_within(office, uow)


def audit_list(office: Office, by: UUID) -> AuditList:
    """The newest audits.

    :raises NotPermitted: see `require_keeper`
    """
    with office.reading() as uow:
        require_keeper(uow, by)
        reports = uow.archive.audits.reports(limit=REPORTS)
        return AuditList(reports=reports, names=_names(uow, reports))


def audit_report(office: Office, report_id: UUID, by: UUID) -> tuple[FixityReport, Mapping[str, str]]:
    """One audit, and who asked for it.

    :raises NotFound: :raises NotPermitted: see `require_keeper`
    """
    with office.reading() as uow:
        require_keeper(uow, by)
        try:
            report = uow.archive.audits.report(report_id)
        except AuditNotFound as error:
            raise NotFound("no such audit") from error
        return report, _names(uow, [report])


def _names(uow: UnitOfWork, reports: Sequence[FixityReport]) -> dict[str, str]:
    ids = {known for report in reports if (known := _identity(report.started_by))}
    return {str(person): name for person, name in people_named(uow.session, ids).items()}


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
