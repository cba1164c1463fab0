"""Who keeps the documents of a body: its archivists."""

from uuid import UUID

from processes.access import KEEPERS
from processes.authorization import require_role
from processes.errors import NotPermitted
from processes.mandates import mandates_of
from processes.unit_of_work import UnitOfWork

ARCHIVIST = "archivist"


def require_archivist(uow: UnitOfWork, person_id: UUID, body_id: UUID) -> str:
    """The archivist of a body, as the audit trail names them.

    :raises NotPermitted: this person is not
    """
    require_role(uow.session, person_id, ARCHIVIST, uow.now, body_id=body_id)
    return str(person_id)


def require_keeper(uow: UnitOfWork, person_id: UUID) -> str:
    """An archivist or head of some body here, as the audit trail names them.

    :raises NotPermitted: this person is neither
    """
    if not any(each.role in KEEPERS for each in mandates_of(uow.session, person_id, uow.now)):
        raise NotPermitted(rule="mandate")
    return str(person_id)


def kept_bodies(uow: UnitOfWork, person_id: UUID) -> frozenset[str]:
    """The bodies whose documents this person keeps, as the archive names owners.

    :raises NotPermitted: none
    """
    mine = {str(each.body_id) for each in mandates_of(uow.session, person_id, uow.now) if each.role == ARCHIVIST}
    if not mine:
        raise NotPermitted(rule="mandate")
    return frozenset(mine)
