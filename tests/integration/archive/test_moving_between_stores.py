"""A move that is killed in the middle goes on; from the disk to S3 and back nothing is lost."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from buckets import S3Server

from archive.blobs import BlobStore
from archive.blobs.local import LocalBlobStore
from archive.blobs.moving import Journal, move
from archive.blobs.s3 import S3BlobStore

pytestmark = pytest.mark.xdist_group("s3")
ROOT = Path(__file__).parents[3]
BLOBS, KILLS = 120, 1
MOVE = """
import sys
from pathlib import Path
from archive.blobs.moving import Journal, move
from processes.blob_stores import open_store
from processes.settings import Settings

settings = Settings(home=Path(sys.argv[1]), s3_endpoint=sys.argv[2])
source, target = (open_store(settings, one) for one in sys.argv[3:5])
for so_far in move(source, target, Journal(settings.home / "move.json", ("a", "b"))):
    if so_far.done == int(sys.argv[5]):
        print("here", flush=True)
        sys.stdin.read()  # until it is killed
"""


@pytest.fixture
def content() -> list[bytes]:
    drawn = Random(5)
    return [drawn.randbytes(drawn.randrange(1, 3000)) for _ in range(BLOBS)]


Place = tuple[str, BlobStore]


def local(folder: Path) -> Place:
    return str(folder), LocalBlobStore(folder)


def test_a_move_killed_in_the_middle_goes_on(tmp_path: Path, content: list[bytes]) -> None:
    kill_and_finish(tmp_path, "", local(tmp_path / "old"), local(tmp_path / "new"), content)


@pytest.mark.long
@pytest.mark.parametrize("back", [False, True], ids=["to s3", "from s3"])
def test_a_move_between_disk_and_s3_killed_in_the_middle_goes_on(
    tmp_path: Path, s3_server: S3Server, s3_store: S3BlobStore, content: list[bytes], *, back: bool
) -> None:
    remote: Place = (f"s3://{s3_server.bucket}/{s3_store._place.prefix}", s3_store)
    places = [local(tmp_path / "blobs"), remote]
    source, target = reversed(places) if back else places
    kill_and_finish(tmp_path, s3_server.endpoint, source, target, content)


def kill_and_finish(home: Path, endpoint: str, old: Place, new: Place, content: list[bytes]) -> None:
    source, target = old[1], new[1]
    names = sorted(source.put(each).sha256 for each in content)
    command = [sys.executable, "-c", MOVE, str(home), endpoint, old[0], new[0]]
    for kill in range(1, KILLS + 1):
        stop = str(kill * BLOBS // (KILLS + 1))
        with subprocess.Popen(
            [*command, stop], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as moving:
            assert moving.stdout is not None
            assert moving.stdout.readline() == "here\n"
            moving.send_signal(signal.SIGKILL)
        assert moving.returncode == -signal.SIGKILL
        there = list(target.names())
        assert there == names[: len(there)]
        assert all(target.get(name) for name in there)
    journal = Journal(home / "move.json", ("a", "b"))
    assert journal.read() in there
    *_, done = move(source, target, journal)
    assert (done.done, done.bad) == (BLOBS, {})
    assert done.copied == BLOBS - len(there)
    assert list(target.names()) == names
