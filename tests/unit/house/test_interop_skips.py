"""Without Java, Maven or its repository validators from outside are skipped by name, in CI too; faults stay faults."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "tests" / "interop"))

from outside import made  # noqa: E402 - it is found by the line before

SILENT = "exit 0"
JAVA = {"java": SILENT, "javac": SILENT}
Install = Callable[..., Path]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts programs of these scripts on an otherwise empty path; tells the folder of a runner's sources."""
    places, java = tmp_path / "bin", tmp_path / "java"
    for folder in (places, java):
        folder.mkdir()
    (java / "pom.xml").write_text("<project/>")
    monkeypatch.setenv("PATH", str(places))
    monkeypatch.setenv("CI", "true")

    def installed(**scripts: str) -> Path:
        for name, script in scripts.items():
            file = places / name
            file.write_text(f"#!/bin/sh\necho run >>{places}/{name}.runs\n{script}\n")
            file.chmod(0o755)
        return java

    return installed


@pytest.mark.parametrize(
    ("scripts", "reason"),
    [
        ({}, "java is not installed"),
        ({"java": SILENT}, "javac is not installed"),
        (JAVA, "mvn is not installed"),
        (JAVA | {"mvn": "echo 'Could not transfer artifact a:b:pom:1'; exit 1"}, "Maven Central is out of reach"),
        (JAVA | {"mvn": "echo 'Connection timed out' >&2; exit 1"}, "Maven Central is out of reach"),
        (JAVA | {"mvn": "read forever </dev/zero"}, "Maven Central gave nothing within"),
    ],
)
def test_what_cannot_be_had_is_skipped_by_name(programs: Install, scripts: dict[str, str], reason: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=f"{reason}.*: EU DSS, veraPDF and BouncyCastle were not asked"):
        made(programs(**scripts), seconds=1)


@pytest.mark.parametrize(
    "script",
    [
        "echo 'COMPILATION ERROR: Interop.java'; exit 1",
        "echo 'Could not resolve dependencies: Could not find artifact no:such:jar:9 in central'; exit 1",
    ],
)
def test_a_runner_that_cannot_be_made_is_a_failure(programs: Install, script: str) -> None:
    with pytest.raises(AssertionError):
        made(programs(**JAVA, mvn=script))


def test_a_runner_is_made_once_and_anew_when_its_sources_change(programs: Install) -> None:
    java = programs(**JAVA, mvn=f"{sys.executable} -c 'import os; os.mkdir(\"target\")'")
    runs = Path(java.parent / "bin" / "mvn.runs")
    for expected in (1, 1):
        assert made(java) == java / "target"
        assert runs.read_text().count("run") == expected
    (java / "pom.xml").write_text("<project>2</project>")
    made(java)
    assert runs.read_text().count("run") == 2


def test_ci_asks_them() -> None:
    assert "\n./test interop sample\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
