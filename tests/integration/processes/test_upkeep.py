"""What the operator of a machine asks: is the office ready, is its trail whole."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from buckets import S3Server
from click.testing import CliRunner, Result
from flask import Flask

from archive.blobs.s3 import S3BlobStore
from processes.locks import open_locks
from processes.office import Office
from processes.queries import readiness
from processes.roster import Roster
from processes.tables import AuditRow
from web.app import create_app
from web.cli import main


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


@pytest.fixture
def on_duty(office: Office) -> Iterator[None]:
    """A worker has shown itself a moment ago."""
    locks = open_locks(office.settings)
    Roster(office.database, locks, "night").enter()
    yield
    locks.close()


def run(office: Office, *words: str) -> Result:
    home, url = str(office.settings.home), office.settings.database_url
    return CliRunner().invoke(main, words, env={"KARGUZAR_HOME": home, "KARGUZAR_DATABASE_URL": url})


def ready(app: Flask) -> tuple[int, object]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.json


@pytest.mark.usefixtures("on_duty")
def test_an_office_with_a_worker_is_ready(office: Office, app: Flask) -> None:
    assert ready(app) == (200, {"status": "ready"})
    told = run(office, "status", "--format", "json")
    found = json.loads(told.output)
    assert told.exit_code == 0
    assert found["ready"] is True
    assert [check["name"] for check in found["checks"]] == ["database", "schema", "worker", "disk", "store"]
    assert [each["executor_id"] for each in found["workers"]] == ["night"]


def test_without_a_worker_it_is_not_and_strangers_are_not_told_why(office: Office, app: Flask) -> None:
    assert ready(app) == (503, {"status": "not ready"})
    assert app.test_client().get("/health").status_code == 200
    told = run(office, "status")
    assert told.exit_code == 1
    assert "none runs: jobs and timers wait" in told.output


@pytest.mark.usefixtures("on_duty")
def test_a_database_of_another_release_is_not_ready(office: Office, app: Flask) -> None:
    with office.database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert ready(app)[0] == 503
    assert "run `karguzar init`" in run(office, "status").output


@pytest.mark.usefixtures("on_duty")
def test_a_full_disk_is_not_ready(office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "ROOM_BYTES", 2**80)
    assert ready(app)[0] == 503


@pytest.mark.usefixtures("on_duty", "s3_bucket")
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_store_that_does_not_answer_is_not_ready(office: Office, app: Flask, s3_server: S3Server) -> None:
    def status(bucket: str) -> Result:
        stored = {"KARGUZAR_BLOB_STORE": f"s3://{bucket}", "KARGUZAR_S3_ENDPOINT": s3_server.endpoint}
        home = str(office.settings.home)
        return CliRunner().invoke(main, ["status"], env={"KARGUZAR_HOME": home, **stored})

    assert status(s3_server.bucket).exit_code == 0
    told = status("no-such-bucket")
    assert told.exit_code == 1
    assert "no-such-bucket" in told.output
    place = s3_server.place(bucket="no-such-bucket")
    office.blobs = S3BlobStore(place, s3_server.client)
    assert ready(app) == (503, {"status": "not ready"})


def test_a_whole_trail_is_told_so_and_a_changed_line_is_found(office: Office) -> None:
    told = run(office, "audit")
    assert told.exit_code == 0
    assert told.output.endswith("chains checked, 0 broken\n")
    with office.database.begin() as connection:
        connection.execute(sa.update(AuditRow).where(AuditRow.seq == 2).values(actor="nobody"))
    told = run(office, "audit", "--format", "json")
    assert told.exit_code == 1
    assert json.loads(told.output)["broken"] == [{"stream": "office", "lines": [2]}]
