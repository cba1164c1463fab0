"""Start a case: number, register entry, process instance and the starter's rows in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.definition import ProcessDefinition
from engine.errors import DefinitionNotFound, DefinitionSuspended
from engine.instance import Advance
from engine.passing import Beginning
from processes.attachments import StoredFile
from processes.cases import named_subject
from processes.errors import (
    ConfigurationError,
    InvalidStep,
    NotPermitted,
    ProcessSuspended,
    StateSecretDeclared,
    UnknownProcess,
)
from processes.filed_papers import Papers, file_papers
from processes.forms import declares_state_secret, load_form
from processes.handlers import StartedBy, starters
from processes.mandates import mandates_for_work
from processes.numbers import draw_case_number
from processes.office import Office
from processes.operating import name_of
from processes.options import OptionSource
from processes.organisation import Body, body
from processes.settling import settle
from processes.steps import form_context
from processes.tables import AttachmentRow, CaseRow, RegisterEntryRow
from processes.unit_of_work import UnitOfWork

REPEATED_WITHIN = timedelta(hours=1)
"""how long after the first sending a second one is taken for the same"""
ELECTRONIC = frozenset({"portal", "internal", "inter_departmental"})
"""channels without paper"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCase:
    """A request to start a case of a process in a body; `by` None is a citizen at the public form."""

    definition_key: str
    body_id: UUID
    by: UUID | None
    language: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[StoredFile] = ()
    channel: str = "internal"
    case_id: UUID | None = None
    """drawn beforehand by a page: the same request sent twice starts one case"""
    parent_case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedCase:
    """A case that has begun."""

    case_id: UUID
    number: str
    first_item: UUID | None
    """the work item its starter may go on with"""


def start_case(office: Office, request: StartCase) -> StartedCase:
    """Start a case.

    :raises UnknownProcess: not deployed, or only called by others
    :raises NotPermitted: no mandate to start it, or no public form
    :raises InvalidStep: the start form has errors
    :raises StateSecretDeclared: B16
    """
    with office.unit_of_work() as uow:
        started = start_in(office, uow, request)
        uow.commit()
    return started


def start_in(office: Office, uow: UnitOfWork, request: StartCase) -> StartedCase:
    """The same inside a transaction that goes on."""
    if (begun := _begun(uow, request)) is not None:
        return begun
    definition = startable(uow, request.definition_key)
    _require_start(uow, definition, request)
    fields = _fields(uow, definition, body(uow.session, request.body_id), request)
    return open_case(office, uow, request, fields, actor=str(request.by) if request.by else "citizen")


def open_case(
    office: Office,
    uow: UnitOfWork,
    request: StartCase,
    fields: Mapping[str, Any],
    *,
    actor: str,
    at: Beginning | None = None,
) -> StartedCase:
    """Open a case whose start nobody needs to allow or check any more; `at`: the start event that has happened.

    :raises UnknownProcess: not deployed, or only called by others
    """
    definition = startable(uow, request.definition_key)
    owner = body(uow.session, request.body_id)
    case = _new_case(uow, definition, owner, request, fields)
    files = _keep_files(uow, case, request)
    variables = _declared(definition, fields) | _reserved(case, owner, request)
    if handler := definition.package.start.handler:
        started = StartedBy(case=case, body=owner, by=request.by, fields=fields, channel=request.channel)
        variables |= starters[handler](office, uow, started)
    # what the handler has said of access holds for the files, too
    file_papers(office, uow, case, Papers(number=case.number, files=files), actor=actor)
    advance = uow.engine.start(definition.key, instance_id=case.id, variables=variables, by=actor, at=at)
    settle(office, uow, advance)
    uow.audit.record(
        "case:instance:start",
        actor=actor,
        subject=str(case.id),
        stream=str(case.id),
        details={"number": case.number, "process": definition.key, "version": definition.version},
    )
    return StartedCase(case_id=case.id, number=case.number, first_item=_first_item(advance))


def _begun(uow: UnitOfWork, request: StartCase) -> StartedCase | None:
    """The case that an earlier sending of the same request has started.

    :raises NotPermitted: the id is another case's
    """
    case_id = request.case_id
    if case_id is None:
        return None
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"case:{case_id}"))))
    case = uow.session.get(CaseRow, case_id)
    if case is None:
        return None
    same = (case.definition_key, case.body_id, case.started_by) == (
        request.definition_key,
        request.body_id,
        request.by,
    )
    if not same or uow.now - case.started_at > REPEATED_WITHIN:
        # who knows the id of somebody else's case must not be told its number or code for it
        raise NotPermitted(rule="repeated")
    waiting = uow.engine.open_items(case_id)
    return StartedCase(case_id=case_id, number=case.number, first_item=waiting[0].id if waiting else None)


def startable(uow: UnitOfWork, key: str) -> ProcessDefinition:
    """The newest version of a process that begins cases of its own.

    :raises UnknownProcess: not deployed, or only called by others
    """
    try:
        definition = uow.engine.definition(key)
    except DefinitionNotFound as error:
        raise UnknownProcess(key) from error
    try:
        uow.engine.require_not_held(key)
    except DefinitionSuspended as error:
        raise ProcessSuspended(by=name_of(uow, error.by), since=error.since) from error
    if definition.package.register is None or definition.package.number_pattern is None:
        raise UnknownProcess(key)
    return definition


def _require_start(uow: UnitOfWork, definition: ProcessDefinition, request: StartCase) -> None:
    if request.by is None:
        if not definition.package.start.public:
            raise NotPermitted(rule="public")
        return
    require_starter(uow, definition, request.by, request.body_id)


def require_starter(uow: UnitOfWork, definition: ProcessDefinition, person_id: UUID, body_id: UUID) -> None:
    """The person may start the process in this body.

    :raises NotPermitted: no mandate for a lane its start events lie in
    """
    roles = start_roles(definition)
    for mandate in mandates_for_work(uow.session, person_id, uow.now):
        covered = not mandate.scope or definition.key in mandate.scope
        if covered and mandate.role in roles and mandate.body_id == body_id:
            return
    raise NotPermitted(rule="mandate")


def _unit(uow: UnitOfWork, definition: ProcessDefinition, request: StartCase) -> UUID | None:
    """The unit for which the person may begin the case; None: for the whole body, or it is a citizen's."""
    if request.by is None:
        return None
    roles = start_roles(definition)
    mandates = mandates_for_work(uow.session, request.by, uow.now)
    units = [one.unit_id for one in mandates if one.role in roles and one.body_id == request.body_id]
    return units[0] if units else None


def start_roles(definition: ProcessDefinition) -> list[str]:
    """The roles whose people may start a process: those of the lanes its start events lie in."""
    starts = [each for each in definition.package.elements.values() if each.kind == "startEvent" and not each.within]
    return sorted({each.role for each in starts if each.role})


def _fields(uow: UnitOfWork, definition: ProcessDefinition, owner: Body, request: StartCase) -> dict[str, Any]:
    if declares_state_secret(request.fields):
        raise StateSecretDeclared
    form_id = definition.package.start.form
    if form_id is None:
        return dict(request.fields)
    form = load_form(definition.package, form_id)
    initial = {name: each.initial for name, each in definition.package.variables.items()}
    options = OptionSource(uow.session, uow.archive, owner, uow.now)
    context = form_context(uow, owner, initial | {"channel": request.channel}, options, request.files)
    fields, findings = form.validate(request.fields, context)
    if any(finding.severity == "error" for finding in findings):
        raise InvalidStep(tuple(findings))
    return fields


def _new_case(
    uow: UnitOfWork, definition: ProcessDefinition, owner: Body, request: StartCase, fields: Mapping[str, Any]
) -> CaseRow:
    package = definition.package
    if package.register is None or package.number_pattern is None:
        raise ConfigurationError(f"{package.key} has no register")
    case_id = request.case_id or uuid4()
    number = draw_case_number(uow, owner, register=package.register, pattern=package.number_pattern, case_id=case_id)
    case = CaseRow(
        id=case_id,
        definition_key=package.key,
        number=number,
        subject=_subject(definition, owner, fields),
        body_id=owner.id,
        status="running",
        access_level=package.access_level,
        access_flags=[],
        started_at=uow.now,
        started_by=request.by,
        ended_at=None,
        overdue_at=None,
        document_seq=0,
        parent_case_id=request.parent_case_id,
        unit_id=_unit(uow, definition, request),
    )
    uow.session.add(case)
    uow.session.flush()
    _register(uow, definition, case, request)
    return case


def _register(uow: UnitOfWork, definition: ProcessDefinition, case: CaseRow, request: StartCase) -> None:
    uow.insert(
        RegisterEntryRow,
        id=uuid4(),
        body_id=case.body_id,
        register=definition.package.register,
        number=case.number,
        case_id=case.id,
        direction="incoming",
        channel=request.channel,
        document_type=definition.package.document_type,
        received_at=uow.now,
        registered_at=uow.now,
        electronic_only=request.channel in ELECTRONIC,
        approved_electronically=False,
        prepared_for_archive=False,
    )


def _subject(definition: ProcessDefinition, owner: Body, fields: Mapping[str, Any]) -> str:
    return named_subject(fields) or definition.package.titles[owner.language]


def _keep_files(uow: UnitOfWork, case: CaseRow, request: StartCase) -> Sequence[AttachmentRow]:
    for file in request.files:
        uow.archive.rely_on(file.sha256)
        uow.insert(
            AttachmentRow,
            id=uuid4(),
            work_item_id=None,
            case_id=case.id,
            field=file.field,
            name=file.name,
            media_type=file.media_type,
            sha256=file.sha256,
            bytes=file.bytes,
            added_by=request.by,
            added_at=uow.now,
        )
    mine = sa.select(AttachmentRow).where(AttachmentRow.case_id == case.id).order_by(AttachmentRow.name)
    return uow.session.scalars(mine).all() if request.files else ()


def _declared(definition: ProcessDefinition, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in definition.package.variables if name in fields}


def _reserved(case: CaseRow, owner: Body, request: StartCase) -> dict[str, Any]:
    return {
        "body": str(owner.id),
        "calendar": owner.calendar,
        "time_zone": owner.time_zone,
        "language": request.language,
        "case_number": case.number,
    }


def _first_item(advance: Advance) -> UUID | None:
    return advance.opened[0].id if advance.opened else None
