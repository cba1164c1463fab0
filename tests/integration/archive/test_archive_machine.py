"""The archive's state machine: briefly in the gate, long on both databases and both stores."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from archive_machine import NOW, ArchiveMachine, Place
from buckets import S3Server
from founded import administer, new_database
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from archive.blobs import BlobStore
from archive.blobs.local import LocalBlobStore
from archive.blobs.s3 import S3BlobStore
from signing.authority import PilotAuthority

pytestmark = pytest.mark.xdist_group("s3")


def on_disk(template: Path) -> Callable[[Path], Place]:
    def place(folder: Path) -> Place:
        folder.mkdir()
        shutil.copyfile(template, folder / "archive.db")
        url = f"sqlite:///{folder / 'archive.db'}"
        return Place(url, lambda: LocalBlobStore(folder / "blobs"), lambda: None)

    return place


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> PilotAuthority:
    """Whose timestamps the archive's evidence has."""
    return PilotAuthority.create(tmp_path_factory.mktemp("pki") / "authority", "a passphrase", at=NOW)


Places = tuple[Callable[[Path], Place], Callable[[Path], Place]]


def run(places: Places, authority: PilotAuthority, *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: ArchiveMachine(*places, authority),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # a failure is shown as it was found: tracing and replaying it for a smaller one takes an hour on a bucket
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


def test_nothing_is_lost_nothing_changes_a_hold_wins_custody_is_unbroken(
    sqlite_template: Path, authority: PilotAuthority
) -> None:
    run((on_disk(sqlite_template), on_disk(sqlite_template)), authority, examples=5, steps=15)


@pytest.mark.long
@pytest.mark.parametrize("store", ["local", "s3"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_same_for_long_on_every_database_and_store(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    s3_server: S3Server,
    authority: PilotAuthority,
    database: str,
    store: str,
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

    run((place, on_disk(sqlite_template)), authority, examples=25, steps=40)
