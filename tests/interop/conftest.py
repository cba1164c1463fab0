"""What the validators from outside are asked about: the documents of a tour, and a pilot's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "signing"))
sys.path.insert(0, str(Path(__file__).parent))

from outside import Outside, outside_validators
from signing_pilot import authority, enrol, opened, pilot, tool

__all__ = ["authority", "enrol", "opened", "pilot", "tool"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.interop)


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    with outside_validators() as validators:
        yield validators


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a tour wrote: TOUR_DIR, if that is set, else that of a tour played now."""
    if given := os.environ.get("TOUR_DIR"):
        return Path(given)
    folder = tmp_path_factory.mktemp("tour")
    environment = {**os.environ, "KARGUZAR_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "web.cli", "tour", "--out", str(folder / "out")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


@pytest.fixture(scope="session")
def documents(tour: Path) -> list[Path]:
    found = sorted(path for path in tour.glob("*/*.pdf") if path.parent.name != "trust")
    assert len(found) > 100, "a tour has more documents than that"
    return found
