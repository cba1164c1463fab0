"""A form's logic and validation: what is computed, hidden, demanded, and how it is said."""

import copy
import dataclasses
from typing import Any

import pytest

from processes.forms import FieldFinding, FormInvalid, form_from_files, load_form
from processes.forms.errors import UnknownForm
from processes.forms.messages import MESSAGES, message
from processes.queries.filled_form import filled
from tests.unit.papers.samples import ANSWERS, LANGUAGES, SCHEMA, UI, four, make_context


def codes(findings: list[FieldFinding]) -> dict[str, str]:
    return {finding.field: finding.code for finding in findings}


def changed(schema: dict[str, Any] | None = None, **ui: Any):
    return form_from_files("changed", schema or SCHEMA, {**copy.deepcopy(UI), **ui})


def test_a_complete_form_has_no_findings(form, context):
    fields, findings = form.validate(ANSWERS, context)
    assert findings == []
    assert fields == {**ANSWERS, "ends": "2026-04-01", "outcome": "accepted"}


def test_an_empty_form_names_what_is_missing_in_the_order_of_the_page(form, context):
    _, findings = form.validate({}, context)
    assert [(f.field, f.code) for f in findings] == [
        ("name", "required"),
        ("starts", "required"),
        ("paid", "required"),
        ("decision", "required"),
    ]
    assert findings[0].messages["ru"] == "Say the name. ru"
    assert findings[1].messages["az"] == "“Starts az” sahəsini doldurun."


def test_logic_runs_before_validation_so_a_hidden_field_is_not_demanded(form, context):
    assert "fee" not in codes(form.validate(ANSWERS, context)[1])
    assert codes(form.validate({**ANSWERS, "paid": "yes"}, context)[1]) == {"fee": "required"}


def test_a_hidden_field_is_dropped_and_absent_for_every_expression(form, context):
    fields, findings = form.validate({**ANSWERS, "paid": "no", "fee": 12}, context)
    assert "fee" not in fields
    assert findings == [], "the check on a fee must not see a fee that is hidden"


def test_a_hidden_section_hides_its_fields(form):
    paper = make_context(case_kind="paper")
    state = form.state({**ANSWERS, "electronic": True, "system": "ASAN"}, paper)
    assert "electronic" not in state.visible
    assert "system" not in state.fields
    assert "electronic" not in [section.id for section in state.sections]


def test_visibility_follows_a_chain_of_fields(context):
    ui = copy.deepcopy(UI)
    ui["fields"]["email"]["visible"] = "not empty(system)"
    form = form_from_files("chain", SCHEMA, ui)
    shown = form.state({**ANSWERS, "electronic": True, "system": "ASAN", "email": "a@b.az"}, context)
    assert shown.fields["email"] == "a@b.az"
    hidden = form.state({**ANSWERS, "electronic": False, "system": "ASAN", "email": "a@b.az"}, context)
    assert "email" not in hidden.fields


def test_conditions_that_chase_each_other_end(context):
    ui = copy.deepcopy(UI)
    ui["fields"]["email"]["visible"] = "empty(phone)"
    ui["fields"]["phone"]["visible"] = "not empty(email)"
    state = form_from_files("circle", SCHEMA, ui).state({**ANSWERS, "email": "a@b.az", "phone": "1"}, context)
    assert state.fields["name"] == "Passport"


def test_a_computed_value_cannot_be_posted_or_sent(form, context):
    fields, _ = form.validate({**ANSWERS, "outcome": "accepted", "decision": "return"}, context)
    assert fields["outcome"] == "returned"
    assert "outcome" not in form.parse({"outcome": ["accepted"]})


def test_a_computed_value_stays_where_it_is_not_shown(form, context):
    assert "outcome" not in form.state(ANSWERS, context).visible
    assert form.state(ANSWERS, context).fields["outcome"] == "accepted"


def test_formal_logic_findings_carry_their_severity_and_law(form, context):
    _, findings = form.validate({**ANSWERS, "starts": "2026-04-01"}, context)
    assert [(f.field, f.severity, f.code, f.law) for f in findings] == [("starts", "warning", "starts-late", "C11")]


def test_a_check_over_a_missing_or_ill_formed_value_is_moot(form, context):
    _, findings = form.validate({**ANSWERS, "starts": "soon"}, context)
    assert codes(findings) == {"starts": "not-a-date"}


def test_a_check_that_cannot_be_evaluated_over_good_values_is_an_error(context):
    check = {"id": "broken", "when": "int(name) > 2", "field": "name", "message": four("x")}
    _, findings = changed(checks=[check]).validate(ANSWERS, context)
    assert codes(findings) == {"name": "check-failed"}
    assert "broken" in findings[0].messages["kk"]


def test_a_condition_that_cannot_be_evaluated_shows_the_field(context):
    ui = copy.deepcopy(UI)
    ui["fields"]["email"]["visible"] = "int(name) > 2"
    assert "email" in form_from_files("odd", SCHEMA, ui).state(ANSWERS, context).visible


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "ab", "too-short"),
        ("name", "a" * 41, "too-long"),
        ("name", "abc\x00d", "unprintable"),
        ("name", "abc\ud800", "unprintable"),
        ("name", 12, "wrong-value"),
        ("story", "x" * 100_001, "too-long"),
        ("copies", "many", "not-an-integer"),
        ("copies", 1.5, "not-an-integer"),
        ("copies", 0, "too-small"),
        ("term", 16, "not-an-option"),
        ("term", "soon", "not-an-integer"),
        ("starts", "2026-02-30", "not-a-date"),
        ("starts", "19.03.2026", "not-a-date"),
        ("email", "nobody", "not-an-address"),
        ("phone", "call me", "wrong-form"),
        ("paid", "maybe", "not-an-option"),
        ("recipients", ["ghosts"], "not-an-option"),
        ("recipients", ["legal", "legal"], "repeated"),
        ("recipients", ["natural", "legal", "natural"], "too-many"),
        ("recipients", "natural", "wrong-value"),
        ("executor", "p-2", "not-an-option"),
        ("electronic", "perhaps", "wrong-value"),
        ("nonsense", "x", "unknown-field"),
    ],
)
def test_each_wrong_value_is_told_in_four_languages(form, context, field, value, code):
    _, findings = form.validate({**ANSWERS, field: value}, context)
    finding = next(f for f in findings if (f.field, f.code) == (field, code))
    assert finding.severity == "error"
    assert set(finding.messages) == set(LANGUAGES)
    assert all(text and "{" not in text for text in finding.messages.values())


def test_limits_are_named(form, context):
    _, findings = form.validate({**ANSWERS, "paid": "yes", "fee": 20000}, context)
    assert findings[0].messages["ru"] == "«Fee ru»: наибольшее значение — 10000."


def test_the_same_finding_is_told_once(form, context):
    _, findings = form.validate({**ANSWERS, "recipients": ["ghosts", "spirits"]}, context)
    assert [f.code for f in findings] == ["not-an-option"]


def test_every_message_exists_in_every_language():
    facts = {"limit": 1, "count": 2, "points": "U+0000", "check": "x"}
    for code in MESSAGES:
        assert set(MESSAGES[code]) == set(LANGUAGES)
        assert all("{" not in text for text in message(code, four("Label"), **facts).values())


def test_a_schema_that_points_outside_is_refused():
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["name"] = {"$ref": "https://example.org/name.json"}
    with pytest.raises(FormInvalid, match="outside itself"):
        form_from_files("foreign", schema, UI)


@pytest.mark.parametrize(
    "broken",
    [
        {"computed": [{"field": "nothing", "expression": "1"}]},
        {"computed": [{"field": "ends", "expression": "__import__('os')"}]},
        {"checks": [{"id": "x", "when": "1 == 1", "field": "nothing", "message": four("x")}]},
        {"sections": [{"id": "x", "title": four("x"), "fields": ["nothing"]}]},
        {"sections": [{"id": "x", "fields": ["name"]}]},
        {"fields": {"name": {"label": four("x"), "widget": "crystal-ball"}}},
    ],
)
def test_a_form_that_contradicts_itself_is_refused(broken):
    with pytest.raises(FormInvalid):
        changed(**broken)


def test_a_schema_that_is_none_is_refused():
    with pytest.raises(FormInvalid, match="schema"):
        changed({**SCHEMA, "required": "name"})


def test_an_unknown_form_of_a_package_is_refused():
    class Package:
        key, sha256, forms = "p", "0" * 64, {}

    with pytest.raises(UnknownForm):
        load_form(Package(), "nothing")


def test_only_forms_that_open_with_earlier_values_answer_remarks(form):
    assert form.answers_remarks
    assert not changed(review_of="fill").answers_remarks
    assert not changed(answers_remarks=False).answers_remarks


def test_the_files_that_are_there_are_a_file_fields_value(form):
    files = {"files": [{"name": "act.pdf", "sha256": "00", "bytes": 1, "type": "application/pdf"}]}
    with_file = dataclasses.replace(make_context(), files=files)
    fields, findings = form.validate({**ANSWERS, "files": [{"name": "forged.pdf"}]}, with_file)
    assert (fields["files"], findings) == ([files["files"][0]], [])
    without = dataclasses.replace(make_context(), files={})
    assert "files" not in form.validate({**ANSWERS, "files": [{"name": "forged.pdf"}]}, without)[0]


def test_a_required_file_may_be_missing_or_too_many(context):
    form = changed({**SCHEMA, "required": ["files"]})
    none = dataclasses.replace(context, files={})
    assert codes(form.validate(ANSWERS, none)[1]) == {"files": "required"}
    four_files = dataclasses.replace(context, files={"files": [{"name": str(n)} for n in range(4)]})
    assert codes(form.validate(ANSWERS, four_files)[1]) == {"files": "too-many"}


def test_a_field_that_a_check_demands_is_not_called_optional():
    demand = {"id": "why", "when": "decision == 'return' and empty(name)", "field": "name", "severity": "error"}
    schema = {**copy.deepcopy(SCHEMA), "required": [each for each in SCHEMA["required"] if each != "name"]}
    form = changed(schema, checks=[{**demand, "message": four("Say why.")}])

    def required(**fields: object) -> bool:
        shown = filled(form, fields, make_context())
        return next(field.required for section in shown.sections for field in section.fields if field.name == "name")

    assert not required(decision="accept")
    assert required(decision="return")
    assert required(decision="return", name="because")
