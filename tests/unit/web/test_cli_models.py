"""`karguzar lint` and `karguzar trace` at files of every kind: an answer, an exit status, never a traceback."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import processes.tools
from web.cli import main

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">'
BODY = '<startEvent id="s"/>{}<endEvent id="e"/>'
CASCADE = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE x [<!ENTITY l0 "ha">{CASCADE}]><x>&l9;</x>'
REPEATING = (
    '<startEvent id="s"/><userTask id="u"/><endEvent id="e"/><boundaryEvent id="b" attachedToRef="u" '
    'cancelActivity="false"><timerEventDefinition><timeCycle>R/PT1S</timeCycle></timerEventDefinition></boundaryEvent>'
    '<endEvent id="f"/>'
)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def model(body: str, *flows: str) -> bytes:
    return f'{HEAD}<process id="p" isExecutable="true">{body}{"".join(flows)}</process></definitions>'.encode()


SOUND = model(BODY.format(""), flow("s", "e"))
SCRIPTED = model(
    BODY.format('<scriptTask id="t"><script>x = n * n * n * n</script></scriptTask>'), flow("s", "t"), flow("t", "e")
)
FOR_EVER = model(
    BODY.format(
        '<exclusiveGateway id="m"/><scriptTask id="t"><script>x = 1</script></scriptTask>'
        '<exclusiveGateway id="g" default="g_m"/>'
    ),
    *(flow("s", "m"), flow("m", "t"), flow("t", "g"), flow("g", "m")),
    '<sequenceFlow id="out" sourceRef="g" targetRef="e"><conditionExpression>x == 2</conditionExpression>'
    "</sequenceFlow>",
)
HOSTILE = {
    "empty": b"",
    "binary": bytes(range(256)) * 50,
    "torn": SOUND[:200],
    "laughs": LAUGHS.encode(),
    "external": b'<!DOCTYPE x SYSTEM "file:///dev/zero"><x/>',
    "undeclared-entity": SOUND.replace(b'id="s"', b'id="s" name="&who;"'),
    "ten-megabytes": SOUND + b" " * 10_000_000,
    "depth": HEAD.encode() + b"<process>" * 10_000,
    "elements": model('<task id="t"/>' * 100_000),
    "utf-32": SOUND.decode().encode("utf-32"),
    "utf-16-without-mark": SOUND.decode().encode("utf-16-be"),
    "calls-itself": model(BODY.format('<callActivity id="c" calledElement="p"/>'), flow("s", "c"), flow("c", "e")),
    "odd-ids": model('<startEvent id="s&#10;&#x2028;"/><endEvent id="&quot;&lt;"/>'),
    "huge-number": SCRIPTED.replace(b"n * n", b"9" * 4_500),
    "huge-duration": SOUND.replace(
        b"<endEvent",
        b'<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P99999999999Y</timeDuration>'
        b"</timerEventDefinition></intermediateCatchEvent><endEvent",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_findings_and_without_a_traceback(tmp_path, name):
    file = tmp_path / f"{name}.bpmn"
    file.write_bytes(HOSTILE[name])
    linted = run("lint", str(file), "--format", "json")
    findings = json.loads(linted.stdout)
    assert linted.exit_code == 1
    assert {tuple(finding) for finding in findings} == {("file", "element", "rule", "severity", "message")}
    assert {finding["file"] for finding in findings} == {str(file)}
    assert any(finding["severity"] == "error" for finding in findings)
    traced = run("trace", str(file), "--format", "json")
    told = json.loads(traced.stdout)
    assert (traced.exit_code, told["status"], told["path"], told["data"]) == (2, "refused", [], {})
    assert 0 < len(told["error"]) < 10_000


def odd_paths(folder: Path) -> dict[str, Path]:
    (folder / "ring.bpmn").symlink_to("ring.bpmn")
    os.mkfifo(folder / "fifo.bpmn")
    (folder / "empty").mkdir()
    (folder / "circle").mkdir()
    (folder / "circle" / "again").symlink_to(".")
    return {
        "missing": folder / "missing.bpmn",
        "ring": folder / "ring.bpmn",
        "fifo": folder / "fifo.bpmn",
        "folder-without-manifest": folder / "empty",
        "folder-in-itself": folder / "circle",
        "device": Path("/dev/zero"),
        "bytes": folder / os.fsdecode(b"\xff\xfe.bpmn"),
    }


def test_what_is_no_file_is_a_finding(tmp_path):
    for name, path in odd_paths(tmp_path).items():
        linted = run("lint", str(path), "--format", "json")
        assert linted.exit_code == 1, name
        assert json.loads(linted.stdout), name
        traced = run("trace", str(path), "--format", "json")
        assert (traced.exit_code, json.loads(traced.stdout)["status"]) == (2, "refused"), name


@pytest.mark.parametrize("data", ["", "[1]", "{", '{"a": ' + "[" * 5_000, '{"a": ' + "9" * 5_000 + "}"])
def test_data_that_is_no_json_object_is_refused(tmp_path, data):
    file = tmp_path / "sound.bpmn"
    file.write_bytes(SOUND)
    answers = tmp_path / "answers.json"
    answers.write_text(data, encoding="utf-8")
    for words in (("--data", data), ("--answers", str(answers))):
        result = run("trace", str(file), "--format", "json", *words)
        assert (result.exit_code, json.loads(result.stdout)["status"]) == (2, "refused")


def test_numbers_have_a_size_also_in_a_trace(tmp_path):
    file = tmp_path / "scripted.bpmn"
    file.write_bytes(SCRIPTED)
    result = run("trace", str(file), "--format", "json", "--data", json.dumps({"n": 10**300}))
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (1, "failed")


def test_half_a_surrogate_pair_is_no_text(tmp_path):
    file = tmp_path / "sound.bpmn"
    file.write_bytes(SOUND)
    result = run("trace", str(file), "--format", "json", "--data", '{"name": "\\ud800"}')
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (1, "failed")


def test_a_trace_answers_in_the_shape_of_the_design(tmp_path):
    file = tmp_path / "sound.bpmn"
    file.write_bytes(SOUND)
    result = run("trace", str(file), "--format", "json", "--data", '{"n": 1}')
    told = {"status": "completed", "path": ["s", "e"], "data": {"n": 1}, "error": None}
    assert (result.exit_code, json.loads(result.stdout)) == (0, told)


def test_timers_without_end_end(tmp_path):
    file = tmp_path / "repeating.bpmn"
    file.write_bytes(model(REPEATING, flow("s", "u"), flow("u", "e"), flow("b", "f")))
    result = run("trace", str(file), "--format", "json", "--skip-timers")
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "waiting")


def test_a_model_that_runs_in_a_circle_fails_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(processes.tools, "TRACE_SECONDS", 1)
    file = tmp_path / "circle.bpmn"
    file.write_bytes(FOR_EVER)
    result = run("trace", str(file), "--format", "json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["status"]) == (1, "failed")
    assert "without" in told["error"]


def test_linting_stops_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(processes.tools, "LINT_SECONDS", 1)
    monkeypatch.setattr("engine.lint.lint_bpmn", lambda *_: [None for _ in iter(int, 1)])
    file = tmp_path / "sound.bpmn"
    file.write_bytes(SOUND)
    result = run("lint", str(file), "--format", "json")
    (finding,) = json.loads(result.stdout)
    assert (result.exit_code, finding["rule"]) == (1, "time-limit")


def test_an_error_of_our_own_is_a_finding_too(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.lint.lint_bpmn", lambda *_: 1 / 0)
    file = tmp_path / "sound.bpmn"
    file.write_bytes(SOUND)
    result = run("lint", str(file), "--format", "json")
    (finding,) = json.loads(result.stdout)
    assert (result.exit_code, finding["rule"]) == (1, "not-understood")
