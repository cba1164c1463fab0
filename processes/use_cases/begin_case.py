"""A case that begins by itself: by a message, a signal, a timer or a condition of its start event."""

from uuid import UUID, uuid4

from engine.passing import CaseToBegin
from processes.errors import ConfigurationError
from processes.office import Office
from processes.organisation import Body, bodies, body, body_with_function
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.start_case import StartCase, open_case, startable

ENGINE = "engine"
"""who begins such a case, in its history and in the audit trail"""


def begin_case(office: Office, uow: UnitOfWork, begins: CaseToBegin) -> UUID | None:
    """Begin the case in the body whose matter it is; None when this very event has begun it before.

    :raises UnknownProcess: not deployed, or only called by others
    :raises ConfigurationError: nothing says which body's matter it is
    """
    case_id = uuid4()
    if not uow.engine.note_begun(begins, case_id):
        return None
    definition = startable(uow, begins.definition_key)
    owner = _owner(uow, begins, definition.package.start.body)
    request = StartCase(
        definition_key=definition.key, body_id=owner.id, by=None, language=owner.language, case_id=case_id
    )
    open_case(office, uow, request, dict(begins.at.variables), at=begins.at, actor=ENGINE)
    return case_id


def _owner(uow: UnitOfWork, begins: CaseToBegin, function: str | None) -> Body:
    """The body of the case that sent the event, of the person who did, or the one process.toml names."""
    event = begins.event
    if event is not None and event.instance_id is not None:
        sender = uow.session.get(CaseRow, event.instance_id)
        if sender is not None:
            return body(uow.session, sender.body_id)
    if event is not None and event.scope is not None:
        return body(uow.session, UUID(event.scope))
    if function is not None:
        return body_with_function(uow.session, function)
    return only_body(uow, begins.definition_key)


def only_body(uow: UnitOfWork, key: str) -> Body:
    """The body where there is one.

    :raises ConfigurationError: there are several, and nothing says which
    """
    known = bodies(uow.session)
    if len(known) != 1:
        message = f"{key}: say in process.toml, [start] body, which body's cases its start events begin"
        raise ConfigurationError(message)
    return known[0]
