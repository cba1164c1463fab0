"""What `karguzar archive` does: thin ways into the archive for the operator of the machine."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processes.progress import Counted, Expect, Pace, Progress, Tell, silent
from processes.settings import Settings

if TYPE_CHECKING:
    from processes.office import Office

NO_BODY = "there is no body with that code; `karguzar body list` names them"


def search_archive(settings: Settings, text: str, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Documents by their text; the operator of the machine sees all, and which it was stands on the audit trail.

    :param wanted: body (its code), relevance, and what else SearchQuery narrows by
    """
    from archive.service import SearchQuery, SearchSort, Visibility
    from processes.bootstrap import bootstrap
    from processes.organisation import body_by_code
    from processes.tools import ToolError
    from processes.use_cases.view_document import note_operator

    code, relevance = wanted["body"], wanted["relevance"]
    narrowed = {name: value for name, value in wanted.items() if name not in {"body", "relevance"}}
    office = bootstrap(settings)
    try:
        with office.reading() as uow:
            owner = body_by_code(uow.session, code) if code else None
            if code and owner is None:
                raise ToolError(NO_BODY)
            query = SearchQuery(
                text=text,
                owner=str(owner.id) if owner else None,
                sort=SearchSort.RELEVANCE if relevance else SearchSort.NEWEST,
                **narrowed,
            )
            page = uow.archive.search(query, Visibility(owners=None, levels={}, cases=frozenset()))
        note_operator(office, "archive:search", "archive", {"documents": [str(each.id) for each in page.documents]})
        told = ("id", "number", "type", "title", "dated_on", "status", "level", "retention_class", "sha256")
        return [{name: getattr(each, name) for name in told} for each in page.documents]
    finally:
        office.close()


def audit_archive(settings: Settings, *, tell: Tell) -> dict[str, Any]:
    """Read everything again, or go on where an audit was interrupted; the report."""
    from processes.auditing import run_audit
    from processes.authorization import COMMAND_LINE
    from processes.bootstrap import bootstrap

    def told(now: Any) -> None:
        tell(Progress(done=now.checked, total=now.total, stage=now.stage, note=f"{now.found} findings"))

    office = bootstrap(settings)
    try:
        report = run_audit(office, by=COMMAND_LINE, progress=told)
    finally:
        office.close()
    return {**asdict(report), "sound": report.sound}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFolder:
    """What `karguzar archive import` is asked."""

    folder: Path
    body: str
    """its code"""
    dry_run: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    """of a table of old documents: column → what the table calls it"""


def import_folder(settings: Settings, request: ImportFolder, *, tell: Tell) -> list[dict[str, Any]]:
    """Take a package of another archive in, or a folder of old documents; what became of each."""
    from archive.ingest import COLUMNS
    from archive.packages import is_package
    from processes.tools import ToolError
    from processes.use_cases.import_legacy import ImportLegacy, import_legacy
    from processes.use_cases.import_package import ImportPackage, import_package

    if unknown := sorted(request.columns.keys() - COLUMNS.keys()):
        raise ToolError(f"there is no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    folder, body = request.folder, request.body

    def imported(office: "Office", expect: Expect) -> Iterator[Any]:
        if folder.is_file() or (is_package(folder) and not request.dry_run):
            checked = _checked(tell)
            return import_package(office, ImportPackage(package=folder, body=body), expect, checked)
        wanted = ImportLegacy(folder=folder, body=body, dry_run=request.dry_run, columns=request.columns)
        return import_legacy(office, wanted, expect)

    return [asdict(line) for line in _done(settings, imported, tell, stage="taking in")]


def export_package(
    settings: Settings, target: Path, shape: str, wanted: Mapping[str, Any], *, tell: Tell
) -> list[dict[str, Any]]:
    """Write documents as a package; which ones.

    :param wanted: what `ExportDocuments` chooses by
    """
    from archive.packages import PackageShape
    from processes.use_cases.export_documents import ExportDocuments, export_documents

    request = ExportDocuments(target=target, shape=PackageShape(shape), **wanted)
    written = _done(
        settings, lambda office, expect: export_documents(office, request, expect), tell, stage="giving out"
    )
    return [{"id": str(each.id), "number": each.number, "sha256": each.sha256} for each in written]


def move_blobs(settings: Settings, *, tell: Tell) -> dict[str, Any]:
    """Move all blobs to the store the settings name now; what came of it."""
    from processes.use_cases.move_store import move_store

    moved: list[Any] = []

    def told(office: "Office", _expect: Expect) -> Iterator[Any]:
        pace = Pace(tell)
        for move in move_store(office):
            copied = f"{move.bytes / 1e6:.0f} MB copied, {len(move.bad)} damaged"
            pace.told(Progress(done=move.done, total=move.total, unit="blobs", stage="moving", note=copied))
            moved[:] = [move]
        yield from moved

    return asdict(_done(settings, told, None)[-1])


def _checked(tell: Tell) -> Callable[[int, int], None]:
    pace = Pace(tell)
    return lambda done, total: pace.told(Progress(done=done, total=total, unit="files", stage="checking"))


def check_exported(path: Path, *, tell: Tell | None = None) -> list[str]:
    """What is wrong with a package; needs no installation."""
    from archive.errors import ArchiveError
    from archive.packages import check_package, nobody, opened, packaged_documents
    from processes.clock import real_time
    from processes.package_evidence import evidence_faults, own_trust

    try:
        with opened(path) as folder:
            told = _checked(tell) if tell is not None else nobody
            findings = [str(each) for each in check_package(folder, told)]
            # a package may be whole and still say of a document what is not so
            for _ in packaged_documents(folder) if not findings else ():
                pass
            return findings or evidence_faults(folder, own_trust(folder), real_time())
    except ArchiveError as error:
        return [str(error)]


def _done(
    settings: Settings,
    work: Callable[["Office", Expect], Iterator[Any]],
    tell: Tell | None,
    *,
    stage: str = "",
) -> list[Any]:
    """All that the work yields, told now and then how much of how much; errors of the rooms become a command's.

    :param tell: None: the work tells by itself
    """
    from archive.errors import ArchiveError
    from processes.bootstrap import bootstrap
    from processes.errors import EntryRefused
    from processes.tools import ToolError
    from signing.errors import SigningError

    office = bootstrap(settings)
    done: list[Any] = []
    counted = Counted(tell or silent, stage=stage)
    try:
        for each in work(office, counted.expect):
            done.append(each)
            counted.one(refused=getattr(each, "state", "") == "refused")
    except EntryRefused as error:
        if error.field == "body":
            raise ToolError(NO_BODY) from error
        raise
    except (ArchiveError, SigningError) as error:
        raise ToolError(str(error)) from error
    finally:
        office.close()
    return done


def write_report(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """The refused lines as a table that a spreadsheet opens."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["line", "file", "column", "reason"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(line for line in lines if line["state"] == "refused")
