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
    """The folder a tour wrote: that of TOUR_DIR, or of a tour played now; a short one if INTEROP_SAMPLE is set."""
    if given := os.environ.get("TOUR_DIR"):
        return Path(given)
    folder = tmp_path_factory.mktemp("tour")
    command = [sys.executable, str(HERE / "played_tour.py"), str(folder / "home"), str(folder / "out")]
    if os.environ.get("INTEROP_SAMPLE"):
        command.append("sample")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


@pytest.fixture(scope="session")
def documents(tour: Path) -> list[Path]:
    """All of them: the cases' and the appointments'."""
    found = sorted(tour.glob("*/*.pdf"))
    assert len(found) > (15 if os.environ.get("INTEROP_SAMPLE") else 100), "a tour has more documents than that"
    return found
