"""Whole cases in memory: ours against npm's bpmn-engine on the same model, turn about."""

import json
import subprocess
from pathlib import Path
from statistics import median

from benchmarks.engine.house import NOW, OPENING
from benchmarks.engine.model import FORM, GO_ON, JAVASCRIPT, PROCESS, STEPS, model, packages
from benchmarks.peers import npm_peer
from benchmarks.run import Clock, Figures, Run
from engine.deadlines import WorkingCalendar
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program, compile_package, link

SOURCES = Path(__file__).parent / "peer"


def measure(run: Run) -> Figures:
    """The figures of whole cases; None where Node.js or the npm registry is out of reach."""
    folder = npm_peer(run, SOURCES, "bpmn-engine")
    if folder is None:
        return {"case_vs_bpmn_engine": None}
    file = folder / "model.bpmn"
    file.write_bytes(model(JAVASCRIPT))
    program = _program()
    ours, theirs = Clock(), Clock()
    for _ in range(run.times(6, 2)):
        cases = run.times(50, 10)
        answer = subprocess.run(
            ["node", "cases.js", file.name, str(cases)], cwd=folder, check=True, capture_output=True, text=True
        )
        told = json.loads(answer.stdout)
        for wall, cpu in zip(told["wall"], told["cpu"], strict=True):
            theirs.note(wall / 1000, cpu / 1000)
        _case(program)
        for _ in range(cases):
            ours.measure(lambda: _case(program))
    figures = {
        "case_vs_bpmn_engine": round(median(theirs.wall) / median(ours.wall), 1),
        "case_vs_bpmn_engine_cpu": round(median(theirs.cpu) / median(ours.cpu), 1),
        "case_ms": round(ours.middle(), 2),
        "bpmn_engine_case_ms": round(theirs.middle(), 2),
    }
    run.say(
        f"  a case in memory: {figures['case_ms']} ms, bpmn-engine {figures['bpmn_engine_case_ms']} ms: "
        f"{figures['case_vs_bpmn_engine']} times as fast ({figures['case_vs_bpmn_engine_cpu']} by processor time)"
    )
    return figures


def _program() -> Program:
    called, root = (compile_package(package) for package in packages())
    return link(root, [called])


def _case(program: Program) -> None:
    case = Interpreter.start(program, variables=OPENING, now=NOW, calendars=lambda code: WorkingCalendar(code, {}))
    for step in STEPS:
        [task] = [task for task in case.human_tasks() if task.element == step]
        case.complete(task.task_id, FORM if step == STEPS[0] else GO_ON)
    if not case.ended:
        raise RuntimeError(f"a case of {PROCESS} has not ended")
