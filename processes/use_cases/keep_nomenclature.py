"""The nomenclature of files of a body and year: an archivist drafts it, an act approves it, the year closes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from archive.nomenclature import NomenclatureLine
from processes.errors import EntryRefused
from processes.forms import clean_text
from processes.office import Office
from processes.unit_of_work import UnitOfWork
from processes.use_cases.arrange import refused_entries, require_archivist

YEARS = range(1900, 2201)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOfNomenclature:
    """What an archivist writes into a line; the article may be left to the retention class."""

    index: str
    title: str
    series_id: UUID
    retention_class: str
    article: str = ""
    note: str = ""


def draft_nomenclature(office: Office, by: UUID, body_id: UUID, year: int, copy_of: UUID | None = None) -> UUID:
    """Begin a draft for a year, empty or as a copy of another year's; its id.

    :raises NotPermitted: no archivist of the body
    :raises EntryRefused: the year is none, or has a nomenclature
    """
    if year not in YEARS:
        raise EntryRefused("year", "malformed")
    with office.unit_of_work() as uow, refused_entries():
        house = uow.archive.nomenclatures
        owner = house.one(copy_of).owner if copy_of else str(body_id)
        require_archivist(uow, by, owner)
        draft = house.copy(copy_of, year) if copy_of else house.create(owner, year)
        details = {"year": year, "copy_of": str(copy_of) if copy_of else None}
        _note(uow, by, draft.id, "draft", details)
        uow.commit()
    return draft.id


def write_line(
    office: Office, by: UUID, nomenclature_id: UUID, line: LineOfNomenclature, entry_id: UUID | None = None
) -> None:
    """Add a line to a draft, or say anew what one says.

    :raises NotPermitted: no archivist of the body
    :raises EntryRefused: something is missing or taken, or it is no draft any more
    """
    with office.unit_of_work() as uow, refused_entries():
        _require(uow, by, nomenclature_id)
        written = _line(uow, line)
        house = uow.archive.nomenclatures
        if entry_id is None:
            house.add(nomenclature_id, written)
        else:
            house.change(nomenclature_id, entry_id, written)
        _note(uow, by, nomenclature_id, "line", {"index": written.index, "title": written.title})
        uow.commit()


def remove_line(office: Office, by: UUID, nomenclature_id: UUID, entry_id: UUID) -> None:
    """Take a line out of a draft.

    :raises NotPermitted: :raises EntryRefused: as write_line
    """
    with office.unit_of_work() as uow, refused_entries():
        _require(uow, by, nomenclature_id)
        uow.archive.nomenclatures.remove(nomenclature_id, entry_id)
        _note(uow, by, nomenclature_id, "remove", {"line": str(entry_id)})
        uow.commit()


def approve_nomenclature(office: Office, by: UUID, nomenclature_id: UUID, ground: str) -> None:
    """Enter the act that approves it; its files are opened.

    :raises NotPermitted: no archivist of the body
    :raises EntryRefused: no act, no line, no draft, or a file's code is taken
    """
    act = clean_text(ground, one_line=True)
    with office.unit_of_work() as uow, refused_entries():
        _require(uow, by, nomenclature_id)
        opened = uow.archive.nomenclatures.approve(nomenclature_id, ground=act, actor=str(by), at=uow.now)
        _note(uow, by, nomenclature_id, "approve", {"act": act, "files": len(opened)})
        uow.commit()


def close_nomenclature(office: Office, by: UUID, nomenclature_id: UUID) -> None:
    """The year is over: its files take no more documents.

    :raises NotPermitted: no archivist of the body
    :raises EntryRefused: it is not approved, or closed already
    """
    with office.unit_of_work() as uow, refused_entries():
        _require(uow, by, nomenclature_id)
        closed = uow.archive.nomenclatures.close(nomenclature_id, actor=str(by), at=uow.now)
        _note(uow, by, nomenclature_id, "close", {"files": len(closed)})
        uow.commit()


def _require(uow: UnitOfWork, by: UUID, nomenclature_id: UUID) -> None:
    require_archivist(uow, by, uow.archive.nomenclatures.one(nomenclature_id).owner)


def _line(uow: UnitOfWork, line: LineOfNomenclature) -> NomenclatureLine:
    classes = {each.code: each for each in uow.archive.retention_classes()}
    if line.retention_class not in classes:
        raise EntryRefused("retention_class", "unknown")
    index, title, article, note = (
        clean_text(text, one_line=True)[:500] for text in (line.index, line.title, line.article, line.note)
    )
    return NomenclatureLine(
        index=index,
        title=title,
        series_id=line.series_id,
        retention_class=line.retention_class,
        article=article or classes[line.retention_class].ground,
        note=note,
    )


def _note(uow: UnitOfWork, by: UUID, nomenclature_id: UUID, what: str, details: Mapping[str, object]) -> None:
    uow.audit.record(f"archive:nomenclature:{what}", actor=str(by), subject=str(nomenclature_id), details=details)
