"""Who runs the machine sees everything: each command that shows or gives out documents leaves a line on the trail."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from archive.service import Accession
from processes.authorization import COMMAND_LINE
from processes.demo.people import demo_id
from processes.evidence import make_evidence
from processes.office import Office
from processes.tables import AuditRow
from web.cli import main

READING = {
    "archive search": ("archive:search", ("su",)),
    "archive export": ("archive:export", ("{out}", "--number", "C-7")),
    "archive evidence export": ("archive:evidence:view", ("C-7", "{proofs}")),
    "archive dispose": ("archive:due:view", ()),
}
"""command → the line it leaves, and with which words it is called below"""
READING_ELSEWHERE = {
    "archive import": "test_packages, test_legacy_intake: archive:import",
}
NOT_READING = {
    "archive audit": "reads bytes to hash them and shows numbers of what is damaged; its report is kept",
    "archive check": "a folder that somebody was given; no office is asked",
    "archive evidence verify": "reads bytes to hash them and shows the numbers that were typed, with verdicts",
    "archive evidence make": "hashes",
    "archive evidence renew": "hashes",
    "archive evidence status": "batches, no documents",
    "archive move-store": "copies bytes under their hashes; stands on the trail as archive:store:move",
    "audit": "chains of the trail and of cases: hashes",
    "status": "counters",
    "verify": "files that somebody has; no office is asked",
    "tour": "plays the demo and writes what it signed itself",
}
OTHERS = (
    *("body ", "calendar ", "key ", "pki ", "trust ", "user "),
    *("deploy", "init", "lint", "scenario", "serve", "trace", "worker"),
)
"""people, calendars, keys, trust, models and the server itself"""


def commands(group: click.Command, before: str = "") -> Iterator[str]:
    if not isinstance(group, click.Group):
        yield before.strip()
        return
    for name, each in group.commands.items():
        yield from commands(each, f"{before}{name} ")


def test_every_command_is_said_to_show_documents_or_not() -> None:
    known = READING.keys() | READING_ELSEWHERE.keys() | NOT_READING.keys()
    found = {each for each in commands(main) if not each.startswith(OTHERS)}
    assert found == known, "new commands: do they show a document?"


@pytest.fixture
def document(office: Office) -> UUID:
    with office.unit_of_work() as uow:
        accession = Accession(
            id=uuid4(),
            owner=str(demo_id("body", "executive")),
            number="C-7",
            type="letter",
            title="Su haqqında",
            blob=office.blobs.put(b"%PDF-1.7 su"),
            access_level="commercial_secret",
            access_ground="Müqavilə, 5",
        )
        taken = uow.archive.accession(accession, actor="test").id
        uow.commit()
    make_evidence(office)
    return taken


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_each_reading_leaves_a_line_that_names_what_was_read(office: Office, document: UUID, tmp_path: Path) -> None:
    def lines() -> list[AuditRow]:
        query = sa.select(AuditRow).where(AuditRow.actor == COMMAND_LINE).order_by(AuditRow.at, AuditRow.seq)
        with office.reading() as uow:
            return list(uow.session.scalars(query))

    home = {"KARGUZAR_HOME": str(office.settings.home)}
    places = {"out": tmp_path / "out", "proofs": tmp_path / "proofs"}
    for command, (action, more) in READING.items():
        before = len(lines())
        words = [*command.split(), *(each.format(**places) for each in more)]
        done = CliRunner().invoke(main, [*words, "--format", "json"], env=home)
        assert (done.exit_code, isinstance(json.loads(done.stdout), list)) == (0, True), done.output
        new = lines()[before:]
        assert [each.action for each in new] == [action], command
        if command == "archive search":
            assert new[0].details == {"documents": [str(document)]}
        if command == "archive evidence export":
            assert new[0].subject == str(document)
    with office.reading() as uow:
        assert [each.event for each in uow.archive.custody(document)][-1] == "exported"
