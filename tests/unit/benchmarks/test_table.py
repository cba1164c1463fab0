"""The page of figures is written from a run's own report."""

from benchmarks.table import ARCHIVE_END, ARCHIVE_START, END, START, written

MACHINE = {
    "cores": 2, "processor": "AMD EPYC", "memory_gib": 24, "system": "Linux", "python": "3.11.7", "sqlite": "3.40.1",
    "packages": {"SQLAlchemy": "2.1.9"}, "load_before": 0.3,
}  # fmt: skip


def test_figures_replace_those_of_the_last_run_and_say_what_was_missed() -> None:
    figures = {"step_vs_stock": 3.4, "step_vs_stock_cpu": 3.1, "steps_per_second": 380.0, "memory_10000_vs_100": None}
    page = f"before\n{START}old figures\n{END}after\n"
    found = written(page, {"quick": False, "machine": MACHINE, "engine": figures})
    assert found.startswith("before\n")
    assert found.endswith(f"{END}after\n")
    assert "old figures" not in found
    assert "| `step_vs_stock` | 3.4 | 3.1 | ≥ 3 | met |" in found
    assert "| `steps_per_second` | 380.0 |  | ≥ 400 | **missed** |" in found
    assert "| `memory_10000_vs_100` | not measured | | ≤ 1.2 | |" in found
    assert written(found, {"quick": False, "machine": MACHINE, "engine": figures}) == found


def test_a_run_of_the_archive_alone_leaves_the_engines_figures() -> None:
    page = f"before\n{START}engine\n{END}between\n{ARCHIVE_START}old\n{ARCHIVE_END}after\n"
    archive = {"sqlite": {"newest_p95_ms": 9.5, "newest_cpu_p95_ms": 8.0}}
    found = written(page, {"quick": False, "machine": MACHINE, "archive": archive})
    assert f"{START}engine\n{END}between\n{ARCHIVE_START}" in found
    assert "old" not in found
    assert "| `sqlite.newest_p95_ms` | 9.5 | 8.0 | ≤ 15 | met |" in found
    assert "| `postgresql.newest_p95_ms` | not measured | | ≤ 60 | |" in found
