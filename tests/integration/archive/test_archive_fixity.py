"""The audit names what is missing, changed, added or swapped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.audits import FixityReport
from archive.blobs.local import LocalBlobStore
from archive.documents import Accession, ArchivedDocument
from archive.errors import AuditNotFound
from archive.fixity import FixitySlice
from archive.service import Archive
from archive.tables import CustodyRow, DocumentRow, RevisionRow

BIG = b"%PDF " + b"x" * (3 << 20)


@dataclass
class Shelf:
    """An archive on disk with two documents, one of them with three revisions."""

    archive: Archive
    session: Session
    root: Path
    first: ArchivedDocument
    second: ArchivedDocument

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def overwrite(self, sha256: str, data: bytes) -> None:
        self.path(sha256).chmod(0o644)
        self.path(sha256).write_bytes(data)


@pytest.fixture
def shelf(session: Session, tmp_path: Path, now: datetime) -> Shelf:
    blobs = LocalBlobStore(tmp_path)
    archive = Archive(session, blobs=blobs, now=now)

    def take_in(number: str, content: bytes) -> ArchivedDocument:
        accession = Accession(
            id=uuid4(), owner="housing", number=number, type="answer", title="t", blob=blobs.put(content)
        )
        return archive.accession(accession, actor="clerk")

    first, second = take_in("A-1", BIG), take_in("A-2", b"%PDF second")
    archive.add_revision(first.id, blobs.put(BIG + b"T" * 100), level="B-T", reason="timestamp", actor="job")
    first = archive.add_revision(first.id, blobs.put(BIG + b"T" * 100 + b"L"), level="B-LT", reason="dss", actor="job")
    return Shelf(archive, session, tmp_path, first, second)


def kinds(found: FixitySlice) -> list[tuple[str, str]]:
    return [(finding.number, finding.kind) for finding in found.findings]


def checked(shelf: Shelf) -> FixitySlice:
    found = shelf.archive.fixity.check()
    assert found is not None
    return found


def audited(shelf: Shelf) -> FixityReport:
    report = shelf.archive.audits.begin(by="clerk", total=shelf.archive.fixity.total())
    found = checked(shelf)
    counted = {"position": found.last, "checked": found.checked, "bytes": found.bytes}
    report = shelf.archive.note_findings(report, found.findings, **counted)
    return shelf.archive.note_findings(report, (), stage="done")


def test_a_sound_archive_is_said_to_be_sound(shelf: Shelf, now: datetime) -> None:
    report = audited(shelf)
    assert report.sound
    assert (report.checked, report.total, report.bytes) == (2, 2, 3 * len(BIG) + 201 + 11)
    assert shelf.archive.audits.reports(limit=9) == [report]
    assert (report.started_by, report.ended_at) == ("clerk", now)
    with pytest.raises(AuditNotFound):
        shelf.archive.audits.report(uuid4())


def test_an_audit_goes_on_after_the_last_document_it_noted(shelf: Shelf) -> None:
    report = shelf.archive.audits.begin(by="clerk", total=2)
    first = shelf.archive.fixity.check(limit=1)
    assert first is not None
    report = shelf.archive.note_findings(report, (), position=first.last, checked=1)
    again = shelf.archive.audits.unfinished()
    assert again == report
    rest = shelf.archive.fixity.check(again.position)
    assert rest is not None
    assert rest.checked == 1
    assert shelf.archive.fixity.check(rest.last) is None
    shelf.archive.note_findings(report, (), stage="done")
    assert shelf.archive.audits.unfinished() is None


Damage = Callable[[Shelf], object]


def _rows(shelf: Shelf, statement: sa.Executable) -> object:
    return shelf.session.execute(statement)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda shelf: shelf.path(shelf.second.sha256).unlink(), [("A-2", "blob_missing")]),
        (lambda shelf: shelf.overwrite(shelf.second.sha256, b"%PDF secona"), [("A-2", "blob_changed")]),
        (lambda shelf: shelf.overwrite(shelf.second.sha256, b"%PDF"), [("A-2", "blob_changed")]),
        (lambda shelf: shelf.overwrite(shelf.first.sha256, BIG), [("A-1", "blob_changed")]),
        (
            lambda shelf: _rows(shelf, sa.delete(RevisionRow).where(RevisionRow.revision == 2)),
            [("A-1", "revision_missing")],
        ),
        (
            lambda shelf: _rows(
                shelf, sa.update(DocumentRow).where(DocumentRow.number == "A-2").values(sha256=shelf.first.sha256)
            ),
            [("A-2", "row_changed"), ("A-2", "row_changed")],
        ),
        (
            lambda shelf: _rows(shelf, sa.update(DocumentRow).where(DocumentRow.number == "A-2").values(title="u")),
            [("A-2", "row_changed")],
        ),
        (
            lambda shelf: _rows(
                shelf, sa.update(DocumentRow).where(DocumentRow.number == "A-2").values(access_level="official_use")
            ),
            [("A-2", "row_changed")],
        ),
        (
            lambda shelf: _rows(
                shelf,
                sa.update(RevisionRow)
                .where(RevisionRow.revision == 2)
                .values(sha256=shelf.second.sha256, bytes=shelf.second.bytes),
            ),
            [("A-1", "not_appended"), ("A-1", "not_appended")],
        ),
        (
            lambda shelf: _rows(shelf, sa.delete(CustodyRow).where(CustodyRow.seq == 2)),
            [("A-1", "custody_broken")],
        ),
        (
            lambda shelf: _rows(
                shelf,
                sa.update(CustodyRow).where(CustodyRow.document_id == shelf.second.id).values(actor="nobody"),
            ),
            [("A-2", "custody_broken")],
        ),
    ],
    ids=[
        "missing blob",
        "flipped byte",
        "cut blob",
        "an older revision in its place",
        "missing revision",
        "changed hash",
        "changed title",
        "changed access level",
        "swapped revision",
        "missing event",
        "changed event",
    ],
)
def test_damage_is_found_and_named(shelf: Shelf, damage: Damage, found: list[tuple[str, str]]) -> None:
    damage(shelf)
    assert kinds(checked(shelf)) == found


def test_findings_are_kept_and_noted_in_the_chain_of_custody(shelf: Shelf) -> None:
    shelf.path(shelf.second.sha256).unlink()
    report = audited(shelf)
    assert not report.sound
    assert [finding.kind for finding in report.findings] == ["blob_missing"]
    event = shelf.archive.custody(shelf.second.id)[-1]
    assert event.event == "fixity"
    assert event.details is not None
    assert event.details["kind"] == "blob_missing"
    assert shelf.archive.custody(shelf.first.id)[-1].event == "revised"
    shelf.archive.verify_custody(shelf.second.id)


def test_the_sweep_spares_every_revision_and_what_others_need(shelf: Shelf) -> None:
    blobs = LocalBlobStore(shelf.root)
    orphan, attachment = blobs.put(b"orphan").sha256, blobs.put(b"attachment of an open form").sha256
    swept = shelf.archive.sweep_orphans({attachment}.intersection, grace=timedelta(seconds=-5))
    assert swept == [orphan]
    assert checked(shelf).findings == ()
    assert blobs.exists(attachment)
