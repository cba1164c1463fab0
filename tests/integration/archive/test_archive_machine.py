"""The archive's state machine: briefly in the gate, long on both databases and both stores."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from archive_machine import ArchiveMachine, Place
from buckets import S3Server
from founded import administer, new_database
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from archive.blobs import BlobStore
from archive.blobs.local import LocalBlobStore
from archive.blobs.s3 import S3BlobStore

pytestmark = pytest.mark.xdist_group("s3")


def on_disk(template: Path) -> Callable[[Path], Place]:
    def place(folder: Path) -> Place:
        folder.mkdir()
        shutil.copyfile(template, folder / "archive.db")
        url = f"sqlite:///{folder / 'archive.db'}"
        return Place(url, lambda: LocalBlobStore(folder / "blobs"), lambda: None)

    return place


def run(place: Callable[[Path], Place], sister: Callable[[Path], Place], *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: ArchiveMachine(place, sister),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_lost_nothing_changes_a_hold_wins_custody_is_unbroken(sqlite_template: Path) -> None:
    run(on_disk(sqlite_template), on_disk(sqlite_template), examples=8, steps=15)


@pytest.mark.long
@pytest.mark.parametrize("store", ["local", "s3"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_same_for_long_on_every_database_and_store(
    request: pytest.FixtureRequest, sqlite_template: Path, s3_server: S3Server, database: str, store: str
) -> None:
    request.getfixturevalue("s3_bucket")  # credentials for this process

    def place(folder: Path) -> Place:
        local = on_disk(sqlite_template)(folder)
        url, leave = local.url, local.leave
        if database == "postgresql":
            server: sa.URL = request.getfixturevalue("postgres_url")
            url = new_database(server, template=request.getfixturevalue("postgres_template"))
            name = sa.make_url(url).database
            leave = lambda: administer(server, f"DROP DATABASE {name} WITH (FORCE)")  # noqa: E731 - told to Place
        bucket = s3_server.place()

        def blobs() -> BlobStore:
            return S3BlobStore(bucket, s3_server.client) if store == "s3" else local.open_blobs()

        return Place(url, blobs, leave)

    run(place, on_disk(sqlite_template), examples=25, steps=40)
