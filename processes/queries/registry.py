"""The Electronic Registry of Services (C1, C2): list, entry with its versions, statistics, export."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.errors import NotFound
from processes.forms import load_form
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import body
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.queries.submission import ShownSection, shown_sections
from processes.tables import BodyRow, CaseRow, PersonRow, ServiceEntryRow, ServiceVersionRow
from processes.unit_of_work import UnitOfWork
from processes.vocabulary import SECTIONS

Titles = Mapping[str, str]
ELEMENT = "fill_questionnaire"
"""where the form that describes a service is filled"""
NOT_PUBLIC = frozenset({"attachments", "state_secret"})
EXPORTED = (
    "electronic", "electronic_address", "information_system", "standard_present", "reglament_present", "paid",
    "fee_amount", "funding", "act_title", "act_number", "act_in_force",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFilter:
    """What somebody asked to see."""

    text: str = ""
    section: str = ""
    body: str = ""
    """a body's code"""
    electronic: str = ""
    """yes, no or either"""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """A service in the list."""

    number: str
    name: str
    section: Titles
    body: Titles
    electronic: bool
    version: int
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A page of the registry."""

    filter: RegistryFilter
    lines: Sequence[ServiceLine]
    paging: Paging
    sections: Sequence[tuple[str, Titles, int]]
    bodies: Sequence[tuple[str, Titles]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVersion:
    """A version of an entry."""

    version: int
    confirmed_at: datetime
    confirmed_by: str
    late: bool
    due_on: date | None
    document_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntry:
    """A service as the registry describes it."""

    number: str
    name: str
    section: Titles
    body: Titles
    time_zone: str
    shown: EntryVersion
    versions: Sequence[EntryVersion]
    sections: Sequence[ShownSection]
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of all; None of none is "not assessed", never zero."""

    count: int
    total: int

    @property
    def percent(self) -> int | None:
        """Rounded; None where there is nothing to divide by."""
        return round(100 * self.count / self.total) if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryStatistics:
    """The figures of the registry's aims (C2)."""

    total: int
    sections: Sequence[tuple[Titles, int]]
    recipients: Mapping[str, int]
    electronic: Share
    standards: Share
    reglaments: Share
    systems: Share
    free: Share
    late: Share


def registry(office: Office, wanted: RegistryFilter) -> Registry:
    """A page of the services in force, by name."""
    with office.reading() as uow:
        conditions = sa.and_(ServiceEntryRow.removed_at.is_(None), *_filters(wanted))
        total = uow.session.scalar(_joined(sa.func.count(), conditions)) or 0
        paging = Paging(page=max(1, wanted.page), total=total)
        rows = uow.session.execute(
            _joined(ServiceEntryRow, conditions)
            .add_columns(BodyRow.title)
            .order_by(ServiceEntryRow.name, ServiceEntryRow.number)
            .limit(paging.size)
            .offset(paging.offset)
        ).all()
        return Registry(
            filter=wanted,
            lines=[_line(entry, title) for entry, title in rows],
            paging=paging,
            sections=_section_counts(uow),
            bodies=_bodies(uow),
        )


def _joined(what: Any, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    joined = sa.select(what).select_from(ServiceEntryRow).join(BodyRow, BodyRow.id == ServiceEntryRow.body_id)
    return joined.where(where)


def _filters(wanted: RegistryFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.text.strip():
        folded = ServiceEntryRow.search.contains(wanted.text.strip().casefold(), autoescape=True)
        found.append(sa.or_(folded, contains(wanted.text, ServiceEntryRow.number, ServiceEntryRow.name)))
    if wanted.section:
        found.append(ServiceEntryRow.section == wanted.section)
    if wanted.body:
        found.append(BodyRow.code == wanted.body)
    if wanted.electronic in {"yes", "no"}:
        found.append(ServiceEntryRow.electronic.is_(wanted.electronic == "yes"))
    return found


def section_title(code: str) -> Titles:
    """A section of the registry in the four languages."""
    return SECTIONS.get(code, SECTIONS["other"])


def _line(entry: ServiceEntryRow, owner: Titles) -> ServiceLine:
    return ServiceLine(
        number=entry.number,
        name=entry.name,
        section=section_title(entry.section),
        body=owner,
        electronic=entry.electronic,
        version=entry.current_version,
        published_at=entry.published_at,
    )


def _section_counts(uow: UnitOfWork) -> list[tuple[str, Titles, int]]:
    rows = uow.session.execute(
        sa.select(ServiceEntryRow.section, sa.func.count())
        .where(ServiceEntryRow.removed_at.is_(None))
        .group_by(ServiceEntryRow.section)
        .order_by(ServiceEntryRow.section)
    )
    return [(code, section_title(code), count) for code, count in rows]


def _bodies(uow: UnitOfWork) -> list[tuple[str, Titles]]:
    rows = uow.session.execute(
        sa.select(BodyRow.code, BodyRow.title)
        .where(BodyRow.id.in_(sa.select(ServiceEntryRow.body_id).where(ServiceEntryRow.removed_at.is_(None))))
        .order_by(BodyRow.code)
    )
    return [(code, title) for code, title in rows]


def service_entry(office: Office, number: str, version: int | None = None) -> ServiceEntry:
    """An entry, in its newest or an earlier version.

    :raises NotFound: no such entry or version
    """
    with office.reading() as uow:
        entry = uow.session.execute(sa.select(ServiceEntryRow).where(ServiceEntryRow.number == number)).scalar()
        if entry is None:
            raise NotFound("no such service")
        rows = _versions(uow, entry)
        wanted = version or entry.current_version
        chosen = next((row for row, _ in rows if row.version == wanted), None)
        if chosen is None:
            raise NotFound("no such version")
        versions = [_version(row, name) for row, name in rows]
        owner = uow.session.get_one(BodyRow, entry.body_id)
        return ServiceEntry(
            number=entry.number,
            name=str(chosen.fields.get("service_name", entry.name)),
            section=section_title(str(chosen.fields.get("section", entry.section))),
            body=owner.title,
            time_zone=owner.time_zone,
            shown=next(each for each in versions if each.version == wanted),
            versions=versions,
            sections=_described(uow, entry, chosen.fields),
            removed_at=entry.removed_at,
        )


def _versions(uow: UnitOfWork, entry: ServiceEntryRow) -> list[tuple[ServiceVersionRow, str]]:
    rows = uow.session.execute(
        sa.select(ServiceVersionRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == ServiceVersionRow.confirmed_by)
        .where(ServiceVersionRow.entry_id == entry.id)
        .order_by(ServiceVersionRow.version.desc())
    )
    return [(row, name) for row, name in rows]


def _version(row: ServiceVersionRow, name: str) -> EntryVersion:
    return EntryVersion(
        version=row.version,
        confirmed_at=row.confirmed_at,
        confirmed_by=name,
        late=row.late,
        due_on=row.due_on,
        document_id=row.document_id,
    )


def _described(uow: UnitOfWork, entry: ServiceEntryRow, fields: Mapping[str, Any]) -> list[ShownSection]:
    case = uow.session.get_one(CaseRow, entry.case_id)
    package = uow.engine.definition(case.definition_key).package
    form = load_form(package, package.elements[ELEMENT].form or "")
    options = OptionSource(uow.session, uow.archive, body(uow.session, entry.body_id), uow.now)
    public = {name: value for name, value in fields.items() if name not in NOT_PUBLIC}
    return shown_sections(form, public, options)


def registry_statistics(office: Office) -> RegistryStatistics:
    """The figures over all services in force."""
    with office.reading() as uow:
        rows = list(_current(uow))
    fields = [version.fields for _, version, _ in rows]
    recipients = Counter(str(each) for each_fields in fields for each in each_fields.get("recipients") or ())
    sections = Counter(entry.section for entry, _, _ in rows)
    return RegistryStatistics(
        total=len(rows),
        sections=[(section_title(code), count) for code, count in sections.most_common()],
        recipients=dict(recipients),
        electronic=_share(fields, "electronic"),
        standards=_share(fields, "standard_present"),
        reglaments=_share(fields, "reglament_present"),
        systems=Share(count=sum(bool(each.get("information_system")) for each in fields), total=len(fields)),
        free=Share(count=sum(not each.get("paid") for each in fields), total=len(fields)),
        late=Share(count=sum(version.late for _, version, _ in rows), total=len(rows)),
    )


def _share(fields: Sequence[Mapping[str, Any]], name: str) -> Share:
    return Share(count=sum(bool(each.get(name)) for each in fields), total=len(fields))


def _current(uow: UnitOfWork) -> Iterable[tuple[ServiceEntryRow, ServiceVersionRow, BodyRow]]:
    rows = uow.session.execute(
        sa.select(ServiceEntryRow, ServiceVersionRow, BodyRow)
        .join(
            ServiceVersionRow,
            sa.and_(
                ServiceVersionRow.entry_id == ServiceEntryRow.id,
                ServiceVersionRow.version == ServiceEntryRow.current_version,
            ),
        )
        .join(BodyRow, BodyRow.id == ServiceEntryRow.body_id)
        .where(ServiceEntryRow.removed_at.is_(None))
        .order_by(ServiceEntryRow.number)
    )
    return [(entry, version, owner) for entry, version, owner in rows]


def registry_export(office: Office, language: str) -> list[dict[str, Any]]:
    """Every service in force as flat records, titles in one language."""
    with office.reading() as uow:
        return [
            {
                "number": entry.number,
                "name": entry.name,
                "section": section_title(entry.section)[language],
                "body": owner.title.get(language, owner.code),
                "recipients": ", ".join(str(each) for each in entry.recipients),
                "version": entry.current_version,
                "published_at": entry.published_at.isoformat(),
                **{name: version.fields.get(name) for name in EXPORTED},
            }
            for entry, version, owner in _current(uow)
        ]
