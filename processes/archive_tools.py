"""What `karguzar archive` does: thin ways into the archive for the operator of the machine."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processes.settings import Settings

Tell = Callable[[str], None]
EVERY = 500
"""lines after which an import says how far it is"""


def search_archive(settings: Settings, text: str) -> list[dict[str, Any]]:
    """Documents by their text, newest first; the operator of the machine sees all."""
    from archive.service import SearchQuery, Visibility
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    with office.reading() as uow:
        page = uow.archive.search(SearchQuery(text=text), Visibility(owners=None, levels={}, cases=frozenset()))
        found = [
            {"id": str(each.id), "number": each.number, "type": each.type, "title": each.title, "sha256": each.sha256}
            for each in page.documents
        ]
    office.close()
    return found


def audit_archive(settings: Settings, *, tell: Tell) -> list[Any]:
    """Hash every blob again; what is missing or changed."""
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    # the hashing takes long and reads only: no lock is held meanwhile
    with office.reading() as uow:
        report = uow.archive.check_fixity()
    with office.unit_of_work() as uow:
        uow.archive.record_fixity(report)
        uow.commit()
    office.close()
    tell(f"{report.checked} documents checked, {len(report.findings)} findings")
    for finding in report.findings:
        tell(str(finding))
    return list(report.findings)


def import_folder(settings: Settings, folder: Path, code: str, *, dry_run: bool, tell: Tell) -> list[dict[str, Any]]:
    """Take a folder of old documents in; what became of each line of its table."""
    from archive.errors import ArchiveError
    from processes.bootstrap import bootstrap
    from processes.errors import EntryRefused
    from processes.tools import ToolError
    from processes.use_cases.import_legacy import ImportLegacy, import_legacy

    office = bootstrap(settings)
    lines: list[dict[str, Any]] = []
    try:
        for line in import_legacy(office, ImportLegacy(folder=folder, body=code, dry_run=dry_run)):
            lines.append(asdict(line))
            if len(lines) % EVERY == 0:
                tell(f"{len(lines)} lines read …")
    except EntryRefused as error:
        raise ToolError(f"there is no body {code}; `karguzar body list` names them") from error
    except ArchiveError as error:
        raise ToolError(str(error)) from error
    finally:
        office.close()
    return lines


def write_report(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """The refused lines as a table that a spreadsheet opens."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["line", "file", "column", "reason"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(line for line in lines if line["state"] == "refused")
