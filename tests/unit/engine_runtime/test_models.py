"""The models under tests/models, each with what BPMN 2.0.2 says comes of it in the JSON file beside.

A run is `{"data", "answers", "skip_timers"}` as `karguzar trace` takes them, with the `status`, `path` and `result`
(the data afterwards, as far as it is named) it must end with. Each runs in memory and again through its bytes.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.spiff import codec, compaction
from engine.spiff.interpreter import Interpreter, _case_factory
from engine.trace import trace

MODELS = Path(__file__).parents[2] / "models"


RUNS = [
    pytest.param(file.with_suffix(".bpmn"), run, id=f"{file.stem}-{number}")
    for file in sorted(MODELS.glob("*.json"))
    for number, run in enumerate(json.loads(file.read_text(encoding="utf-8"))["runs"])
]


def agrees(model: Path, run: dict[str, Any]) -> None:
    result = trace(
        model.read_bytes(),
        data=run.get("data", {}),
        answers=run.get("answers", {}),
        skip_timers=run.get("skip_timers", False),
        processes=run.get("processes", ()),
    )
    assert (result.status.value, list(result.path)) == (run["status"], run.get("path", [])), result.error
    wanted = run.get("result", {})
    assert {name: result.data.get(name) for name in wanted} == wanted
    if "rule" in run:
        assert run["rule"] in {finding.rule for finding in result.findings}


@pytest.mark.parametrize(("model", "run"), RUNS)
def test_a_model_does_what_the_standard_says(model: Path, run: dict[str, Any]) -> None:
    agrees(model, run)


@pytest.mark.parametrize(("model", "run"), [run for run in RUNS if run.values[1]["status"] != "refused"])
def test_a_model_does_the_same_through_its_bytes(
    model: Path, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compacted, dumped and loaded after every automatic step."""
    automatic = Interpreter._automatic

    def stored(self: Interpreter) -> list[Any]:
        case = self._case
        compaction.compact(case)
        make = _case_factory(self.program, self._engine, case.now)
        self._case = codec.load(codec.dump(case), self.program.specs, make)
        self._case.passed, self._case.thrown, self._case.beginning = case.passed, case.thrown, case.beginning
        return automatic(self)

    monkeypatch.setattr(Interpreter, "_automatic", stored)
    monkeypatch.setattr("engine.trace.lint_bpmn", lambda *_, **__: [])  # the other test has asked it
    agrees(model, run)


def test_every_model_has_its_expectation() -> None:
    assert {file.stem for file in MODELS.glob("*.bpmn")} == {file.stem for file in MODELS.glob("*.json")}
