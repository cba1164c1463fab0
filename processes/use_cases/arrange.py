"""What an archivist does to the tree of the archive (ISAD(G)): create, describe and rename, move, close.

Each leaves a line in the unit's history and on the audit trail.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from archive.errors import ArchiveError, CodeTaken, InvalidMetadata
from archive.errors import NotFound as NothingThere
from processes.authorization import require_role
from processes.errors import EntryRefused, NotFound
from processes.forms import clean_text
from processes.office import Office
from processes.organisation import body
from processes.unit_of_work import UnitOfWork
from processes.use_cases.add_body import checked_title

ARCHIVIST = "archivist"
LONGEST_CODE, LONGEST_TITLE = 60, 500
Title = Mapping[str, str] | str
"""of a fonds or series in four languages; of a file as its body writes it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUnit:
    """A new fonds of a body, series of a fonds, sub-series or file of a series."""

    by: UUID
    kind: str
    """fonds, series or file"""
    above: UUID
    """the body, the fonds or the series"""
    code: str
    """of a file it may be empty: the next number in its series"""
    title: Title
    retention_class: str = ""
    """of a series"""
    part_of: UUID | None = None
    """of a sub-series: its series; `above` is the fonds all the same"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeUnit:
    """Code, title and elements of description of a unit, all of them anew."""

    by: UUID
    kind: str
    unit_id: UUID
    code: str
    title: Title
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUnit:
    """A series into another fonds of its body, or a file into another series."""

    by: UUID
    kind: str
    unit_id: UUID
    target: UUID
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUnit:
    """A unit takes nothing more."""

    by: UUID
    kind: str
    unit_id: UUID


def create_unit(office: Office, request: CreateUnit) -> UUID:
    """Create it; its id.

    :raises NotPermitted: no archivist of that body
    :raises EntryRefused: the code is taken or missing, a title or the retention class is missing, or what is above is
        closed
    """
    title = _title(request.kind, request.title)
    code = _code(request.code, needed=request.kind != "file")
    with office.unit_of_work() as uow, refused_entries():
        owner = str(request.above) if request.kind == "fonds" else _owner_above(uow, request.kind, request.above)
        require_archivist(uow, request.by, owner)
        unit_id = _created(uow, request, code, title)
        note_change(uow, request.by, unit_id, "created", {"code": code, "title": title})
        uow.commit()
    return unit_id


def describe_unit(office: Office, request: DescribeUnit) -> None:
    """Write it down; what it was called before stays in its history.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: no such unit
    :raises EntryRefused: the code is taken or missing, or a title is
    """
    title = _title(request.kind, request.title)
    code = _code(request.code, needed=True)
    texts = {name: clean_text(text) for name, text in request.description.items()}
    with office.unit_of_work() as uow, refused_entries():
        before = _own(uow, request.by, request.kind, request.unit_id)
        uow.archive.arrangement.describe(request.kind, request.unit_id, code=code, title=title, description=texts)
        details = {"code": code, "title": title, "before": {"code": before.code, "title": before.title}}
        changed = sorted(name for name in texts if texts[name].strip() != before.description.get(name, ""))
        note_change(uow, request.by, request.unit_id, "described", details | {"elements": changed})
        uow.commit()


def move_unit(office: Office, request: MoveUnit) -> None:
    """Move it; a ground is needed.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: no such unit
    :raises EntryRefused: no ground; another body's, or closed; the code is taken there
    """
    ground = clean_text(request.ground, one_line=True)
    if not ground:
        raise EntryRefused("ground", "missing")
    with office.unit_of_work() as uow, refused_entries():
        _own(uow, request.by, request.kind, request.unit_id)
        uow.archive.arrangement.move(request.kind, request.unit_id, request.target)
        note_change(uow, request.by, request.unit_id, "moved", {"to": str(request.target), "ground": ground})
        uow.commit()


def close_unit(office: Office, request: CloseUnit) -> None:
    """Close it.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: no such unit
    :raises EntryRefused: it is closed, or something below it is open
    """
    with office.unit_of_work() as uow, refused_entries():
        _own(uow, request.by, request.kind, request.unit_id)
        uow.archive.arrangement.close(request.kind, request.unit_id, at=uow.now)
        note_change(uow, request.by, request.unit_id, "closed", {})
        uow.commit()


def require_archivist(uow: UnitOfWork, by: UUID, owner: str) -> None:
    """The person keeps the archive of this body.

    :raises NotPermitted: they do not
    """
    require_role(uow.session, by, ARCHIVIST, uow.now, body_id=body(uow.session, UUID(owner)).id)


def note_change(uow: UnitOfWork, by: UUID, unit_id: UUID, event: str, details: Mapping[str, Any]) -> None:
    """A line in the unit's history, and one on the audit trail."""
    uow.archive.arrangement.note(unit_id, event, at=uow.now, actor=str(by), details=details)
    uow.audit.record(f"archive:arrangement:{event}", actor=str(by), subject=str(unit_id), details=details or None)


@contextmanager
def refused_entries() -> Iterator[None]:
    """What the archive refuses, as the refusal of a field."""
    try:
        yield
    except CodeTaken as error:
        raise EntryRefused("code", "taken") from error
    except InvalidMetadata as error:
        raise EntryRefused(str(error.facts["field"]), "malformed" if error.facts["value"] else "missing") from error
    except NothingThere as error:
        raise NotFound(str(error)) from error
    except ArchiveError as error:
        raise EntryRefused("unit", error.code.rpartition(".")[2].replace("_", "-")) from error


def _owner_above(uow: UnitOfWork, kind: str, above: UUID) -> str:
    return uow.archive.arrangement.owner_of({"series": "fonds", "file": "series"}[kind], above)


def _own(uow: UnitOfWork, by: UUID, kind: str, unit_id: UUID) -> Any:
    """The unit, in the archive of a body whose archivist this person is."""
    tree = uow.archive.arrangement
    require_archivist(uow, by, tree.owner_of(kind, unit_id))
    if kind == "file":
        return tree.file(unit_id)
    return tree.one_series(unit_id) if kind == "series" else tree.one_fonds(unit_id)


def _created(uow: UnitOfWork, request: CreateUnit, code: str, title: Any) -> UUID:
    if request.kind == "fonds":
        return uow.archive.create_fonds(code=code, title=title, owner=str(request.above)).id
    if request.kind == "file":
        return uow.archive.create_file(request.above, title=title, code=code or None).id
    if request.retention_class not in {each.code for each in uow.archive.retention_classes()}:
        raise EntryRefused("retention_class", "unknown")
    retention = request.retention_class
    series = uow.archive.arrangement.create_series
    return series(request.above, code=code, title=title, retention_class=retention, above_id=request.part_of).id


def _title(kind: str, title: Title) -> Any:
    if kind != "file":
        return checked_title(title if isinstance(title, Mapping) else {})
    text = clean_text(str(title), one_line=True)[:LONGEST_TITLE]
    if not text:
        raise EntryRefused("title", "missing")
    return text


def _code(code: str, *, needed: bool) -> str:
    text = clean_text(code, one_line=True)
    if (needed and not text) or len(text) > LONGEST_CODE:
        raise EntryRefused("code", "missing" if not text else "malformed")
    return text
