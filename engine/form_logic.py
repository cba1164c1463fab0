"""The part of a form that decides how a case goes on: computed fields and visibility. Pages and full validation are the
business of `processes.forms`; a simulation needs no more than this.
"""

from collections.abc import Mapping
from typing import Any

from engine.definition import FormFiles
from engine.errors import ExpressionError
from engine.expressions import ExpressionContext, compile_expression, plain

EMPTY: tuple[Any, ...] = (None, "", [], {})


def submitted(
    form: FormFiles, fields: Mapping[str, Any], variables: Mapping[str, Any], context: ExpressionContext
) -> tuple[dict[str, Any], list[str]]:
    """The fields as they would be signed, computed ones included and hidden ones dropped, and the errors found."""
    names = list(form.schema.get("properties", {}))
    problems = [f"the form has no field {name!r}" for name in fields if name not in names]
    computed_names = {each["field"] for each in form.ui.get("computed", [])}
    given = {name: fields[name] for name in names if fields.get(name) not in EMPTY and name not in computed_names}
    shown, computed = given, dict[str, Any]()
    for _ in range(len(names) + 2):
        before = shown, computed
        scope = {**dict.fromkeys(names), **variables, **shown, **computed}
        computed = _computed(form, scope, context)
        hidden = _hidden(form, {**scope, **computed}, context)
        shown = {name: value for name, value in given.items() if name not in hidden}
        if (shown, computed) == before:
            break
    scope = {**dict.fromkeys(names), **variables, **shown, **computed}
    return {**shown, **computed}, [*problems, *_missing(form, shown, hidden), *_failed_checks(form, scope, context)]


def _computed(form: FormFiles, scope: Mapping[str, Any], context: ExpressionContext) -> dict[str, Any]:
    """What can be computed; each sees those before it."""
    results: dict[str, Any] = {}
    for each in form.ui.get("computed", []):
        value = _value(each["expression"], {**scope, **results}, context)
        results[each["field"]] = value
    return {name: value for name, value in results.items() if value is not None}


def _hidden(form: FormFiles, scope: Mapping[str, Any], context: ExpressionContext) -> set[str]:
    hidden: set[str] = set()
    for section in form.ui.get("sections", []):
        if _value(section.get("visible", "True"), scope, context, failed=True):
            fields = form.ui.get("fields", {})
            hidden |= {
                name
                for name in section.get("fields", [])
                if not _value(fields.get(name, {}).get("visible", "True"), scope, context, failed=True)
            }
        else:
            hidden |= set(section.get("fields", []))
    return hidden


def _missing(form: FormFiles, shown: Mapping[str, Any], hidden: set[str]) -> list[str]:
    required = form.schema.get("required", [])
    return [f"the field {name!r} is required" for name in required if name not in shown and name not in hidden]


def _failed_checks(form: FormFiles, scope: Mapping[str, Any], context: ExpressionContext) -> list[str]:
    return [
        told
        for check in form.ui.get("checks", [])
        if check.get("severity", "error") == "error" and (told := _failed_check(check, scope, context))
    ]


def _failed_check(check: Mapping[str, Any], scope: Mapping[str, Any], context: ExpressionContext) -> str | None:
    """Why a check refuses; one that fails over values that are all there is wrong itself, and says so."""
    where = f"the check {check['id']!r} refuses the field {check['field']!r}"
    try:
        expression = compile_expression(check["when"])
        return f"{where}: {check['message']['en']}" if expression.evaluate(scope, context) else None
    except ExpressionError as error:
        if any(scope.get(name) in EMPTY for name in expression.names):
            return None
        return f"{where}: it cannot be evaluated: {error}"


def _value(source: str, scope: Mapping[str, Any], context: ExpressionContext, *, failed: Any = None) -> Any:
    """A value, or `failed` where the expression cannot be evaluated yet."""
    try:
        return plain(compile_expression(source).evaluate(scope, context))
    except ExpressionError:
        return failed
