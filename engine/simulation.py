"""Processes run in memory, for designers and tests: traces of files, scenarios of packages. No database, no people."""

from engine.reading.imports import with_imports
from engine.scenario_run import Place, ScenarioRun, play_scenario, run_scenario
from engine.trace import BareFile, TraceResult, TraceStatus, TraceStopped, trace

__all__ = [
    "BareFile",
    "Place",
    "ScenarioRun",
    "TraceResult",
    "TraceStatus",
    "TraceStopped",
    "play_scenario",
    "run_scenario",
    "trace",
    "with_imports",
]
