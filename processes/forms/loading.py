"""Makes a Form of a package's two files, once a version."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from engine.definition import ProcessPackage
from engine.errors import ExpressionError
from engine.expressions import Expression, compile_expression
from processes.forms.errors import FormInvalid, UnknownForm
from processes.forms.form import Form
from processes.forms.model import WIDGETS, Check, Computed, FormField, FormSection, Option
from processes.forms.validation import FORMATS

_KEPT = 512
_cache: dict[tuple[str, str], Form] = {}


def load_form(package: ProcessPackage, form_id: str) -> Form:
    """The form of a package. Raises UnknownForm, and FormInvalid where its files contradict themselves."""
    key = (package.sha256, form_id)
    if key not in _cache:
        files = package.forms.get(form_id)
        if files is None:
            raise UnknownForm(package.key, form_id)
        if len(_cache) >= _KEPT:
            _cache.clear()
        _cache[key] = form_from_files(form_id, files.schema, files.ui)
    return _cache[key]


def form_from_files(form_id: str, schema: Mapping[str, Any], ui: Mapping[str, Any]) -> Form:
    """The form these two files describe. Raises FormInvalid."""
    try:
        return _form(form_id, schema, ui)
    except (KeyError, TypeError, AttributeError) as error:
        raise FormInvalid(form_id, f"its files lack something: {error}") from error
    except ExpressionError as error:
        raise FormInvalid(form_id, str(error)) from error


def _form(form_id: str, schema: Mapping[str, Any], ui: Mapping[str, Any]) -> Form:
    computed = tuple(
        Computed(field=each["field"], expression=compile_expression(each["expression"]))
        for each in ui.get("computed", ())
    )
    fields = _fields(form_id, schema, ui, frozenset(each.field for each in computed))
    sections = tuple(_section(each, fields) for each in ui["sections"])
    prefill = ui.get("prefill") == "last" or "prefill_from" in ui
    review_of = ui.get("review_of")
    form = Form(
        id=form_id,
        titles=ui["title"],
        intro=ui.get("intro"),
        sections=sections,
        fields=_in_page_order(fields, sections),
        computed=computed,
        checks=tuple(_check(each) for each in ui.get("checks", ())),
        review_of=review_of,
        prefill=prefill,
        prefill_from=ui.get("prefill_from"),
        answers_remarks=bool(ui.get("answers_remarks", prefill and not review_of)),
        shows_remarks=ui.get("shows_remarks") is True,
        letter=ui.get("letter"),
        validator=_validator(form_id, schema),
    )
    _refuse_unknown_targets(form)
    return form


def _validator(form_id: str, schema: Mapping[str, Any]) -> Draft202012Validator:
    """A validator that never leaves the schema: jsonschema would fetch a foreign `$ref` over the network."""
    foreign = [ref for ref in _references(schema) if not ref.startswith("#")]
    if foreign:
        raise FormInvalid(form_id, f"its schema refers to {foreign[0]!r}, outside itself")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise FormInvalid(form_id, f"its schema is none: {error.message}") from error
    return Draft202012Validator(json.loads(json.dumps(schema)), format_checker=FORMATS)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _fields(
    form_id: str, schema: Mapping[str, Any], ui: Mapping[str, Any], computed: frozenset[str]
) -> dict[str, FormField]:
    shown = ui.get("fields", {})
    required = frozenset(schema.get("required", ()))
    fields = {}
    for name, prop in schema["properties"].items():
        field = _field(name, prop, shown.get(name, {}), computed=name in computed, required=name in required)
        if field.widget not in WIDGETS:
            raise FormInvalid(form_id, f"field {name!r} has an unknown widget {field.widget!r}")
        fields[name] = field
    missing = (shown.keys() | computed) - fields.keys()
    if missing:
        raise FormInvalid(form_id, f"its schema lacks {', '.join(sorted(missing))}")
    return fields


def _field(
    name: str, prop: Mapping[str, Any], shown: Mapping[str, Any], *, computed: bool, required: bool
) -> FormField:
    kind = prop.get("type", "string")
    return FormField(
        name=name,
        widget=shown.get("widget", _default_widget(kind, prop)),
        label=shown.get("label") or dict.fromkeys(("az", "kk", "ru", "en"), name),
        type=kind if isinstance(kind, str) else next(each for each in kind if each != "null"),
        format=prop.get("format"),
        help=shown.get("help"),
        required=required,
        options=tuple(Option(value=str(each["value"]), label=each["label"]) for each in shown.get("options", ())),
        options_from=shown.get("options_from"),
        visible_when=_optional(shown.get("visible")),
        rows=shown.get("rows"),
        unit=shown.get("unit"),
        required_message=shown.get("required_message"),
        max_length=prop.get("maxLength"),
        minimum=prop.get("minimum"),
        maximum=prop.get("maximum"),
        computed=computed,
    )


def _default_widget(kind: Any, prop: Mapping[str, Any]) -> str:
    if prop.get("format") == "date":
        return "date"
    return {"boolean": "yesno", "number": "number", "integer": "number", "array": "checkboxes"}.get(str(kind), "text")


def _section(section: Mapping[str, Any], fields: Mapping[str, FormField]) -> FormSection:
    return FormSection(
        id=section["id"],
        title=section["title"],
        fields=tuple(fields[name] for name in section["fields"]),
        visible_when=_optional(section.get("visible")),
    )


def _check(check: Mapping[str, Any]) -> Check:
    return Check(
        id=check["id"],
        when=compile_expression(check["when"]),
        field=check["field"],
        severity=check.get("severity", "error"),
        messages=check["message"],
        law=check.get("law"),
    )


def _optional(source: str | None) -> Expression | None:
    return compile_expression(source) if source else None


def _in_page_order(fields: Mapping[str, FormField], sections: tuple[FormSection, ...]) -> dict[str, FormField]:
    placed = {field.name: field for section in sections for field in section.fields}
    return placed | {name: field for name, field in fields.items() if name not in placed}


def _refuse_unknown_targets(form: Form) -> None:
    for check in form.checks:
        if check.field not in form.fields:
            raise FormInvalid(form.id, f"the check {check.id!r} is about {check.field!r}, which is no field")
