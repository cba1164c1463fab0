"""Bare files that import others from their folder, and traces that are stopped on the way."""

import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.spiff.interpreter import Interpreter
from processes.tools import lint_paths, trace_file

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:o="urn:other" targetNamespace="urn:{}">'
IMPORT = '<import namespace="urn:other" location="{}" importType="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'


def flows(*nodes: str) -> str:
    pairs = pairwise(nodes)
    return "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def process(name: str, inside: str, *nodes: str) -> str:
    around = f'<startEvent id="{nodes[0]}"/>{inside}<endEvent id="{nodes[-1]}"/>{flows(*nodes)}'
    return f'<process id="{name}" isExecutable="true">{around}</process>'


CALLER = process("p", '<callActivity id="c" calledElement="o:q"/><callActivity id="d" calledElement="o:G"/>', *"scde")
OTHER = (
    process("q", '<task id="t"/>', "qs", "t", "qe")
    + '<globalScriptTask id="G"><script>x = 1</script></globalScriptTask>'
)


def written(folder: Path, name: str, namespace: str, *parts: str) -> Path:
    path = folder / name
    path.write_text(HEAD.format(namespace) + "".join(parts) + "</definitions>", encoding="utf-8")
    return path


def traced(path: Path, **more: Any) -> dict[str, Any]:
    return trace_file(path, **{"data": "{}", "answers": None, "processes": (), "skip_timers": False, **more})


def test_a_file_runs_with_what_it_imports(tmp_path: Path) -> None:
    written(tmp_path, "other.bpmn", "other", IMPORT.format("main.bpmn"), OTHER)
    main = written(tmp_path, "main.bpmn", "main", IMPORT.format("other.bpmn"), CALLER)
    assert lint_paths([main]) == []
    result = traced(main)
    assert (result["status"], result["path"]) == ("completed", ["s", "qs", "t", "qe", "c", "G", "d", "e"])
    assert result["data"] == {"x": 1}


def test_an_id_that_stands_in_two_files_is_two_ids(tmp_path: Path) -> None:
    written(tmp_path, "other.bpmn", "other", OTHER.replace('"qs', '"s').replace('"q"', '"p"').replace("qs_t", "s_t"))
    main = written(tmp_path, "main.bpmn", "main", IMPORT.format("other.bpmn"), CALLER.replace('"o:q"', '"o:p"'))
    assert lint_paths([main]) == []
    assert traced(main)["path"] == ["s", "s-1", "t", "qe", "c", "G", "d", "e"]


def test_an_id_that_stands_twice_in_one_namespace_is_told(tmp_path: Path) -> None:
    written(tmp_path, "other.bpmn", "main", OTHER.replace('"t"', '"s"'))
    main = written(tmp_path, "main.bpmn", "main", IMPORT.format("other.bpmn"), CALLER)
    [finding] = lint_paths([main])
    assert (finding.rule, finding.element, finding.file) == ("unique-id", "s", "other.bpmn")
    assert traced(main)["status"] == "refused"


@pytest.mark.parametrize("location", ["gone.bpmn", "../other.bpmn", "/etc/passwd", "https://example.org/o.bpmn", ""])
def test_what_does_not_lie_in_the_folder_is_not_read(tmp_path: Path, location: str) -> None:
    written(tmp_path, "other.bpmn", "other", OTHER)
    inner = tmp_path / "inner"
    inner.mkdir()
    main = written(inner, "main.bpmn", "main", IMPORT.format(location), CALLER)
    assert {finding.rule for finding in lint_paths([main])} == {"import", "called-element"}


def test_an_imported_file_that_is_no_xml_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.bpmn").write_text("<!DOCTYPE x><x/>", encoding="utf-8")
    main = written(tmp_path, "main.bpmn", "main", IMPORT.format("other.bpmn"), CALLER)
    assert [(finding.rule, finding.file) for finding in lint_paths([main])] == [("xml-doctype", "other.bpmn")]


def test_a_trace_whose_time_is_up_tells_the_path_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = written(tmp_path, "m.bpmn", "m", process("p", '<task id="a"/><task id="b"/>', *"sabe"))
    automatic = Interpreter._automatic

    def slow(self: Interpreter) -> list[Any]:
        ready = automatic(self)
        if [task.task_spec.bpmn_id for task in ready if hasattr(task.task_spec, "bpmn_id")] == ["b"]:
            signal.raise_signal(signal.SIGALRM)
        return ready

    monkeypatch.setattr(Interpreter, "_automatic", slow)
    result = traced(model)
    assert (result["status"], result["path"]) == ("failed", ["s", "a"])
    assert "stopped after 60 seconds" in result["error"]
