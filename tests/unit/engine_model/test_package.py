"""Reading a package: everything that is wrong is told at once, with file, element and what to do."""

import json
from datetime import datetime

import pytest

from engine.definition import ClockMove, Submission
from engine.errors import PackageInvalid
from engine.package import package_from_files, read_package

from .builders import MANIFEST, PACKAGE_BODY, SCENARIO, diagram_of, page, schema


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def rules_of(files):
    with pytest.raises(PackageInvalid) as caught:
        package_from_files(files)
    return {finding.rule for finding in caught.value.findings}, str(caught.value)


def test_a_package_is_read_into_its_parts(files):
    package = package_from_files(files())
    assert (package.key, package.register, package.number_pattern) == ("p", "papers", "P-{year}-{seq:06}")
    assert package.variables["days_given"].initial == 7
    assert package.deadlines["review"].law == "C12"
    assert package.roles["clerk"].body == "case"
    check = package.elements["check"]
    assert (check.kind, check.role, check.form, check.deadline, check.signature) == (
        "userTask", "clerk", "check", "review", "personal")  # fmt: skip
    assert check.titles["kk"] == "x"
    assert package.elements["mark"].handler == "case.mark_overdue"
    assert package.elements["overdue"].attached_to == "check"
    assert package.forms["check"].schema == schema()
    assert package.start.form is None
    assert package.calls == ()


def test_a_scenario_is_steps_and_expectations(files):
    scenario = package_from_files(files()).scenarios["accepted"]
    assert scenario.starts == datetime(2026, 3, 19, 9, 30)  # noqa: DTZ001 - local time
    assert scenario.steps[0] == ClockMove(advance="3 working days")
    assert isinstance(scenario.steps[1], Submission)
    assert scenario.expect.path == ("check",)


def test_the_hash_is_of_names_and_bytes_whatever_their_order(files):
    plain = files()
    same = package_from_files(dict(reversed(list(plain.items()))))
    assert same.sha256 == package_from_files(plain).sha256
    assert package_from_files({**plain, "note.txt": b"x"}).sha256 != same.sha256
    assert (
        package_from_files({**plain, "note.txtx": b""}).sha256 != package_from_files({**plain, "note.txt": b"x"}).sha256
    )


def test_a_folder_is_read_without_hidden_files(tmp_path, files):
    write(tmp_path, {**files(), ".DS_Store": b"x", "forms/.check.swp": b"x", "process.toml~": b"x"})
    assert read_package(tmp_path).sha256 == package_from_files(files()).sha256


def test_a_link_out_of_the_folder_is_refused(tmp_path, files):
    folder = write(tmp_path / "p", files())
    (tmp_path / "secret").write_text("x")
    (folder / "documents").mkdir()
    (folder / "documents" / "letter.typ").symlink_to(tmp_path / "secret")
    with pytest.raises(PackageInvalid, match="package-link"):
        read_package(folder)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PackageInvalid, match="package-folder"):
        read_package(tmp_path / "nothing")


def test_no_files_at_all_is_told_calmly():
    rules, _ = rules_of({})
    assert "package-file" in rules


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", "a\\b"])
def test_a_path_cannot_leave_the_package(files, name):
    rules, _ = rules_of({**files(), name: b""})
    assert rules == {"package-path"}


def test_a_package_has_its_size(files):
    assert rules_of({**files(), "documents/x.typ": b"x" * 5_000_001})[0] == {"package-size"}
    assert rules_of({**files(), **{f"documents/{n}.typ": b"" for n in range(400)}})[0] == {"package-size"}


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ('key = "p"', 'key = "P x"', "small letters"),
        ('key = "p"', "", "key is missing"),
        ('register = "papers"', "register = 5", "register must be a text"),
        ('register = "papers"', 'register = "  "', "register is empty"),
        ('access_level = "open"', 'access_level = "state_secret"', "must be one of open"),
        ('document_type = "paper"', "", "document_type is missing"),
        ('law = "C12"', 'lwa = "C12"', "lwa is unknown"),
        ("initial = 7", 'initial = "seven"', "does not fit"),
        ("initial = 7", "initial = true", "does not fit"),
        ('type = "integer"', 'type = "int"', "must be one of string"),
        ('az = "x"', 'azz = "x"', "give texts for az, kk, ru, en only"),
        ("[roles.clerk]", "[roles.Clerk-1]", "small Latin letters"),
        ('body = "case"', 'body = "case"\ncandidates = ["Deputy head"]', "'Deputy head' is no role's name"),
        ('body = "case"', 'body = "case"\ncandidates = ["clerk"]', "'clerk' has the work already"),
        ('body = "case"', 'body = "case"\ncandidates = ["head", "head"]', "'head' has the work already"),
        ("[roles.clerk]", "[roles]\nclerk = 5\n[roles.other]", "must be a table"),
        ("[variables]", "[variables", "not valid TOML"),
        ('body = "case"', "", "roles.clerk.body is missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_process_toml_is_told_with_its_place(files, find, put, told):
    _, text = rules_of(files(**{"process.toml": MANIFEST.replace(find, put, 1)}))
    assert told in text
    assert "process.toml" in text


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ('title = "Accepted"', "", "title is missing"),
        ('"2026-03-19T09:30"', '"yesterday"', "local time such as"),
        ('"2026-03-19T09:30"', '"2026-03-19T09:30+04:00"', "leave the offset out"),
        ('language = "az"', 'language = "fr"', "must be one of az"),
        ('element = "check"\nby', 'elment = "check"\nby', "elment is unknown"),
        ('advance = "3 working days"', 'advance = "3 days"\nuntil = "2026-04-01"', "not both"),
        ('due = "2026-04-08"', 'due = "soon"', "must be a date"),
        ('path = ["check"]', 'path = ["check", 5]', "must hold texts only"),
        ("fields = { decision", "felds = { decision", "felds is unknown"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_with_its_place(files, find, put, told):
    assert find in SCENARIO
    _, text = rules_of(files(**{"scenarios/accepted.toml": SCENARIO.replace(find, put, 1)}))
    assert told in text
    assert "scenarios/accepted.toml" in text


def test_toml_dates_serve_as_well_as_texts(files):
    text = SCENARIO.replace('"2026-03-19T09:30"', "2026-03-19T09:30:00").replace('"2026-04-08"', "2026-04-08")
    scenario = package_from_files(files(**{"scenarios/accepted.toml": text})).scenarios["accepted"]
    assert scenario.starts == datetime(2026, 3, 19, 9, 30)  # noqa: DTZ001 - local time
    assert scenario.expect.deadlines[0].due == "2026-04-08"


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("forms/check.ui.json", None, "form-files"),
        ("forms/check.schema.json", None, "form-files"),
        ("forms/check.ui.json", "[]", "package-json"),
        ("forms/check.ui.json", "{", "package-json"),
        ("forms/check.ui.json", '{"a": 1, "a": 2}', "package-json"),
        ("forms/check.ui.json", "[" * 100_000, "package-json"),
        ("documents/letter.typ", b"\xff\xfe\xfd", "package-encoding"),
        ("process.toml", b"\xff", "package-encoding"),
        ("process.bpmn", "<a>", "xml-syntax"),
        ("process.bpmn", None, "package-file"),
        ("process.toml", None, "package-file"),
        ("route.dmn", "<a>", "xml-syntax"),
        ("route.dmn", "<!DOCTYPE a><a/>", "xml-doctype"),
    ],
)
def test_a_broken_file_is_told(files, name, content, rule):
    rules, text = rules_of(files(**{name: content}))
    assert rule in rules
    assert name in text


def test_the_process_has_the_packages_key(files):
    rules, text = rules_of(files(**{"process.toml": MANIFEST.replace('key = "p"', 'key = "other"')}))
    assert rules == {"process-id"}
    assert "there is p" in text


def test_everything_wrong_is_told_at_once(files):
    rules, _ = rules_of(
        files(**{"process.toml": MANIFEST + "odd = 1\n", "forms/check.ui.json": "{", "scenarios/accepted.toml": "x"})
    )
    assert {"package-table", "package-json", "package-toml"} <= rules


def test_decisions_are_found_as_each_tool_writes_them(files):
    camunda = '<businessRuleTask id="d1" xmlns:camunda="urn:c" camunda:decisionRef="route"/>'
    spiff = (
        '<businessRuleTask id="d2"><extensionElements><x:calledDecisionId xmlns:x="urn:s">route</x:calledDecisionId>'
        "</extensionElements></businessRuleTask>"
    )
    ours = (
        '<businessRuleTask id="d3"><extensionElements><karguzar:task decision="route"/></extensionElements>'
        "</businessRuleTask>"
    )
    package = package_from_files(files(**{"process.bpmn": diagram_of(PACKAGE_BODY + camunda + spiff + ours)}))
    assert [package.elements[name].decision for name in ("d1", "d2", "d3")] == ["route"] * 3


def test_a_call_and_a_nested_lane_are_seen(files):
    body = PACKAGE_BODY + (
        '<subProcess id="sub"><callActivity id="call" calledElement="archive"/></subProcess>'
        '<laneSet id="ls2"><lane id="lane_outer"><flowNodeRef>sub</flowNodeRef><childLaneSet id="c">'
        '<lane id="lane_inner"><flowNodeRef>sub</flowNodeRef></lane></childLaneSet></lane></laneSet>'
    )
    package = package_from_files(files(**{"process.bpmn": diagram_of(body)}))
    assert package.calls == ("archive",)
    assert package.elements["sub"].role == "inner"
    assert package.elements["call"].role == "inner"


def test_a_page_may_begin_with_a_byte_order_mark(files):
    content = b"\xef\xbb\xbf" + json.dumps(page()).encode()
    assert package_from_files(files(**{"forms/check.ui.json": content})).forms["check"].ui == page()
