"""The Java runner beside this file, made by Maven on first use and kept in java/target until its sources change.

Where Java, Maven or Maven Central cannot be had, the tests that ask it are skipped and the reason names whom nobody
asked, also in CI: no network there is nobody's fault. What the validators say is never skipped.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

JAVA = Path(__file__).parent / "java"
TARGET = JAVA / "target"
FETCHING_SECONDS = 300
"""for some sixty libraries, on the first run only"""
NETWORK = ("Could not transfer", "Could not resolve", "Unknown host", "UnknownHost", "in offline mode", "Connection ")
"""what Maven says where its repository is out of reach; anything else is a fault of ours"""
UNKNOWN = "Could not find artifact"
"""what it says where its repository answers and has no such library: a fault of ours too"""


@dataclass
class Outside:
    """Validators nobody here wrote: EU DSS, veraPDF, BouncyCastle."""

    process: subprocess.Popen[str]

    def __call__(self, question: str, file: Path, **more: Any) -> dict[str, Any]:
        job = {"ask": question, "file": str(file), **{name: _told(value) for name, value in more.items()}}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def outside_validators() -> Iterator[Outside]:
    """One Java process for all questions; skips, with what is missing, where it cannot be had."""
    made()
    command = ["java", "-Xmx1g", "-cp", f"{TARGET / 'classes'}:{TARGET / 'lib'}/*", "karguzar.Interop"]
    with (
        (TARGET / "stderr.log").open("a") as complaints,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        yield Outside(process)
        assert process.stdin is not None
        process.stdin.close()


def made(java: Path = JAVA, *, seconds: float = FETCHING_SECONDS) -> Path:
    """The folder of the runner and its libraries, made once by whichever test process comes first; or a skip."""
    for program in ("java", "javac", "mvn"):
        if shutil.which(program) is None:
            _not_asked(f"{program} is not installed")
    sources = [java / "pom.xml", *sorted((java / "src").rglob("*.java"))]
    made_from = hashlib.sha256(b"".join(one.read_bytes() for one in sources)).hexdigest()
    target, stamp = java / "target", java / "target" / "made-from"
    with (java / "target.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != made_from:
            shutil.rmtree(target, ignore_errors=True)
            _make(java, seconds)
            stamp.write_text(made_from)
    return target


def _make(java: Path, seconds: float) -> None:
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "compile"]
    try:
        done = subprocess.run(command, cwd=java, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        _not_asked(f"Maven Central gave nothing within {seconds:g} seconds")
    told = done.stdout + done.stderr
    if done.returncode and UNKNOWN not in told and any(sign in told for sign in NETWORK):
        _not_asked("Maven Central is out of reach")
    assert done.returncode == 0, told


def _not_asked(why: str) -> NoReturn:
    pytest.skip(f"{why}: EU DSS, veraPDF and BouncyCastle were not asked")


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return [_told(one) for one in value]
    return str(value)
