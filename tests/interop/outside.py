"""The Java runner beside this file, made by Maven on first use and kept in java/target until its sources change."""

import hashlib
import json
import os
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
STAMP = TARGET / "made-from"
NETWORK = ("Could not transfer", "Could not resolve", "UnknownHost", "in offline mode", "Connection refused")
"""what Maven says where its repository is out of reach; anything else is a fault of ours"""


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
    for program in ("java", "javac", "mvn"):
        if shutil.which(program) is None:
            _not_asked(f"{program} is not installed")
    _make()
    command = ["java", "-Xmx1g", "-cp", f"{TARGET / 'classes'}:{TARGET / 'lib'}/*", "karguzar.Interop"]
    with (
        (TARGET / "stderr.log").open("w") as complaints,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        yield Outside(process)
        assert process.stdin is not None
        process.stdin.close()


def _not_asked(why: str) -> NoReturn:
    """Where the machine is meant to have them, that they were not asked is a failure."""
    reason = f"{why}: EU DSS, veraPDF and BouncyCastle were not asked"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _make() -> None:
    sources = [JAVA / "pom.xml", *sorted(JAVA.rglob("*.java"))]
    made_from = hashlib.sha256(b"".join(one.read_bytes() for one in sources)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == made_from:
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "compile"]
    try:
        done = subprocess.run(command, cwd=JAVA, capture_output=True, text=True, check=False, timeout=FETCHING_SECONDS)
    except subprocess.TimeoutExpired:
        _not_asked(f"Maven Central gave nothing within {FETCHING_SECONDS} seconds")
    if done.returncode and any(sign in done.stdout for sign in NETWORK):
        _not_asked("Maven Central is out of reach")
    assert done.returncode == 0, done.stdout
    STAMP.write_text(made_from)


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return [_told(one) for one in value]
    return str(value)
