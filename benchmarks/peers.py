"""Programs of others that ours are measured against: installed on demand into the run's folder, never into our lock."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.run import Run

INSTALL_SECONDS = 300
_NPM = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")


def npm_peer(run: Run, sources: Path, name: str) -> Path | None:
    """A folder with the sources and their packages, as pinned in package-lock.json; None if they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        run.say(f"  {name}: not measured, Node.js is not installed")
        return None
    folder = run.folder / "peers" / name
    shutil.copytree(sources, folder, ignore=shutil.ignore_patterns("node_modules"))
    if not _done(list(_NPM), folder):
        run.say(f"  {name}: not measured, the npm registry is out of reach")
        return None
    return folder


def python_peer(run: Run, requirement: str) -> Path | None:
    """The interpreter of a venv of its own with one package and what it needs; None if it cannot be had."""
    folder = run.folder / "peers" / requirement.partition("==")[0]
    python = folder / "bin" / "python"
    made = _done([sys.executable, "-m", "venv", str(folder)], run.folder)
    if not (made and _done([str(python), "-m", "pip", "install", "--quiet", requirement], run.folder)):
        run.say(f"  {requirement}: not measured, it cannot be installed here")
        return None
    return python


def _done(command: list[str], folder: Path) -> bool:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    return True
