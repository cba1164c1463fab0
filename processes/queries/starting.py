"""How a case begins: what somebody may start, where, and the form it begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from engine.definition import ProcessDefinition
from engine.errors import DefinitionNotFound
from processes.errors import NotFound, NotPermitted, UnknownProcess
from processes.forms import FieldFinding, Form, load_form
from processes.mandates import mandates_for_work
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import Body, bodies, body, body_by_code
from processes.queries.filled_form import FilledForm, file_fields, filled
from processes.steps import form_context
from processes.unit_of_work import UnitOfWork
from processes.use_cases.start_case import require_starter, start_roles

Titles = Mapping[str, str]
CHANNEL = "channel"
"""the field that says how something arrived, asked of officers only"""
APPEALS = "appeals"
"""the function of a body that takes citizens' appeals"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Startable:
    """A process somebody may start in a body."""

    key: str
    process: Titles
    body_id: UUID
    body: Titles
    has_form: bool
    acts_for: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealBody:
    """A body that takes appeals."""

    code: str
    title: Titles
    territory: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartQuery:
    """A start form, for whom, and what stands in it."""

    key: str
    body_id: UUID
    by: UUID | None
    """None: a citizen"""
    posted: Mapping[str, Sequence[str]] | None = None
    findings: Sequence[FieldFinding] | None = None
    files: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    """field → files already sent along"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """A start form as it stands."""

    key: str
    process: Titles
    body_id: UUID
    body_code: str
    body: Titles
    form: FilledForm | None


def startable(office: Office, person_id: UUID) -> list[Startable]:
    """What this person may start, by the roles of the lanes with a start event."""
    with office.reading() as uow:
        mandates = mandates_for_work(uow.session, person_id, uow.now)
        titles = {each.id: each.title for each in bodies(uow.session)}
        found: dict[tuple[str, UUID], Startable] = {}
        for definition in uow.engine.definitions():
            if definition.package.register is None:
                continue
            for mandate in mandates:
                covered = not mandate.scope or definition.key in mandate.scope
                if covered and mandate.role in start_roles(definition):
                    found.setdefault(
                        (definition.key, mandate.body_id),
                        Startable(
                            key=definition.key,
                            process=definition.package.titles,
                            body_id=mandate.body_id,
                            body=titles[mandate.body_id],
                            has_form=definition.package.start.form is not None,
                            acts_for=mandate.acts_for,
                        ),
                    )
        return list(found.values())


def appeal_bodies(office: Office) -> list[AppealBody]:
    """The bodies that take citizens' appeals."""
    with office.reading() as uow:
        return [
            AppealBody(code=each.code, title=each.title, territory=each.territory)
            for each in bodies(uow.session)
            if APPEALS in each.functions
        ]


def appeal_body(office: Office, code: str) -> UUID:
    """The body a citizen writes to.

    :raises NotFound: no such body, or it takes no appeals
    """
    with office.reading() as uow:
        found = body_by_code(uow.session, code)
    if found is None or APPEALS not in found.functions:
        raise NotFound("no such body")
    return found.id


def public_process(office: Office) -> str:
    """The key of the process that citizens may start.

    :raises NotFound: none is deployed
    """
    with office.reading() as uow:
        for definition in uow.engine.definitions():
            if definition.package.start.public:
                return definition.key
    raise NotFound("no process is open to the public")


def start_page(office: Office, query: StartQuery) -> StartPage:
    """The start form of a process in a body.

    :raises UnknownProcess: not deployed
    :raises NotPermitted: this person may not start it there
    """
    with office.reading() as uow:
        definition = _definition(uow, query.key)
        _permit(uow, definition, query)
        owner = body(uow.session, query.body_id)
        return StartPage(
            key=definition.key,
            process=definition.package.titles,
            body_id=owner.id,
            body_code=owner.code,
            body=owner.title,
            form=_form(uow, definition, owner, query),
        )


def _definition(uow: UnitOfWork, key: str) -> ProcessDefinition:
    try:
        return uow.engine.definition(key)
    except DefinitionNotFound as error:
        raise UnknownProcess(key) from error


def _permit(uow: UnitOfWork, definition: ProcessDefinition, query: StartQuery) -> None:
    if query.by is None:
        if not definition.package.start.public:
            raise NotPermitted(rule="public")
        return
    require_starter(uow, definition, query.by, query.body_id)


def _form(uow: UnitOfWork, definition: ProcessDefinition, owner: Body, query: StartQuery) -> FilledForm | None:
    package = definition.package
    if package.start.form is None:
        return None
    form = load_form(package, package.start.form)
    if query.by is None:
        form = _for_citizens(form)
    fields: dict[str, Any] = form.parse(query.posted) if query.posted is not None else {}
    fields |= {name: list((query.files or {}).get(name, ())) for name in file_fields(form)}
    variables = {name: each.initial for name, each in package.variables.items()}
    channel = "portal" if query.by is None else "internal"
    context = form_context(
        uow, owner, variables | {CHANNEL: channel}, OptionSource(uow.session, uow.archive, owner, uow.now)
    )
    findings = () if query.posted is None else query.findings  # an untouched form is not yet wrong
    return filled(form, fields, context, findings=findings)


def _for_citizens(form: Form) -> Form:
    """Without the question how the appeal arrived: by this very form."""
    sections = (
        replace(section, fields=tuple(each for each in section.fields if each.name != CHANNEL))
        for section in form.sections
    )
    return replace(form, sections=tuple(section for section in sections if section.fields))
