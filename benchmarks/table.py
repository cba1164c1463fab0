"""Write what a run measured into docs/benchmarks.md: `python -m benchmarks.table FIGURES.json`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
START, END = "<!-- measured: written by `python -m benchmarks.table` -->\n", "<!-- /measured -->\n"
ARCHIVE_START, ARCHIVE_END = START.replace("measured:", "archive:"), END.replace("measured", "archive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure and what it should be."""

    name: str
    """of a figure within another: `sqlite.newest_p95_ms`"""
    beside: tuple[str, ...] = ()
    """the same in processor time"""
    least: float | None = None
    most: float | None = None

    @property
    def wanted(self) -> str:
        """As the page says it."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    def met(self, value: float) -> bool:
        """Whether the figure is what it should be."""
        return value >= self.least if self.least is not None else value <= (self.most or 0.0)


GOALS = (
    Goal(name="step_vs_stock", beside=("step_vs_stock_cpu",), least=3),
    Goal(name="loop_1000_vs_10", beside=("loop_1000_vs_10_cpu",), most=1.3),
    Goal(name="steps_per_second", beside=("steps_per_cpu_second",), least=400),
    Goal(name="case_vs_bpmn_engine", beside=("case_vs_bpmn_engine_cpu",), least=6),
    Goal(name="inbox_1m_p95_ms", beside=("inbox_sqlite_cpu_ms", "inbox_postgresql_cpu_ms"), most=20),
    Goal(name="postgres_two_vs_one", least=1.5),
    Goal(name="memory_10000_vs_100", most=1.2),
)
ARCHIVE_GOALS = (
    Goal(name="sqlite.newest_p95_ms", beside=("sqlite.newest_cpu_p95_ms",), most=15),
    Goal(name="postgresql.newest_p95_ms", beside=("postgresql.newest_cpu_p95_ms",), most=60),
    Goal(name="sqlite.relevance_p95_ms", beside=("sqlite.relevance_cpu_p95_ms",), most=150),
    Goal(name="postgresql.relevance_p95_ms", beside=("postgresql.relevance_cpu_p95_ms",), most=150),
    Goal(name="sqlite.facets_p95_ms", beside=("sqlite.facets_cpu_p95_ms",), most=200),
    Goal(name="postgresql.facets_p95_ms", beside=("postgresql.facets_cpu_p95_ms",), most=200),
    Goal(name="sqlite.ingest_per_second", beside=("sqlite.ingest_per_cpu_second",), least=300),
    Goal(name="postgresql.ingest_per_second", beside=("postgresql.ingest_per_cpu_second",), least=300),
)


def table(report: dict[str, Any], subject: str = "engine", goals: Sequence[Goal] = GOALS) -> str:
    """The machine of a run and its figures, in Markdown."""
    machine, figures = report["machine"], report[subject]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    quick = ", `--quick`" if report["quick"] else ""
    told = (
        f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, {packages}; load average {machine['load_before']} "
        f"when the run began{quick}."
    )
    lines = [
        told,
        "",
        "| figure | by the wall | in processor time | wanted | |",
        "|---|---|---|---|---|",
        *(_line(goal, figures) for goal in goals),
    ]
    return "\n".join(lines) + "\n"


def written(page: str, report: dict[str, Any]) -> str:
    """The page with this run's figures in the place of the last one's; what the run left out stays."""
    if "engine" in report:
        page = _replaced(page, (START, END), table(report))
    if "archive" in report:
        page = _replaced(page, (ARCHIVE_START, ARCHIVE_END), table(report, "archive", ARCHIVE_GOALS))
    return page


def _replaced(page: str, marks: tuple[str, str], told: str) -> str:
    before, _, rest = page.partition(marks[0])
    _, _, after = rest.partition(marks[1])
    return f"{before}{marks[0]}{told}{marks[1]}{after}"


def _line(goal: Goal, figures: dict[str, Any]) -> str:
    value = _found(figures, goal.name)
    if value is None:
        return f"| `{goal.name}` | not measured | | {goal.wanted} | |"
    beside = ", ".join(str(found) for name in goal.beside if (found := _found(figures, name)) is not None)
    return f"| `{goal.name}` | {value} | {beside} | {goal.wanted} | {'met' if goal.met(value) else '**missed**'} |"


def _found(figures: dict[str, Any], name: str) -> Any:
    outer, _, inner = name.rpartition(".")
    return (figures.get(outer) or {} if outer else figures).get(inner)


@click.command(epilog="Example: python -m benchmarks.table figures.json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(file: Path) -> None:
    """Put the figures of FILE, a run's --json, into docs/benchmarks.md."""
    report = json.loads(file.read_text(encoding="utf-8"))
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), report), encoding="utf-8")


if __name__ == "__main__":
    main()
