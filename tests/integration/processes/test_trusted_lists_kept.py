"""Trusted lists in the office: brought in by administrators, fetched over HTTP, never going back, then retired."""

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from test_timestamps import enqueued

from processes.errors import EntryRefused, GroundTooShort, NotFound, NotPermitted, TrustedListUnusable
from processes.office import Office
from processes.settings import Settings
from processes.tables import AuditRow, IncidentRow, TrustedListRow, TrustedServiceRow
from processes.trust import trust_store
from processes.trusted_lists import refreshed, watch_lists
from processes.use_cases.trust_anchors import AddAnchor, add_anchor
from processes.use_cases.trusted_lists import (
    ImportList,
    RefreshList,
    RetireList,
    import_list,
    list_services,
    list_trusted_lists,
    refresh_list,
    retire_list,
)
from signing.services import Purpose
from web.cli import main

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "signing"))

from signing_lists import GRANTED, QTST, WITHDRAWN, Listed, ListText, Operator, operator

GROUND = "Law 27 on trust services, article 9"
DAY = timedelta(days=1)
on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@dataclass
class Served:
    """A scheme operator's web server; no content: it fails."""

    content: bytes = b""
    url: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def served() -> Iterator[Served]:
    told = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(200 if told.content else 503)
            self.send_header("Content-Length", str(len(told.content)))
            self.end_headers()
            self.wfile.write(told.content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/tl.xml"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def by_now(office: Office) -> Operator:
    return operator("Operator of now", office.clock().replace(minute=0, second=0, microsecond=0) - 30 * DAY)


def text(office: Office, **changes: object) -> ListText:
    """A list of today with an issuing authority and a time-stamping unit."""
    now, authority = office.clock(), office.keys.authority
    since = ((GRANTED, now - 20 * DAY),)
    services = (
        Listed(authority.certificate("issuing"), since),
        Listed(authority.certificate("tsa"), since, QTST, "Time"),
    )
    made = ListText(services, issued_at=now - DAY, next_update=now + 90 * DAY)
    return replace(made, **changes)


def brought(office: Office, made: ListText, **changes: object) -> UUID:
    request = ImportList(by=None, operators=by_now(office).pem, ground=GROUND, content=made.signed(by_now(office)))
    return import_list(office, replace(request, **changes))


def granted(office: Office) -> set[Purpose]:
    return {one.purpose for one in trust_store(office).services if one.granted_at(office.clock())}


def trail(office: Office, list_id: UUID) -> list[str]:
    with office.reading() as uow:
        query = sa.select(AuditRow.action).where(AuditRow.subject == str(list_id)).order_by(AuditRow.seq)
        return list(uow.session.execute(query).scalars())


def test_a_list_is_brought_replaced_by_newer_ones_only_and_retired(office: Office) -> None:
    first = text(office)
    list_id = brought(office, first)
    assert granted(office) == {Purpose.SIGNATURES, Purpose.TIMESTAMPS}
    with pytest.raises(TrustedListUnusable, match="stale"):
        brought(office, replace(first, sequence=6))
    with pytest.raises(TrustedListUnusable, match="stale"):
        brought(office, replace(first, services=()))
    now = office.clock()
    issuing = Listed(first.services[0].certificate, ((WITHDRAWN, now - DAY), (GRANTED, now - 20 * DAY)))
    assert brought(office, replace(first, sequence=8, services=(issuing, first.services[1]))) == list_id
    assert granted(office) == {Purpose.TIMESTAMPS}, "withdrawn since yesterday"
    told, services = list_services(office, None, list_id)
    assert (told["state"], told["sequence"], told["territory"]) == ("in force", 8, "AZ")
    assert [(one["name"], one["state"]) for one in services] == [
        ("Provider, Issuing", "withdrawn"),
        ("Provider, Time", "granted"),
    ]
    assert retire_list(office, RetireList(by=None, name="az", ground="the law is no longer in force")) == "AZ"
    assert trust_store(office).services == ()
    with pytest.raises(NotFound):
        retire_list(office, RetireList(by=None, name="AZ", ground="the law is no longer in force"))
    assert trail(office, list_id) == ["pki:list:import", "pki:list:import", "pki:list:retire"]
    assert brought(office, first) != list_id, "one that was retired is no measure any more"


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"next_update": timedelta(days=-1)}, "expired"),
        ({"issued_at": timedelta(days=1)}, "future"),
    ],
)
def test_what_is_not_to_be_believed_is_refused(office: Office, changes: dict[str, timedelta], rule: str) -> None:
    wrong = replace(text(office), **{name: office.clock() + span for name, span in changes.items()})
    with pytest.raises(TrustedListUnusable) as error:
        brought(office, wrong)
    assert error.value.reason == rule
    with pytest.raises(TrustedListUnusable, match="signature"):
        brought(office, text(office), operators=operator("Stranger", office.clock() - DAY).pem)
    for content in (b"", b"<x/>", b"<!DOCTYPE x []>"):
        with pytest.raises(TrustedListUnusable, match="shape"):
            brought(office, text(office), content=content)
    with pytest.raises(GroundTooShort):
        brought(office, text(office), ground="because")
    with pytest.raises(TrustedListUnusable, match="operator"):
        brought(office, text(office), operators=b"nothing")
    assert list_trusted_lists(office, None) == []


@on_sqlite
def test_a_list_is_fetched_again_over_http_and_told_when_that_fails(office: Office, served: Served) -> None:
    first = text(office)
    served.content = first.signed(by_now(office))
    list_id = brought(office, first, content=b"", url=served.url)
    assert watch_lists(office) == 0, "not before its time"
    start = office.clock()
    # a rehearsal's clock never goes ahead of real time
    office.clock.set_to(start - 2 * DAY)
    with office.unit_of_work() as uow:
        uow.update(TrustedListRow, {"id": list_id}, next_look_at=uow.now)
        uow.commit()
    assert watch_lists(office) == 1
    assert len(enqueued(office, "refresh_trusted_list")) == 1
    office.clock.set_to(start)
    assert refreshed(office, list_id) == "the same"
    served.content = replace(first, sequence=8, services=first.services[:1]).signed(by_now(office))
    assert refreshed(office, list_id) == "new"
    assert granted(office) == {Purpose.SIGNATURES}
    served.content = first.signed(by_now(office))
    assert "stale" in refreshed(office, list_id), "an attacker brings the old list again"
    assert granted(office) == {Purpose.SIGNATURES}
    with office.reading() as uow:
        incident = uow.session.execute(sa.select(IncidentRow)).scalar_one()
        assert (incident.state, incident.job) == ("open", "refresh_trusted_list")
        assert "trusted list of AZ was not refreshed" in incident.cause
    served.content = b""
    with pytest.raises(TrustedListUnusable, match="503"):
        refresh_list(office, RefreshList(by=None, name="AZ"))
    assert "503" in list_trusted_lists(office, None)[0]["problem"]
    served.content = replace(first, sequence=9).signed(by_now(office))
    # the host is left alone for a while by one transport; each fetch has its own
    assert refresh_list(office, RefreshList(by=None, name=str(list_id)[:6]))
    with office.reading() as uow:
        assert uow.session.execute(sa.select(IncidentRow.state)).scalar_one() == "closed"
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(TrustedServiceRow)) == 2
    assert list_trusted_lists(office, None)[0]["problem"] is None
    assert trail(office, list_id) == ["pki:list:import", "pki:list:refresh", "pki:list:refresh"]


@on_sqlite
def test_a_list_from_a_file_is_told_before_it_ends(office: Office) -> None:
    list_id = brought(office, replace(text(office), next_update=office.clock() + 10 * DAY))
    with office.unit_of_work() as uow:
        row = uow.session.get(TrustedListRow, list_id)
        assert row is not None
        assert row.next_look_at is not None
        row.next_look_at = uow.now
        uow.commit()
    assert watch_lists(office) == 1
    assert "bring the next one" in refreshed(office, list_id)
    with office.reading() as uow:
        incident = uow.session.execute(sa.select(IncidentRow)).scalar_one()
        assert "it ends on" in incident.cause


@on_sqlite
def test_anchors_for_one_purpose_and_only_administrators(office: Office) -> None:
    root = office.keys.authority.certificate("issuing")
    with pytest.raises(EntryRefused, match="unknown"):
        add_anchor(office, AddAnchor(by=None, certificate=root, ground=GROUND, purpose="everything"))
    add_anchor(office, AddAnchor(by=None, certificate=root, ground=GROUND, purpose="timestamps"))
    assert granted(office) == {Purpose.TIMESTAMPS}
    assert root not in trust_store(office).anchors
    stranger = uuid4()
    for refused in (
        lambda: brought(office, text(office), by=stranger, content=b"", url="http://127.0.0.1:1/never-asked"),
        lambda: refresh_list(office, RefreshList(by=stranger, name="AZ")),
        lambda: retire_list(office, RetireList(by=stranger, name="AZ", ground=GROUND)),
        lambda: list_trusted_lists(office, stranger),
        lambda: list_services(office, stranger, stranger),
    ):
        with pytest.raises(NotPermitted):
            refused()


@on_sqlite
def test_the_command_line_brings_and_retires_lists(
    office: Office, settings: Settings, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "operator.pem").write_bytes(by_now(office).pem)
    (tmp_path / "tl.xml").write_bytes(text(office).signed(by_now(office)))
    monkeypatch.setenv("KARGUZAR_HOME", str(settings.home))
    if settings.database_url:
        monkeypatch.setenv("KARGUZAR_DATABASE_URL", settings.database_url)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["trust", *words])
        return f"{done.exit_code} {done.output}"

    told = ("--operator", f"{tmp_path}/operator.pem", "--ground", GROUND)
    assert run("import", f"{tmp_path}/tl.xml", *told).startswith("0 in force")
    assert run("refresh", "AZ").startswith("2 ")
    served.content = text(office, sequence=9).signed(by_now(office))
    assert run("import", served.url, *told).startswith("0 in force")
    assert "the newest" in run("refresh", "AZ")
    (told_now,) = json.loads(run("lists", "--format", "json")[2:])
    assert (told_now["sequence"], told_now["source"]) == (9, served.url)
    assert "AZ  no. 9" in run("lists")
    assert run("retire", "AZ", "--ground", "the law is no longer in force") == "0 no longer in force: AZ\n"


def test_two_who_bring_the_first_list_at_once_leave_one_in_force(office: Office) -> None:
    made = text(office)
    content = made.signed(by_now(office))
    together = threading.Barrier(2)
    found: list[UUID] = []

    def bring() -> None:
        together.wait()
        found.append(brought(office, made, content=content))

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    with office.reading() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(TrustedListRow)) == 1
