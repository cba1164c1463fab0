"""Old documents come into the archive as they are, once, however often the intake is begun again."""

import csv
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rehearsal import Rehearsal

from archive.service import SearchQuery, Visibility
from processes.errors import EntryRefused
from processes.signed_documents import validate_document
from processes.tables import DocumentLevelRow
from processes.use_cases import import_legacy as importing
from processes.use_cases.import_legacy import ImportLegacy, import_legacy

SOURCES = Path(__file__).parents[2] / "data" / "sources"
TITLES = {"000": "İnformasiya mərkəzi", "001": "Əsasnamə", "002": "Qaydalar", "003": "Fərman", "004": "Қорытынды"}
SIGNED_ELSEWHERE = b"%PDF-1.4\nsigned by somebody long ago"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The five sources, a foreign PDF, and two lines that are wrong."""
    folder = tmp_path / "scans"
    shutil.copytree(SOURCES, folder)
    (folder / "old.pdf").write_bytes(SIGNED_ELSEWHERE)
    (folder / "program.exe").write_bytes(b"MZ\x90\0\x03")
    lines = [(f"{name}.txt", name, title, "2012-05-04") for name, title in TITLES.items()]
    lines += [("old.pdf", "7", "Köhnə sənəd", "04.05.2012"), ("program.exe", "8", "Proqram", "2012-05-04")]
    lines += [("lost.txt", "9", "İtmiş", "2012-05-04")]
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "number", "title", "date"), *lines])
    return folder


def found(rehearsal: Rehearsal, text: str) -> list[Any]:
    with rehearsal.office.reading() as uow:
        page = uow.archive.search(SearchQuery(text=text), Visibility(owners=None, levels={}, cases=frozenset()))
        return list(page.documents)


def test_a_folder_is_taken_in_and_what_is_wrong_is_told(rehearsal: Rehearsal, folder: Path) -> None:
    request = ImportLegacy(folder=folder, body="executive")
    dry = list(import_legacy(rehearsal.office, ImportLegacy(folder=folder, body="executive", dry_run=True)))
    assert [line.state for line in dry] == ["sound"] * 6 + ["refused"] * 2
    assert not found(rehearsal, "Қорытынды")
    lines = list(import_legacy(rehearsal.office, request))
    assert [line.state for line in lines] == ["taken"] * 6 + ["refused"] * 2
    assert [(line.line, line.column) for line in lines[6:]] == [(8, "file"), (9, "file")]
    assert lines[4].mended == {"kz-1048": 126, "page-furniture": 14}
    (document,) = found(rehearsal, "ақпараттық технологияларды қолдану")
    assert (document.number, document.owner) == ("004", str(rehearsal.body("executive")))
    with rehearsal.office.reading() as uow:
        assert uow.archive.fetch(document.id) == (folder / "004.txt").read_bytes(), "the file stays as it came"
    (pdf,) = found(rehearsal, "Köhnə sənəd")
    assert pdf.media_type == "application/pdf"
    assert validate_document(rehearsal.office, pdf.id) == "TOTAL-FAILED"
    assert not rehearsal.rows(DocumentLevelRow, document_id=pdf.id), "what others signed is not appended to"
    assert rehearsal.audit("archive:import")[-1].details == {"taken": 6, "refused": 2}


def test_begun_again_it_goes_on(rehearsal: Rehearsal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    request = ImportLegacy(folder=folder, body="executive")
    cut_short = import_legacy(rehearsal.office, request)
    assert [line.state for line in islice(cut_short, 3)] == ["taken"] * 3
    cut_short.close()
    states = [line.state for line in import_legacy(rehearsal.office, request)]
    assert states == ["kept"] * 4 + ["taken"] * 2 + ["refused"] * 2
    assert len(found(rehearsal, "Əsasnamə")) == 1
    with pytest.raises(EntryRefused):
        list(import_legacy(rehearsal.office, ImportLegacy(folder=folder, body="nobody")))
