"""E-ARK packages as eark-validator sees them, in an environment of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "archive"))

from package_samples import written

from archive.packages import PackageShape

VALIDATOR = "eark-validator==1.1.3"
UNREACHABLE = ("Retrying (", "ConnectionError", "timed out")
"""what pip says where its index is out of reach"""
HERE = Path(__file__).parent
CONTRADICTED = "SIP14: "
"""it wants NOTETYPE without a namespace, which the METS schema forbids and its own rule CSIP16 has with one"""


@pytest.fixture(scope="session")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its interpreter: EARK_PYTHON, or of an environment made now."""
    if given := os.environ.get("EARK_PYTHON"):
        return Path(given)
    place = tmp_path_factory.mktemp("eark")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--retries", "1", VALIDATOR]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode and any(sign in done.stderr for sign in UNREACHABLE):
        pytest.skip("PyPI is out of reach: eark-validator was not asked")
    assert done.returncode == 0, done.stderr
    return python


def asked(validator: Path, package: Path) -> dict[str, Any]:
    script = HERE / "eark_asked.py"
    done = subprocess.run([validator, script, package], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("shape", [PackageShape.SIP, PackageShape.AIP])
def test_a_package_is_well_formed_and_keeps_every_rule(shape: PackageShape, validator: Path, tmp_path: Path) -> None:
    told = asked(validator, written(tmp_path / "package", shape))
    assert (told["structure"], told["schema"]) == ("WELLFORMED", "VALID")
    assert [each for each in told["errors"] if not each.startswith(CONTRADICTED)] == []


def test_a_package_without_its_agent_is_found(validator: Path, tmp_path: Path) -> None:
    folder = written(tmp_path / "package", PackageShape.AIP)
    mets = (folder / "METS.xml").read_text(encoding="utf-8")
    (folder / "METS.xml").write_text(mets.replace('OTHERTYPE="SOFTWARE"', ""), encoding="utf-8")
    assert any(each.startswith("CSIP13") for each in asked(validator, folder)["errors"])
