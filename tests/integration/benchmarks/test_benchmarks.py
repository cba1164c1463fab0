"""The benchmarks run and tell what they promise to tell; how fast anything was is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SUBJECTS

ROOT = Path(__file__).parents[3]
PROMISED = {"step_vs_stock", "loop_1000_vs_10", "steps_per_second", "case_vs_bpmn_engine", "inbox_1m_p95_ms"}
SIGNING = {
    "bb_rsa2048_per_second",
    "bb_rsa2048_vs_simplesigner",
    "bb_rsa2048_vs_signpdf",
    "whole_step_per_second",
    "bulk_200_seconds",
    "timestamps_per_100k",
    "evidence_verify_ms",
}
RENDERING = {"warm_ms", "vs_weasyprint"}
OUT_OF_REACH = {"case_vs_bpmn_engine", "postgres_two_vs_one"}
"""where Node.js, the npm registry or PostgreSQL is missing"""
FULL_RUN_ONLY = {"inbox_1m_p95_ms", "memory_10000_vs_100"}


@pytest.mark.long
def test_a_quick_run_measures_and_writes_what_it_promises(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(file.read_text())
    assert report["quick"] is True
    assert report["machine"]["cores"] >= 1
    assert set(report["not_measured"]) | (set(report) & set(SUBJECTS)) == set(SUBJECTS)
    engine = report["engine"]
    assert set(engine) >= PROMISED
    assert {name for name, value in engine.items() if value is None} <= OUT_OF_REACH | FULL_RUN_ONLY
    assert [name for name in FULL_RUN_ONLY if engine[name] is not None] == []
    assert set(report["signing"]) >= SIGNING
    assert set(report["rendering"]) >= RENDERING
    assert report["signing"]["timestamps_per_100k"] == 1
    numbers = [value for value in engine.values() if isinstance(value, int | float)]
    assert min(number for number in numbers if not isinstance(number, bool)) > 0


def test_a_subject_that_is_not_there_is_refused() -> None:
    command = [sys.executable, "-m", "benchmarks", "everything"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'everything' is not one of" in done.stderr
