"""The audit of everything: what is missing, changed, added or swapped is named, whoever did it to which row or blob."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from archive.evidence_tables import EvidenceMemberRow
from archive.fixity import FixityAudit
from archive.service import Accession, Archive, ArchivedDocument, FixityReport
from archive.tables import CustodyRow, DocumentRow, RevisionRow, SearchTextRow, SignerRow
from processes import auditing
from processes.audit import OFFICE
from processes.auditing import run_audit
from processes.evidence import make_evidence
from processes.office import Office
from processes.tables import AuditRow
from web.cli import main

TakeIn = Callable[..., ArchivedDocument]


@pytest.fixture
def take_in(office: Office) -> TakeIn:
    def accession(number: str, *, days_ago: int = 0) -> ArchivedDocument:
        blob = office.blobs.put(f"%PDF {number}".encode())
        with office.unit_of_work() as uow:
            archive = Archive(uow.session, blobs=office.blobs, now=uow.now - timedelta(days=days_ago))
            taken = archive.accession(
                Accession(id=uuid4(), owner="body", number=number, type="answer", title="t", blob=blob), actor="clerk"
            )
            uow.commit()
        return taken

    return accession


def found(report: FixityReport) -> set[tuple[str, str]]:
    return {(each.number, each.kind) for each in report.findings}


def change(office: Office, *statements: sa.Executable) -> None:
    with office.unit_of_work() as uow:
        for statement in statements:
            uow.session.execute(statement)
        uow.commit()


def test_an_audit_finds_and_names_every_kind_of_damage(office: Office, take_in: TakeIn) -> None:
    documents = {number: take_in(number) for number in ("D-1", "D-2", "D-3", "D-4")}
    make_evidence(office)
    sound = run_audit(office, by="test")
    assert sound.sound, sound.findings
    assert sound.checked >= len(documents)
    gone, rewritten, leaf = documents["D-1"], documents["D-2"], documents["D-3"]
    last = sa.select(sa.func.max(AuditRow.seq)).where(AuditRow.stream == OFFICE).scalar_subquery()
    change(
        office,
        sa.update(AuditRow).where(AuditRow.stream == OFFICE, AuditRow.seq == 2).values(actor="nobody"),
        sa.delete(AuditRow).where(AuditRow.stream == OFFICE, AuditRow.seq == last),
        *(sa.delete(row).where(row.document_id == gone.id) for row in (CustodyRow, RevisionRow, SignerRow)),
        sa.delete(DocumentRow).where(DocumentRow.id == gone.id),
        sa.delete(SearchTextRow).where(SearchTextRow.seq == gone.seq),
        sa.delete(CustodyRow).where(CustodyRow.document_id == rewritten.id),
        sa.update(DocumentRow).where(DocumentRow.id == rewritten.id).values(custody_seq=0, custody_head="0" * 64),
        sa.update(EvidenceMemberRow).where(EvidenceMemberRow.subject == leaf.id.hex).values(leaf=b"\x01" * 32),
    )
    with office.unit_of_work() as uow:
        uow.archive.record_event(rewritten.id, "accessioned", "somebody else")
        uow.commit()
    orphan = office.blobs.put(b"added past the door").sha256
    take_in("D-5", days_ago=3)
    report = run_audit(office, by="test")
    assert found(report) == {
        ("audit office", "trail_broken"),
        ("office", "head_changed"),
        (gone.id.hex, "document_missing"),
        ("D-2", "head_changed"),
        ("D-3", "row_changed"),
        ("D-3", "head_changed"),
        ("batch 1", "evidence_changed"),
        ("D-5", "row_added"),
        (orphan, "blob_added"),
        (gone.sha256, "blob_added"),
    }
    make_evidence(office)
    again = run_audit(office, by="test")
    assert ("D-5", "row_added") in found(again), "evidence made afterwards does not make it older"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_an_audit_that_was_killed_goes_on_and_tells_nothing_twice(
    office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = [take_in(f"K-{number}") for number in range(3)]
    (office.settings.home / "blobs" / first.sha256[:2] / first.sha256).unlink()
    whole = FixityAudit.check
    monkeypatch.setattr(FixityAudit, "check", lambda audit, after: whole(audit, after, limit=2))

    def killed(report: FixityReport) -> None:
        if report.found:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_audit(office, by="test", progress=killed)
    with office.reading() as uow:
        [interrupted] = uow.archive.audits.reports(limit=9)
    assert interrupted.ended_at is None
    report = run_audit(office, by="somebody else")
    assert (report.id, report.started_by, report.checked) == (interrupted.id, "test", report.total)
    assert found(report) == {("K-0", "blob_missing")}
    assert report.found == 1


def test_an_audit_that_is_killed_after_each_slice_of_each_stage_finds_the_same(
    office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "NAMES", 2)
    monkeypatch.setattr(auditing, "LINES", 2)
    monkeypatch.setattr(auditing, "CASES", 1)
    first, *_ = [take_in(f"K-{number}") for number in range(3)]
    make_evidence(office)
    orphans = {office.blobs.put(b"added %d" % number).sha256 for number in range(3)}
    change(
        office,
        sa.update(AuditRow).where(AuditRow.stream == OFFICE, AuditRow.seq == 3).values(actor="nobody"),
        sa.update(EvidenceMemberRow).where(EvidenceMemberRow.subject == first.id.hex).values(leaf=b"\x01" * 32),
    )
    whole = run_audit(office, by="test")
    assert orphans <= {each.sha256 for each in whole.findings}
    assert {each.kind for each in whole.findings} >= {"blob_added", "trail_broken", "evidence_changed"}

    def killed(report: FixityReport) -> None:
        stages.append(report.stage)
        raise KeyboardInterrupt

    stages: list[str] = []
    while not stages or stages[-1] != "done":
        with pytest.raises(KeyboardInterrupt):
            run_audit(office, by="test", progress=killed)
    with office.reading() as uow:
        [again, _] = uow.archive.audits.reports(limit=9)
    assert sorted(map(repr, again.findings)) == sorted(map(repr, whole.findings)), "nothing is told twice, nothing lost"
    assert {stage: stages.count(stage) > 1 for stage in stages} == {
        **dict.fromkeys(("blobs", "trail", "evidence"), True),
        **dict.fromkeys(("documents", "cases", "done"), False),
    }


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_command_line_makes_tells_checks_and_gives_out_evidence(
    office: Office, take_in: TakeIn, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["archive", *words], env={"KARGUZAR_HOME": str(office.settings.home)})
        return done.exit_code, done.stdout

    document = take_in("C-1")
    code, told = run("evidence", "make", "--format", "json")
    assert code == 0
    [batch] = json.loads(told)
    assert run("evidence", "make") == (0, "everything has evidence, and nothing is to be renewed\n")
    code, told = run("evidence", "status", "--format", "json")
    status = json.loads(told)
    assert (code, status["waiting"], status["batches"][0]["objects"]) == (0, 0, batch["objects"])
    assert run("evidence", "verify", "C-1") == (0, "the evidence holds\n")
    assert run("evidence", "verify", "none")[0] == 2
    target = tmp_path_factory.mktemp("given")
    code, told = run("evidence", "export", "C-1", str(target))
    assert sorted(told.split()) == sorted(each.name for each in target.iterdir())
    assert {each.suffix for each in target.iterdir()} == {".ers", ".json"}
    code, told = run("audit", "--format", "json")
    assert (code, json.loads(told)["sound"]) == (0, True)
    change(office, sa.update(DocumentRow).where(DocumentRow.id == document.id).values(title="another"))
    code, told = run("audit")
    assert code == 1
    assert "C-1: row_changed: number, title or dates" in told
