"""Validation: the logic first, then the schema and the option lists over what is visible, every finding in words."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import FormatChecker
from jsonschema.exceptions import ValidationError

from processes.forms.logic import is_iso_date, run_logic
from processes.forms.messages import message
from processes.forms.model import CHOICE_WIDGETS, LANGUAGES, FieldFinding, FormContext, FormField, FormSpec, FormState
from processes.forms.text import unprintable

LONGEST_TEXT = 100_000
"""characters of a text whose schema says nothing about its length"""
FORMATS = FormatChecker(formats=())
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


@FORMATS.checks("date")
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or is_iso_date(value)


@FORMATS.checks("email")
def _is_address(value: Any) -> bool:
    return not isinstance(value, str) or bool(_ADDRESS.fullmatch(value))


def validate_form(
    form: FormSpec, fields: Mapping[str, Any], context: FormContext
) -> tuple[dict[str, Any], list[FieldFinding]]:
    """The fields as they may be signed, and every finding in the order of the page. Hidden fields are gone."""
    state = run_logic(form, fields, context)
    findings = [*_unknown(form, fields), *_schema_findings(form, state)]
    for name, value in state.fields.items():
        findings.extend(_field_findings(form.fields[name], value, context))
    findings.extend(state.findings)
    first: dict[tuple[str, str], FieldFinding] = {}
    for finding in findings:
        first.setdefault((finding.field, finding.code), finding)
    order = {name: index for index, name in enumerate(form.fields)}
    return dict(state.fields), sorted(first.values(), key=lambda finding: order.get(finding.field, -1))


def _finding(field: FormField, code: str, **facts: Any) -> FieldFinding:
    return FieldFinding(field=field.name, severity="error", code=code, messages=message(code, field.label, **facts))


def _unknown(form: FormSpec, fields: Mapping[str, Any]) -> Iterator[FieldFinding]:
    for name in fields:
        if name not in form.fields:
            shown = dict.fromkeys(LANGUAGES, name)
            yield FieldFinding(
                field=name, severity="error", code="unknown-field", messages=message("unknown-field", shown)
            )


def _schema_findings(form: FormSpec, state: FormState) -> Iterator[FieldFinding]:
    visible = state.visible
    for error in form.validator.iter_errors(dict(state.fields)):
        if error.validator == "required" and not error.path:
            yield from _missing(form, error, visible)
        elif error.path and str(error.path[0]) in form.fields:
            yield _schema_finding(form.fields[str(error.path[0])], error)
        elif visible:
            # a rule over several fields (if, then, dependentRequired): said at the first field on the page
            first = next(name for name in form.fields if name in visible)
            yield _finding(form.fields[first], "wrong-value")


def _missing(form: FormSpec, error: ValidationError, visible: frozenset[str]) -> Iterator[FieldFinding]:
    """A hidden field is never missing. jsonschema yields one error a missing name, and names it in the message only."""
    wanted = error.validator_value if isinstance(error.validator_value, list) else []
    present = error.instance if isinstance(error.instance, Mapping) else {}
    for name in wanted:
        if name in present or name not in visible or not error.message.startswith(repr(name)):
            continue
        field = form.fields[name]
        messages = field.required_message or message("required", field.label)
        yield FieldFinding(field=name, severity="error", code="required", messages=messages)


def _of_type(field: FormField, error: ValidationError) -> tuple[str, dict[str, Any]]:
    codes = {"number": "not-a-number", "integer": "not-an-integer"}
    return codes.get(field.type, "wrong-value") if len(error.path) == 1 else "wrong-value", {}


def _of_format(_: FormField, error: ValidationError) -> tuple[str, dict[str, Any]]:
    codes = {"date": "not-a-date", "email": "not-an-address"}
    return codes.get(str(error.validator_value), "wrong-form"), {}


def _limited(code: str) -> Callable[[FormField, ValidationError], tuple[str, dict[str, Any]]]:
    def explain(_: FormField, error: ValidationError) -> tuple[str, dict[str, Any]]:
        count = len(error.instance) if isinstance(error.instance, str | list) else error.instance
        return code, {"limit": error.validator_value, "count": count}

    return explain


def _plain(code: str) -> Callable[[FormField, ValidationError], tuple[str, dict[str, Any]]]:
    return lambda _field, _error: (code, {})


_EXPLANATIONS: Mapping[str, Callable[[FormField, ValidationError], tuple[str, dict[str, Any]]]] = {
    "type": _of_type,
    "format": _of_format,
    "maxLength": _limited("too-long"),
    "minLength": _limited("too-short"),
    "minimum": _limited("too-small"),
    "exclusiveMinimum": _limited("too-small"),
    "maximum": _limited("too-big"),
    "exclusiveMaximum": _limited("too-big"),
    "maxItems": _limited("too-many"),
    "minItems": _limited("too-few"),
    "uniqueItems": _plain("repeated"),
    "enum": _plain("not-an-option"),
    "const": _plain("not-an-option"),
    "pattern": _plain("wrong-form"),
}
"""JSON Schema keyword → how its error is told"""


def _schema_finding(field: FormField, error: ValidationError) -> FieldFinding:
    explain = _EXPLANATIONS.get(str(error.validator), _plain("wrong-value"))
    code, facts = explain(field, error)
    return _finding(field, code, **facts)


def _field_findings(field: FormField, value: Any, context: FormContext) -> Iterator[FieldFinding]:
    """What no schema says: unprintable characters, texts without a limit, options that only the office knows."""
    texts = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    points = sorted({point for text in texts for point in unprintable(text)})
    if points:
        yield _finding(field, "unprintable", points=", ".join(points))
    if any(len(text) > LONGEST_TEXT for text in texts) and not field.max_length:
        yield _finding(field, "too-long", limit=LONGEST_TEXT, count=max(map(len, texts)))
    if field.widget in CHOICE_WIDGETS and not field.computed and texts:
        choices = {option.value for option in field.choices(context.options)}
        if not choices.issuperset(texts):
            yield _finding(field, "not-an-option")
