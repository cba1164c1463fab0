"""Homes, keys, orders and beginnings that a crash cut short, or that somebody asks for twice."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.bootstrap import check_config, create_keys, is_initialised
from processes.demo.founding import found
from processes.demo.people import FOUNDED, PEOPLE
from processes.demo.tour import Told
from processes.errors import ConfigurationError, NotPermitted, PinRefused
from processes.keyring import KeyRing, passphrase
from processes.numbers import draw_case_number
from processes.organisation import body
from processes.settings import Settings
from processes.sheets import UNSIGNED, annul_unsigned_sheets
from processes.tables import Base, CaseRow, MandateRow, NumberRow, RegisterEntryRow
from processes.use_cases import appoint as appointing
from processes.use_cases import change_calendar
from processes.use_cases.appoint import Appoint, appoint
from processes.use_cases.start_case import StartCase, start_case
from signing.keys import pkcs12


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs12, "KDF_ROUNDS", 1000)


def test_keys_that_a_crash_cut_short_are_made_anew(tmp_path: Path, cheap: None) -> None:
    settings = Settings(home=tmp_path)
    create_keys(settings, at=FOUNDED)
    ready = tmp_path / "keys" / "authority" / "authority.json"
    ready.unlink()
    assert not is_initialised(settings)
    with pytest.raises(ConfigurationError, match="karguzar init"):
        KeyRing.open(tmp_path / "keys")
    create_keys(settings, at=FOUNDED)
    whole = ready.read_bytes()
    create_keys(settings, at=FOUNDED)
    assert ready.read_bytes() == whole, "keys that are there stay"


def test_a_passphrase_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / ".passphrase.new").write_text("half")
    first = passphrase(tmp_path, {})
    assert len(first) >= 32
    assert passphrase(tmp_path, {}) == first
    assert (tmp_path / "passphrase").stat().st_mode & 0o777 == 0o600
    assert passphrase(tmp_path, {"KARGUZAR_KEYS_PASSPHRASE": "given"}) == "given"


def test_a_wrong_passphrase_is_told_at_once(rehearsal: Rehearsal) -> None:
    with pytest.raises(ConfigurationError, match="passphrase"):
        KeyRing.open(rehearsal.office.settings.home / "keys", {"KARGUZAR_KEYS_PASSPHRASE": "not the passphrase"})


def test_what_an_operator_should_know_before_going_live(rehearsal: Rehearsal) -> None:
    notes = " ".join(check_config(rehearsal.office.settings))
    assert "passphrase" in notes
    assert "https" in notes
    assert "smtp_host" in notes


def test_founding_twice_changes_nothing(rehearsal: Rehearsal) -> None:
    def counts() -> dict[str, int]:
        with rehearsal.office.reading() as uow:
            return {
                table.name: uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
                if table.name != "process_audit"  # a deployment that finds nothing new is noted all the same
            }

    before = counts()
    assert before["process_person"] == len(PEOPLE)
    found(rehearsal.office)
    assert counts() == before
    assert rehearsal.office.clock.offset == timedelta()


def test_the_number_of_a_sheet_that_was_never_signed_is_annulled_with_its_ground(rehearsal: Rehearsal) -> None:
    office = rehearsal.office

    def drawn(register: str) -> str:
        with office.unit_of_work() as uow:
            owner = body(uow.session, rehearsal.body("executive"))
            pattern = register + "-{year}-{seq:04}"
            number = draw_case_number(uow, owner, register=register, pattern=pattern, case_id=uuid4(), state="drawn")
            uow.commit()
        return number

    lost = drawn(appointing.REGISTER)
    assert annul_unsigned_sheets(office) == 0, "it may be being signed right now"
    office.clock.set_to(FOUNDED)
    older = {drawn(appointing.REGISTER), drawn(change_calendar.REGISTER)}
    rehearsal.later(minutes=16)
    assert annul_unsigned_sheets(office) == 2
    rows = {row.number: row for row in rehearsal.rows(NumberRow)}
    assert {(rows[number].state, rows[number].annulled_ground) for number in older} == {("annulled", UNSIGNED)}
    assert rows[lost].state == "drawn"


def test_an_order_takes_effect_when_the_head_has_signed_it(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    order = Appoint(
        by=rehearsal.person("head"),
        pin=rehearsal.accounts["head"].pin,
        holder_id=rehearsal.person("executor2"),
        role="clerk",
        capacity="clerk",
        body_id=rehearsal.body("executive"),
        valid_from=office.clock(),
    )
    with pytest.raises(PinRefused):
        appoint(office, replace(order, pin="not-the-pin"))
    with pytest.raises(NotPermitted):
        appoint(office, replace(order, by=rehearsal.person("clerk"), pin=rehearsal.accounts["clerk"].pin))
    mandate_id = appoint(office, order)
    (mandate,) = rehearsal.rows(MandateRow, id=mandate_id)
    assert mandate.ground_sha256 is not None
    (number,) = rehearsal.rows(NumberRow, number=mandate.ground_number)
    assert number.state == "used"
    assert rehearsal.pdf(mandate_id).startswith(b"%PDF-")


def test_a_form_sent_twice_at_once_starts_one_case(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    fields = rehearsal.player(APPEAL, ANSWERED).scenario.fields
    request = StartCase(
        definition_key=APPEAL,
        body_id=rehearsal.body("executive"),
        by=None,
        language="az",
        fields=fields,
        channel="portal",
        case_id=uuid4(),
    )
    numbers: list[str] = []
    threads = [threading.Thread(target=lambda: numbers.append(start_case(office, request).number)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(numbers) == 3
    assert len(set(numbers)) == 1
    assert len(rehearsal.rows(CaseRow)) == len(rehearsal.rows(RegisterEntryRow)) == 1


def test_who_knows_the_id_of_a_case_is_told_nothing_for_it(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    rehearsal.later(hours=2)
    for code, by in (("executive", None), ("housing", None), ("executive", rehearsal.person("clerk"))):
        request = StartCase(
            definition_key=APPEAL,
            body_id=rehearsal.body(code),
            by=by,
            language="az",
            fields=rehearsal.player(APPEAL, ANSWERED).scenario.fields,
            channel="portal",
            case_id=case_id,
        )
        with pytest.raises(NotPermitted):
            start_case(rehearsal.office, request)


def test_a_line_cut_short_by_a_kill_was_never_told(tmp_path: Path) -> None:
    file = tmp_path / "told.log"
    file.write_text('{"record": "a"}\n{"record": "b"}\n{"recor', encoding="utf-8")
    told = Told(file)
    assert told.known == {"a", "b"}
    assert told.record({"record": "c"})
    assert not told.record({"record": "a"})
    assert file.read_text(encoding="utf-8").splitlines() == [
        '{"record": "a"}',
        '{"record": "b"}',
        '{"record": "c"}',
    ]
