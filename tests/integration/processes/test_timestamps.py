"""The time-stamping authority fails: a level is lost for a while, never a signature. Clocks, lists and timers."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography import x509
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.clock import Clock, real_time
from processes.errors import ConfigurationError
from processes.jobs import status_table
from processes.office import Office
from processes.signed_documents import raise_document_level, raise_waiting, validate_document
from processes.tables import (
    CaseDocumentRow,
    CaseRow,
    DeadlineRow,
    DocumentLevelRow,
    IncidentRow,
    RevocationCacheRow,
)
from processes.trust import OWN_LISTS, trust_store
from processes.use_cases.fire_timers import fire_timers
from signing.policy import OfficePolicy
from signing.service import Signing

PAST = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class Unreachable:
    """An authority that does not answer."""

    def respond(self, request: bytes) -> bytes:
        raise ConnectionError(f"no route to the authority ({len(request)} bytes)")


def enqueued(office: Office, workflow: str) -> list[str]:
    """Ids of the jobs of a workflow that wait."""
    with office.database.connect() as connection:
        rows = connection.execute(
            sa.text(f"SELECT workflow_uuid FROM {status_table(office)} WHERE name = :name AND status = 'ENQUEUED'"),
            {"name": workflow},
        )
        return [str(row[0]) for row in rows]


def test_an_outage_costs_a_level_for_a_while_never_a_signature(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    office.clock.set_to(PAST)
    answering = office.signing
    office.signing = Signing(
        clock=office.clock,
        timestamper=Unreachable(),
        trust=lambda: trust_store(office),
        revocation=answering._revocation,
    )
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    signed = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": False}), "head")
    assert (signed.level, signed.proven_at) == ("B-B", None)
    before = rehearsal.pdf(signed.document_id)
    assert validate_document(office, signed.document_id) == "TOTAL-PASSED"
    (row,) = rehearsal.rows(DocumentLevelRow, document_id=signed.document_id)
    assert "no route to the authority" in str(row.cause)
    assert raise_waiting(office) == 0, "not before its time"
    for tries, minutes in enumerate((2, 10), start=2):
        rehearsal.later(minutes=minutes)
        assert raise_waiting(office) == 1, "asked again later"
        assert raise_document_level(office, signed.document_id) == "B-B"
        (row,) = rehearsal.rows(DocumentLevelRow, document_id=signed.document_id)
        assert row.tries == tries
    assert rehearsal.pdf(signed.document_id) == before
    assert len(enqueued(office, "raise_level")) == 2
    (incident,) = rehearsal.rows(IncidentRow, job="raise_level")
    assert (incident.state, incident.times) == ("open", 1), "told after the third failure"

    office.signing = answering
    assert raise_document_level(office, signed.document_id) == "B-LTA"
    assert raise_document_level(office, signed.document_id) == "B-LTA", "twice does no harm"
    after = rehearsal.pdf(signed.document_id)
    assert after.startswith(before)
    assert len(after) > len(before)
    assert validate_document(office, signed.document_id) == "TOTAL-PASSED"
    with office.reading() as uow:
        document = uow.archive.document(signed.document_id)
        assert (str(document.level), document.revision, document.verdict) == ("B-LTA", 2, "TOTAL-PASSED")
        assert uow.archive.find_by_sha256(signed.sha256) is not None, "found by the hash the officer was told"
    (incident,) = rehearsal.rows(IncidentRow, job="raise_level")
    assert (incident.state, incident.closed_how) == ("closed", "succeeded")
    assert raise_waiting(office) == 0
    item = rehearsal.item(case.case_id, ELEMENT)
    rehearsal.sign(rehearsal.submit(item, "head", {"text": "Davamı", "last": True}), "head")
    (row,) = rehearsal.rows(CaseDocumentRow, document_id=signed.document_id)
    assert row.sha256 == signed.sha256, "the chain names the bytes that were signed"


def test_seals_too_are_made_without_the_authority(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    office.signing = Signing(clock=office.clock, timestamper=Unreachable())
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    (receipt,) = rehearsal.rows(CaseDocumentRow, case_id=case_id)
    assert f"validate:{receipt.document_id}" in enqueued(office, "validate_document")
    assert validate_document(office, receipt.document_id) == "TOTAL-PASSED"
    (row,) = rehearsal.rows(DocumentLevelRow, document_id=receipt.document_id)
    assert row.next_try_at is not None


def test_a_rehearsal_in_the_past_survives_a_restart(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    office.clock.set_to(PAST)
    restarted = Clock(office.database)
    assert abs(restarted() - PAST) < timedelta(minutes=5)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    signed = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    for moment in (signed.accepted_at, signed.claimed_at, signed.proven_at):
        assert moment is not None
        assert abs(moment - PAST) < timedelta(minutes=5), "signature, timestamp and register go by the office's clock"
    assert validate_document(office, signed.document_id) == "TOTAL-PASSED"
    lists = [x509.load_der_x509_crl(crl) for crl in trust_store(office).crls]
    assert {abs(each.last_update_utc - PAST) < timedelta(hours=1) for each in lists} == {True}
    office.clock.return_to_present()
    assert abs(Clock(office.database)() - real_time()) < timedelta(minutes=1)
    assert validate_document(office, signed.document_id) == "TOTAL-PASSED", "with lists made anew"
    newest = [row for row in rehearsal.rows(RevocationCacheRow) if row.source in OWN_LISTS]
    assert all(abs(row.issued_at - real_time()) < timedelta(minutes=5) for row in newest)
    office.clock.set_to(PAST)
    assert trust_store(office).crls, "a list from the future is no list of now"
    newest = [row for row in rehearsal.rows(RevocationCacheRow) if row.source in OWN_LISTS]
    assert all(row.issued_at < PAST + timedelta(hours=1) for row in newest)


def test_the_clock_never_goes_into_the_future(rehearsal: Rehearsal) -> None:
    with pytest.raises(ConfigurationError, match="future"):
        rehearsal.office.clock.set_to(real_time() + timedelta(hours=1))
    assert rehearsal.office.clock.offset == timedelta()


def test_a_timer_fires_once_however_many_ask(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="prepare_answer")
    due = rehearsal.item(case_id, "prepare_answer").due_at
    assert due is not None
    rehearsal.office.clock.set_to(due - timedelta(minutes=1))
    assert fire_timers(rehearsal.office) == 0
    rehearsal.office.clock.set_to(due + timedelta(seconds=1))
    fired: list[int] = []
    threads = [threading.Thread(target=lambda: fired.append(fire_timers(rehearsal.office))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(fired) == [0, 0, 0, 1]
    assert len(rehearsal.work()) == 1
    assert fire_timers(rehearsal.office) == 0
    (case,) = rehearsal.rows(CaseRow, id=case_id)
    assert case.overdue_at is not None
    (breach,) = rehearsal.audit("case:deadline:breach")
    assert breach.details == {"deadlines": ["answer"], "open": ["Həsənov Ramin Zaur oğlu"]}
    assert len(rehearsal.waiting(case_id)) == 2, "the answer still waits, and the supervisor's measure beside it"


def test_a_kazakh_body_counts_its_own_working_days(rehearsal: Rehearsal) -> None:
    player = rehearsal.player(APPEAL, "akimat-in-kazakh")
    rehearsal.play_on(player)
    expected = {str(each.due) for each in player.scenario.expect.deadlines}
    assert expected == {row.due_on.isoformat() for row in rehearsal.rows(DeadlineRow, case_id=player.case_id)}
    answer = next(row for row in rehearsal.rows(DeadlineRow, case_id=player.case_id) if row.name == "answer")
    assert answer.due_at == datetime(2026, 5, 25, 18, 59, 59, tzinfo=UTC), "the last second of the day in Aqtobe"
    assert "2026-05-07" in str(answer.explanation["skipped"]), "and says which days did not count"
    assert rehearsal.case(player.case_id).status == "completed"


def test_the_job_waits_for_the_grace_period_without_alarm(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    deploy_minutes(office)
    office.clock.set_to(PAST)
    office.key_stores = replace(office.key_stores, policy=OfficePolicy(grace=timedelta(hours=24)))
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    signed = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    assert signed.proven_at is not None
    assert validate_document(office, signed.document_id) == "INDETERMINATE", "nothing of today counts yet"
    (row,) = rehearsal.rows(DocumentLevelRow, document_id=signed.document_id)
    assert (row.tries, row.next_try_at) == (0, signed.proven_at + timedelta(hours=24))
    assert "revocation data count when issued from" in str(row.cause)
    rehearsal.later(hours=23)
    assert raise_waiting(office) == 0
    rehearsal.later(hours=2)
    assert raise_waiting(office) == 1
    assert raise_document_level(office, signed.document_id) == "B-LTA"
    with office.reading() as uow:
        assert uow.archive.document(signed.document_id).verdict == "TOTAL-PASSED"
    assert rehearsal.rows(IncidentRow, job="raise_level") == []
