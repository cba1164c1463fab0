"""A form's logic: what is computed, what is visible, which checks find something. It runs before any validation."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from engine.errors import ExpressionError
from engine.expressions import Expression, ExpressionContext, plain
from processes.forms.messages import message
from processes.forms.model import Check, FieldFinding, FormContext, FormField, FormSection, FormSpec, FormState

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""values that count as nothing"""


class _Failed:
    """The value of an expression that could not be evaluated, e.g. because a date is not one yet."""


_FAILED = _Failed()


def run_logic(form: FormSpec, fields: Mapping[str, Any], context: FormContext) -> FormState:
    """Values, visible sections and findings. Hidden fields are dropped and absent for every expression; a computed
    field keeps its value even where it is not shown, because a variable of the case may hang on it.
    """
    circumstances = _circumstances(context)
    given = _given(form, fields, context)
    placed = {field.name for section in form.sections for field in section.fields}
    sections, values, names = form.sections, given, dict[str, Any]()
    for _ in range(len(form.fields) + 2):
        visible = {field.name for section in sections for field in section.fields}
        shown = {name: value for name, value in given.items() if name in visible or name not in placed}
        names = dict.fromkeys(form.fields) | dict(context.variables) | shown
        computed = _computed(form, names, circumstances)
        before = sections, values
        sections, values = _visible(form, names, circumstances), shown | computed
        if (sections, values) == before:
            break
    return FormState(
        fields={name: values[name] for name in form.fields if name in values},
        sections=sections,
        findings=tuple(_findings(form, names, circumstances)),
    )


def _given(form: FormSpec, fields: Mapping[str, Any], context: FormContext) -> dict[str, Any]:
    """What people gave: no computed values, and of file fields the files that are really there."""
    values = dict(fields)
    if context.files is not None:
        known = context.files
        files = {name: known.get(name, ()) for name, field in form.fields.items() if field.widget == "file"}
        values |= {name: [dict(file) for file in added] for name, added in files.items()}
    names = (name for name, field in form.fields.items() if not field.computed)
    return {name: values[name] for name in names if values.get(name) not in EMPTY}


def _circumstances(context: FormContext) -> ExpressionContext:
    return ExpressionContext(
        now=context.now, time_zone=context.time_zone, calendar=context.calendar, deadline=context.deadline
    )


def _computed(form: FormSpec, names: dict[str, Any], context: ExpressionContext) -> dict[str, Any]:
    """The computed values, each seeing those before it; `names` receives them too. A value that cannot be computed
    yet is absent.
    """
    results: dict[str, Any] = {}
    for each in form.computed:
        value = _evaluate(each.expression, names, context)
        value = None if isinstance(value, _Failed) else plain(value)
        names[each.field] = value
        if value is not None:
            results[each.field] = value
    return results


def _visible(form: FormSpec, names: Mapping[str, Any], context: ExpressionContext) -> tuple[FormSection, ...]:
    sections = []
    for section in form.sections:
        if not _shown(section.visible_when, names, context):
            continue
        fields = tuple(field for field in section.fields if _shown(field.visible_when, names, context))
        if fields:
            sections.append(replace(section, fields=fields))
    return tuple(sections)


def _shown(when: Expression | None, names: Mapping[str, Any], context: ExpressionContext) -> bool:
    """A field whose condition cannot be evaluated is shown: better one question too many than one lost."""
    if when is None:
        return True
    value = _evaluate(when, names, context)
    return isinstance(value, _Failed) or bool(value)


def _findings(form: FormSpec, names: Mapping[str, Any], context: ExpressionContext) -> list[FieldFinding]:
    findings = []
    for check in form.checks:
        value = _evaluate(check.when, names, context)
        if isinstance(value, _Failed):
            findings.extend(_unchecked(form, check, names))
        elif value:
            findings.append(
                FieldFinding(
                    field=check.field, severity=check.severity, code=check.id, messages=check.messages, law=check.law
                )
            )
    return findings


def _unchecked(form: FormSpec, check: Check, names: Mapping[str, Any]) -> list[FieldFinding]:
    """A check that failed over an absent or ill-formed value is moot, for validation names that value; over values that
    are all there it is the form that is wrong, and nobody may sign what could not be checked.
    """
    read = [form.fields[name] for name in check.when.names if name in form.fields]
    if any(names.get(field.name) in EMPTY or not well_formed(field, names[field.name]) for field in read):
        return []
    field = form.fields[check.field]
    messages = message("check-failed", field.label, check=check.id)
    return [FieldFinding(field=check.field, severity="error", code="check-failed", messages=messages, law=check.law)]


def well_formed(field: FormField, value: Any) -> bool:
    """Whether a value has the JSON type its field says, and is a day where it says date."""
    if field.type in {"number", "integer"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    types: dict[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict}
    return isinstance(value, types[field.type]) and (field.format != "date" or is_iso_date(value))


def is_iso_date(value: object) -> bool:
    """Whether `value` is a text such as 2026-03-19, and there is such a day."""
    try:
        return isinstance(value, str) and bool(_ISO_DATE.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _evaluate(expression: Expression, names: Mapping[str, Any], context: ExpressionContext) -> Any:
    try:
        return expression.evaluate(names, context)
    except ExpressionError:
        return _FAILED
