"""The traps are real: what stock SpiffWorkflow 3.2.0 does where test_traps.py says what our engine does.

Should one of these fail after an update of SpiffWorkflow, a trap is gone, and its repair may go too.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine_runtime.models import Model
from tests.unit.engine_runtime.test_traps import with_event_subprocess


def with_timer() -> Model:
    model = Model().path("start", "user:a", "end")
    model.timer("late", "a", interrupting=True, timeDuration="'P10D'")
    return model.path("late", "end:over")


def user() -> Model:
    model = Model().path("start", "user:a", "user:b")
    model.script("note", "seen = True")
    return model.path("b", "note", "end")


MODELS = {
    "user": user,
    "user_note": lambda: Model().path("start", "none:note", "end"),
    "timer": with_timer,
    "event_subprocess": with_event_subprocess,
}


@pytest.fixture(scope="module")
def stock() -> dict[str, Any]:
    """Trap → what came of it, in a process that never saw our repairs."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.engine_runtime.stock_traps"],
        input=json.dumps({name: model().xml().decode() for name, model in MODELS.items()}),
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_p1_a_deep_case_is_reported_as_completed_while_a_task_is_ready(stock: dict[str, Any]) -> None:
    assert stock["p1"] == {"completed": True, "ready": ["a"]}


def test_p2_a_deep_case_runs_out_of_stack(stock: dict[str, Any]) -> None:
    assert stock["p2"] == "RecursionError"


def test_p3_a_citizen_s_json_is_changed_or_kills_the_case(stock: dict[str, Any]) -> None:
    assert stock["p3"] is False
    assert stock["p3_dead"] == "ValueError"


def test_p4_what_is_done_is_changed_afterwards(stock: dict[str, Any]) -> None:
    assert stock["p4"] == 999


def test_p5_an_event_subprocess_that_ran_changes_the_shared_spec(stock: dict[str, Any]) -> None:
    assert stock["p5"] is False


def test_p6_a_migrated_case_s_timer_starts_anew(stock: dict[str, Any]) -> None:
    assert stock["p6"] is False


def test_p7_attributes_without_a_namespace_are_not_seen(stock: dict[str, Any]) -> None:
    assert stock["p7"] is None


def test_p8_a_service_s_failure_shows_as_a_name_error(stock: dict[str, Any]) -> None:
    assert stock["p8"] == "NameError"


def test_p9_a_task_of_no_type_is_somebody_s_work(stock: dict[str, Any]) -> None:
    assert stock["p9_task"] is True


def test_p9_timers_read_the_machine_s_clock(stock: dict[str, Any]) -> None:
    assert stock["p9_clock"] >= 5


def test_p9_a_finished_case_keeps_its_form_s_data(stock: dict[str, Any]) -> None:
    completed, size = stock["p9_data"]
    assert completed
    assert size > 10_000
