"""The tree of the archive for its archivists: fonds, series, files, documents, history; nomenclatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from archive.arrangement import ELEMENTS, ArchiveFile, ArrangementEvent, Fonds, Series
from archive.documents import ArchivedDocument
from archive.errors import NotFound as NothingThere
from archive.nomenclature import Nomenclature, NomenclatureEntry
from archive.retention import RetentionClass
from processes.access import visibility
from processes.errors import NotFound, NotPermitted
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import Body, bodies, people_named
from processes.unit_of_work import UnitOfWork
from processes.use_cases.arrange import ARCHIVIST, require_archivist

__all__ = [
    "ELEMENTS",
    "FondsNode",
    "HistoryLine",
    "NomenclaturePage",
    "UnitPage",
    "kept_bodies",
    "nomenclature_page",
    "nomenclatures",
    "tree",
    "unit_page",
    "when",
]

Unit = Fonds | Series | ArchiveFile
BELOW = {"fonds": "series", "series": "file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FondsNode:
    """A fonds with its series and their numbers of files."""

    fonds: Fonds
    body: Body
    series: Sequence[tuple[Series, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A line of a unit's history, with the name of whoever did it."""

    event: ArrangementEvent
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """A fonds, series or file as its archivist sees it."""

    kind: str
    unit: Any
    body: Body
    path: Sequence[tuple[str, Any]]
    """kind and unit above it, the fonds first"""
    below: str
    """the kind of what stands in it; empty for a file"""
    children: Sequence[Any]
    subseries: Sequence[Series]
    """of a series"""
    documents: Sequence[ArchivedDocument]
    """of a file"""
    targets: Sequence[Any]
    """where it may be moved"""
    classes: Sequence[RetentionClass]
    history: Sequence[HistoryLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class NomenclaturePage:
    """A nomenclature with its lines, and what an archivist chooses from."""

    nomenclature: Nomenclature
    body: Body
    entries: Sequence[NomenclatureEntry]
    series: Mapping[UUID, Series]
    classes: Mapping[str, RetentionClass]
    files: Mapping[UUID, ArchiveFile]
    names: Mapping[str, str]
    """who approved and closed it, by id"""


def kept_bodies(uow: UnitOfWork, by: UUID) -> list[Body]:
    """The bodies whose archivist this person is, by code.

    :raises NotPermitted: of none
    """
    held = {each.body_id for each in mandates_of(uow.session, by, uow.now) if each.role == ARCHIVIST}
    if not held:
        raise NotPermitted(rule="mandate")
    return [each for each in bodies(uow.session) if each.id in held]


def tree(office: Office, by: UUID) -> tuple[list[Body], list[FondsNode]]:
    """The bodies whose archive this person keeps, and their fonds.

    :raises NotPermitted: no archivist
    """
    with office.reading() as uow:
        kept = kept_bodies(uow, by)
        nodes = [
            FondsNode(
                fonds=fonds,
                body=owner,
                series=[(each, len(uow.archive.files(each.id))) for each in _nested(uow.archive.series(fonds.id))],
            )
            for owner in kept
            for fonds in uow.archive.fonds(str(owner.id))
        ]
        return kept, nodes


def _nested(series: Sequence[Series]) -> list[Series]:
    """Each series with its sub-series after it."""
    tops = [each for each in series if each.above_id is None]
    return [one for top in tops for one in (top, *(each for each in series if each.above_id == top.id))]


def unit_page(office: Office, by: UUID, kind: str, unit_id: UUID) -> UnitPage:
    """One fonds, series or file.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: there is none
    """
    with office.reading() as uow:
        owner = _owner(uow, by, kind, unit_id)
        unit, path = _unit(uow, kind, unit_id), _path(uow, kind, unit_id)
        return UnitPage(
            kind=kind,
            unit=unit,
            body=owner,
            path=path,
            below=BELOW.get(kind, ""),
            children=_children(uow, kind, unit_id),
            subseries=uow.archive.arrangement.subseries(unit_id) if kind == "series" else (),
            documents=_documents(uow, by, unit_id) if kind == "file" else (),
            targets=_targets(uow, kind, unit_id, owner, path),
            classes=uow.archive.retention_classes(),
            history=_history(uow, unit_id),
        )


def nomenclatures(office: Office, by: UUID) -> list[tuple[Body, Sequence[Nomenclature]]]:
    """The nomenclatures of each body whose archive this person keeps.

    :raises NotPermitted: no archivist
    """
    with office.reading() as uow:
        return [(each, uow.archive.nomenclatures.of(str(each.id))) for each in kept_bodies(uow, by)]


def nomenclature_page(office: Office, by: UUID, nomenclature_id: UUID) -> NomenclaturePage:
    """One nomenclature.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: there is none
    """
    with office.reading() as uow:
        try:
            found = uow.archive.nomenclatures.one(nomenclature_id)
        except NothingThere as error:
            raise NotFound("no such nomenclature") from error
        require_archivist(uow, by, found.owner)
        entries = uow.archive.nomenclatures.entries(nomenclature_id)
        opened = {entry.file_id for entry in entries} - {None}
        people = {UUID(each) for each in (found.approved_by, found.closed_by) if each}
        return NomenclaturePage(
            nomenclature=found,
            body=next(each for each in bodies(uow.session) if str(each.id) == found.owner),
            entries=entries,
            series={each.id: each for fonds in uow.archive.fonds(found.owner) for each in uow.archive.series(fonds.id)},
            classes={each.code: each for each in uow.archive.retention_classes()},
            files={file_id: uow.archive.file(file_id) for file_id in opened if file_id is not None},
            names={str(identity): name for identity, name in people_named(uow.session, people).items()},
        )


def _owner(uow: UnitOfWork, by: UUID, kind: str, unit_id: UUID) -> Body:
    try:
        owner = uow.archive.arrangement.owner_of(kind, unit_id)
    except NothingThere as error:
        raise NotFound(f"no such {kind}") from error
    require_archivist(uow, by, owner)
    return next(each for each in bodies(uow.session) if str(each.id) == owner)


def _unit(uow: UnitOfWork, kind: str, unit_id: UUID) -> Unit:
    units = uow.archive.arrangement
    if kind == "file":
        return units.file(unit_id)
    return units.one_series(unit_id) if kind == "series" else units.one_fonds(unit_id)


def _path(uow: UnitOfWork, kind: str, unit_id: UUID) -> list[tuple[str, Unit]]:
    if kind == "fonds":
        return []
    units = uow.archive.arrangement
    series = units.one_series(unit_id if kind == "series" else units.file(unit_id).series_id)
    path: list[tuple[str, Unit]] = [("fonds", units.one_fonds(series.fonds_id))]
    if series.above_id is not None:
        path.append(("series", units.one_series(series.above_id)))
    return path if kind == "series" else [*path, ("series", series)]


def _children(uow: UnitOfWork, kind: str, unit_id: UUID) -> Sequence[Unit]:
    if kind == "fonds":
        return _nested(uow.archive.series(unit_id))
    return uow.archive.files(unit_id) if kind == "series" else ()


def _targets(uow: UnitOfWork, kind: str, unit_id: UUID, owner: Body, path: Sequence[tuple[str, Unit]]) -> list[Unit]:
    if kind == "fonds":
        return []
    all_fonds = uow.archive.fonds(str(owner.id))
    series = [each for fonds in all_fonds for each in uow.archive.series(fonds.id)]
    found: list[Unit] = list(series)
    if kind == "series":
        nested = bool(uow.archive.arrangement.subseries(unit_id))
        found = [*all_fonds, *(each for each in series if not nested and each.above_id is None and each.id != unit_id)]
    return [each for each in found if each.id != path[-1][1].id and each.closed_at is None]


def _documents(uow: UnitOfWork, by: UUID, file_id: UUID) -> list[ArchivedDocument]:
    seen = visibility(uow, by)
    return [each for each in uow.archive.file_documents(file_id) if seen.allows(each)]


def _history(uow: UnitOfWork, unit_id: UUID) -> list[HistoryLine]:
    events = uow.archive.arrangement.history(unit_id)
    known = {each.actor: identity for each in events if (identity := _identity(each.actor))}
    names = people_named(uow.session, set(known.values()))
    return [HistoryLine(event=each, actor=names.get(known.get(each.actor, UUID(int=0)), each.actor)) for each in events]


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def when(moment: datetime | None, owner: Body) -> str:
    """A day on the body's calendar, as lists write it."""
    return f"{owner.local(moment):%d.%m.%Y}" if moment else ""
