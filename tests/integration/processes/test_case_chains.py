"""Chains: what was written can be erased by law with every chain whole, and what was changed is found."""

import hashlib
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.errors import ArchiveError
from engine.tables import HistoryRow, InstanceRow
from processes.appeals import content
from processes.audit import OFFICE, broken_links
from processes.payloads import erase_payload, read_payload
from processes.steps import last_fields
from processes.tables import AppealRow, AuditRow, CaseDocumentRow, PayloadRow, StepRecordRow
from signing.service import read_attachment


def test_each_document_names_the_ones_before_it_by_their_bytes(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    rows = sorted(rehearsal.rows(CaseDocumentRow, case_id=case_id), key=lambda row: row.seq)
    named = {}
    for row in rows:
        step = json.loads(read_attachment(rehearsal.pdf(row.document_id), "step.json") or b"")
        assert step["previous"] or row.seq == 1
        for earlier in step["previous"]:
            named[earlier["document"]] = str(row.document_id)
            first = next(each for each in rows if str(each.document_id) == earlier["document"])
            start = rehearsal.pdf(first.document_id)[: earlier["bytes"]]
            assert hashlib.sha256(start).hexdigest() == earlier["sha256"]
    assert named == {str(row.document_id): str(row.referenced_by) for row in rows[:-1]}
    assert rows[-1].referenced_by is None
    manifest = json.loads(read_attachment(rehearsal.pdf(rows[-1].document_id), "step.json") or b"")
    listed = [(each["document"], each["sha256"], each["bytes"]) for each in manifest["facts"]["documents"]]
    assert listed == [(str(row.document_id), row.sha256, row.bytes) for row in rows[:-1]]


def test_erased_content_leaves_every_chain_whole(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    with rehearsal.office.unit_of_work() as uow:
        payloads = list(uow.session.execute(sa.select(PayloadRow).where(PayloadRow.case_id == case_id)).scalars())
        assert len(payloads) == 7, "six steps and the appeal"
        for row in payloads:
            erase_payload(uow, row.id, ground="Fərdi məlumatların silinməsi, müraciət № 5", actor="test")
        uow.commit()
    with rehearsal.office.reading() as uow:
        assert broken_links(uow.session, str(case_id)) == []
        assert broken_links(uow.session, OFFICE) == []
        for row in uow.session.execute(sa.select(PayloadRow).where(PayloadRow.case_id == case_id)).scalars():
            assert (row.body, row.salt) == (None, None)
            assert len(row.digest) == 64
            assert row.erased_ground is not None
            assert read_payload(uow, row.id) is None
        assert last_fields(uow.session, case_id, "resolution") == {}
        assert content(uow, uow.session.get_one(AppealRow, case_id)) == {}
        head = uow.session.get_one(InstanceRow, case_id).history_head
        events = uow.engine.history(case_id)
        assert events[-1].sha256 == head
    digests = {line.details["content"] for line in rehearsal.audit("case:step:sign") if line.details}
    kept = {row.id: row.digest for row in rehearsal.rows(PayloadRow, case_id=case_id)}
    assert digests == {kept[step.payload_id] for step in rehearsal.rows(StepRecordRow, case_id=case_id)}


def test_a_changed_or_removed_line_of_the_audit_trail_is_found(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    line = rehearsal.audit("case:step:sign")[0]
    changes: list[dict[str, object]] = [
        {"actor": "nobody"},
        {"action": "case:item:claim"},
        {"at": line.at + timedelta(seconds=1)},
        {"details": {"number": "R-2026-000666/1"}},
        {"sha256": "f" * 64},
    ]
    for change in changes:
        with rehearsal.office.unit_of_work() as uow:  # and nothing of it lasts
            assert broken_links(uow.session, str(case_id)) == []
            uow.update(AuditRow, {"stream": str(case_id), "seq": line.seq}, **change)
            assert broken_links(uow.session, str(case_id))[0] == line.seq, change
    with rehearsal.office.unit_of_work() as uow:
        uow.session.execute(sa.delete(AuditRow).where(AuditRow.stream == str(case_id), AuditRow.seq == 1))
        assert broken_links(uow.session, str(case_id)) == [2]


def test_the_cases_history_is_a_chain_over_digests(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    rows = sorted(rehearsal.rows(HistoryRow, instance_id=case_id), key=lambda row: row.seq)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.previous for row in rows[1:]] == [row.sha256 for row in rows[:-1]]


def test_a_changed_blob_is_not_handed_out(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    row = rehearsal.rows(CaseDocumentRow, case_id=case_id)[0]
    blob = rehearsal.office.settings.home / "blobs" / row.sha256[:2] / row.sha256
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    with pytest.raises(ArchiveError):
        rehearsal.pdf(row.document_id)
