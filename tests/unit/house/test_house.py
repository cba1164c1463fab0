"""The house's own rules: budgets, doors, one version, nothing of this machine in the tree."""

import ast
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes import VERSION

ROOT = Path(__file__).parents[3]
ROOMS = ("engine", "signing", "archive", "processes", "web")
MODULE_LINES, FUNCTION_LINES = 400, 40
DOORS = {
    "engine": {"service", "expressions", "deadlines", "errors", "definition", "package", "workitem", "instance",
               "history", "findings", "spans", "lint", "simulation", "operations", "passing", "pauses", "cosigning",
               "prepared"},
    "signing": {"service", "errors", "request", "report", "keys", "policy", "authority", "authorities", "trust",
                "validation", "enrolment", "trusted_lists", "evidence", "evidence_renewal", "evidence_validation",
                "hash_trees", "any_file"},
    "archive": {"service", "ingest", "packages", "errors", "blobs", "retention", "documents", "arrangement",
                "holds", "search", "access", "highlights", "restrictions", "lifting", "nomenclature", "quarantine",
                "publication", "blob_locks", "evidence", "fixity", "disposal", "review_lists", "schedules",
                "canonical"},
}  # fmt: skip
"""what processes may import of each room: its door, its central types and its errors"""
TABLE_READERS = ("processes/queries/", "processes/migrations/")


def modules() -> Iterator[Path]:
    for room in ROOMS:
        # a migration is a record, not code to live in
        found = sorted((ROOT / room).rglob("*.py"))
        yield from (file for file in found if not {"node_modules", "versions"} & {*file.parts})


@pytest.mark.parametrize("file", list(modules()), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_and_its_functions_keep_to_their_budgets(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count("\n") <= MODULE_LINES
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_use_cases_enter_the_rooms_by_their_doors() -> None:
    through_the_window = []
    for file in sorted((ROOT / "processes").rglob("*.py")):
        relative = file.relative_to(ROOT).as_posix()
        for name in _imported(file):
            room, _, rest = name.partition(".")
            if room not in DOORS or rest.split(".")[0] in DOORS[room]:
                continue
            if rest in {"tables", "search_index"} and relative.startswith(TABLE_READERS):
                continue
            through_the_window.append(f"{relative}: {name}")
    assert through_the_window == []


def test_only_the_spiff_folder_knows_spiffworkflow() -> None:
    knowing = {
        file.relative_to(ROOT).parent.as_posix()
        for file in (ROOT / "engine").rglob("*.py")
        if any(name.split(".")[0] == "SpiffWorkflow" for name in _imported(file))
    }
    assert knowing == {"engine/spiff"}


def test_the_product_and_the_project_file_name_one_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_lock_files_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text


def test_the_tree_holds_no_path_of_a_machine() -> None:
    tracked = subprocess.run(
        ["git", "grep", "-lIE", r"/(root|home/[a-z]+)/", "--", ":!*.lock", ":!web/static/vendor", ":!tests/unit/house"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tracked.stdout == ""


def test_no_two_test_files_share_a_name() -> None:
    """pytest takes folders without `__init__.py` for one: it stops at the second file of a name."""
    names = Counter(
        file.name for file in (ROOT / "tests").rglob("test_*.py") if not (file.parent / "__init__.py").exists()
    )
    assert {name: count for name, count in names.items() if count > 1} == {}
