"""Rules over forms: schema and page fit each other, every text has four languages, every expression compiles."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from engine.definition import FormFiles
from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.rules.elements import missing_languages
from engine.rules.registry import Found, PackageUnderLint, package_rule

WIDGETS = frozenset(
    {"text", "textarea", "number", "money", "date", "select", "radios", "checkboxes", "file", "yesno", "person"}
    | {"people", "body", "bodies", "readonly"}
)
SOURCES = frozenset(
    {"executors", "people", "bodies", "other_bodies", "fonds", "series", "files", "retention_classes"}
    | {"access_levels", "territories", "topics", "sections", "disposal_due", "disposal_entries"}
)
CHOICES = frozenset({"select", "radios", "checkboxes"})
SEVERITIES = frozenset({"error", "warning"})
KEYS: Mapping[str, frozenset[str]] = {
    "form": frozenset(
        {
            "title",
            "intro",
            "sections",
            "fields",
            "computed",
            "checks",
            "review_of",
            "letter",
            "shows_remarks",
            "prefill",
            "prefill_from",
            "answers_remarks",
            "$schema",
        }
    ),
    "section": frozenset({"id", "title", "intro", "fields", "visible"}),
    "field": frozenset(
        {"label", "help", "widget", "visible", "options", "options_from", "rows", "unit", "required_message"}
    ),
    "option": frozenset({"value", "label", "help"}),
    "computed": frozenset({"field", "expression"}),
    "check": frozenset({"id", "when", "field", "severity", "message", "law"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormUnderLint:
    """One form of the package."""

    name: str
    files: FormFiles
    lint: PackageUnderLint

    @property
    def page(self) -> str:
        """Path of its page."""
        return f"forms/{self.name}.ui.json"

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schema's fields."""
        found = self.files.schema.get("properties", {})
        return found if isinstance(found, dict) else {}

    @property
    def fields(self) -> Mapping[str, Any]:
        """The page's fields."""
        return _table(self.files.ui.get("fields"))

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of tables of the page."""
        found = self.files.ui.get(key, [])
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    @property
    def computed(self) -> set[str]:
        """The names of computed fields."""
        return {str(item.get("field")) for item in self.tables("computed")}

    def found(self, element: str | None, message: str) -> Found:
        """A finding about the page."""
        return Found(element, message, self.page)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def form_rule(
    name: str,
) -> Callable[[Callable[[FormUnderLint], Iterator[Found]]], Callable[[FormUnderLint], Iterator[Found]]]:
    """Register a rule that looks at each form of the package."""

    def register(check: Callable[[FormUnderLint], Iterator[Found]]) -> Callable[[FormUnderLint], Iterator[Found]]:
        def over_all(lint: PackageUnderLint) -> Iterator[Found]:
            for form, files in sorted(lint.package.forms.items()):
                yield from check(FormUnderLint(name=form, files=files, lint=lint))

        over_all.__doc__ = check.__doc__
        package_rule(name)(over_all)
        return check

    return register


@form_rule("form-schema")
def form_schema(form: FormUnderLint) -> Iterator[Found]:
    """The schema is a JSON Schema (2020-12) of an object that takes no unknown field."""
    path, schema = f"forms/{form.name}.schema.json", form.files.schema
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        yield Found(
            "/".join(map(str, error.absolute_path)) or None, f"no valid JSON Schema: {error.message[:200]}", path
        )
        return
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        yield Found(None, 'the schema needs "type": "object" and "additionalProperties": false', path)
    for name in schema.get("required", []):
        if name not in form.properties:
            yield Found(name, f"required names {name!r}, which is no property", path)


@form_rule("form-shape")
def form_shape(form: FormUnderLint) -> Iterator[Found]:
    """Sections, computed fields and checks are lists of tables, fields a table of tables."""
    for key in ("sections", "computed", "checks"):
        value = form.files.ui.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            yield form.found(None, f"{key} must be a list of tables")
    fields = form.files.ui.get("fields")
    if not isinstance(fields, dict) or not all(isinstance(item, dict) for item in fields.values()):
        yield form.found(None, "fields must be a table: field name → its description")
    if not form.tables("sections"):
        yield form.found(None, "a page has one section or more")


@form_rule("form-fields")
def form_fields(form: FormUnderLint) -> Iterator[Found]:
    """Schema and page name the same fields; each shown one stands in exactly one section."""
    placed = [str(name) for section in form.tables("sections") for name in section.get("fields", [])]
    for name in form.properties.keys() - form.fields.keys() - form.computed:
        yield form.found(name, f"the schema has the field {name!r}, the page does not: describe it under fields")
    for name in (form.fields.keys() | form.computed) - form.properties.keys():
        yield form.found(name, f"the page has the field {name!r}, the schema does not")
    for name in form.fields.keys() - set(placed) - form.computed:
        yield form.found(name, f"the field {name!r} stands in no section")
    for name in sorted(set(placed)):
        if name not in form.fields:
            yield form.found(name, f"a section shows {name!r}, which is not under fields")
        if placed.count(name) > 1:
            yield form.found(name, f"the field {name!r} stands in several sections")


@form_rule("form-keys")
def form_keys(form: FormUnderLint) -> Iterator[Found]:
    """The page has no unknown keys: a typing mistake must not be silent."""
    ui = form.files.ui
    tables: list[tuple[str, str | None, Mapping[str, Any]]] = [("form", None, ui)]
    tables += [("section", str(item.get("id")), item) for item in form.tables("sections")]
    tables += [("computed", str(item.get("field")), item) for item in form.tables("computed")]
    tables += [("check", str(item.get("id")), item) for item in form.tables("checks")]
    for name, field in form.fields.items():
        tables.append(("field", name, _table(field)))
        tables += [("option", name, _table(option)) for option in _table(field).get("options", [])]
    for kind, element, table in tables:
        for key in table.keys() - KEYS[kind]:
            yield form.found(element, f"{key!r} is unknown in a {kind}; known are {', '.join(sorted(KEYS[kind]))}")


@form_rule("form-texts")
def form_texts(form: FormUnderLint) -> Iterator[Found]:
    """Every text people see exists in four languages."""
    for element, what, text in _texts(form):
        if not isinstance(text, dict):
            yield form.found(element, f"its {what} must be a text in four languages")
        elif missing := missing_languages({key: str(value) for key, value in text.items()}):
            yield form.found(element, f"its {what} lacks {missing}")


def _texts(form: FormUnderLint) -> Iterator[tuple[str | None, str, Any]]:
    yield None, "title", form.files.ui.get("title")
    if "intro" in form.files.ui:
        yield None, "intro", form.files.ui["intro"]
    for section in form.tables("sections"):
        yield str(section.get("id")), "title", section.get("title")
    for name, field in form.fields.items():
        table = _table(field)
        yield name, "label", table.get("label")
        for key in ("help", "unit", "required_message"):
            if key in table:
                yield name, key, table[key]
        for option in table.get("options", []):
            yield name, f"option {_table(option).get('value')!r}", _table(option).get("label")
    for check in form.tables("checks"):
        yield str(check.get("id")), "message", check.get("message")


@form_rule("form-widgets")
def form_widgets(form: FormUnderLint) -> Iterator[Found]:
    """Widgets and sources of options are known; a choice has options, and they are those the schema allows."""
    for name, field in form.fields.items():
        table = _table(field)
        widget = table.get("widget")
        if widget not in WIDGETS:
            yield form.found(name, f"the widget {widget!r} is unknown; known are {', '.join(sorted(WIDGETS))}")
        if "options_from" in table and table["options_from"] not in SOURCES:
            yield form.found(name, f"options_from {table['options_from']!r} is unknown: {', '.join(sorted(SOURCES))}")
        if widget in CHOICES and not table.get("options") and "options_from" not in table:
            yield form.found(name, f"{widget} needs options or options_from")
        yield from _enumerated(form, name, table)


def _enumerated(form: FormUnderLint, name: str, field: Mapping[str, Any]) -> Iterator[Found]:
    schema = _table(form.properties.get(name))
    enum = schema.get("enum") or _table(schema.get("items")).get("enum")
    options = [str(_table(option).get("value")) for option in field.get("options", [])]
    if enum and options:
        allowed = [str(value) for value in enum if value not in {None, ""}]  # an option is text, 15 may be a number
        for value in options:
            if value not in allowed:
                yield form.found(name, f"the option {value!r} is not in the schema's enum")
        for value in allowed:
            if value not in options:
                yield form.found(name, f"the schema allows {value!r}, which is no option")


@form_rule("form-expressions")
def form_expressions(form: FormUnderLint) -> Iterator[Found]:
    """Visibility, computed fields and checks are expressions over the form's fields and the case's variables."""
    known = form.properties.keys() | form.lint.names
    for element, what, source in _expressions(form):
        try:
            compiled = compile_expression(source if isinstance(source, str) else "")
        except ExpressionError as error:
            yield form.found(element, f"its {what} {error.source!r} is refused: {error.reason}")
            continue
        for name in sorted(compiled.names - known):
            yield form.found(element, f"its {what} reads {name!r}: no field of the form and no declared variable")
        for name in sorted(compiled.deadlines - form.lint.package.deadlines.keys()):
            yield form.found(element, f"its {what} asks for the deadline {name!r}, which process.toml does not have")


def _expressions(form: FormUnderLint) -> Iterator[tuple[str, str, Any]]:
    for section in form.tables("sections"):
        if "visible" in section:
            yield str(section.get("id")), "visible", section["visible"]
    for name, field in form.fields.items():
        if "visible" in _table(field):
            yield name, "visible", field["visible"]
    for item in form.tables("computed"):
        yield str(item.get("field")), "expression", item.get("expression")
    for check in form.tables("checks"):
        yield str(check.get("id")), "when", check.get("when")


@form_rule("form-checks")
def form_checks(form: FormUnderLint) -> Iterator[Found]:
    """A check has an id of its own, a field of the form, and a severity."""
    seen: set[str] = set()
    for check in form.tables("checks"):
        name = str(check.get("id"))
        if not check.get("id") or name in seen:
            yield form.found(name, "the check needs an id of its own")
        seen.add(name)
        if check.get("field") not in form.properties:
            yield form.found(name, f"its field {check.get('field')!r} is not in the schema")
        if check.get("severity", "error") not in SEVERITIES:
            yield form.found(name, "its severity must be error or warning")


@form_rule("form-references")
def form_references(form: FormUnderLint) -> Iterator[Found]:
    """`review_of` and `prefill_from` name a user task, `letter` a field of the form; `prefill` is last."""
    ui = form.files.ui
    if "letter" in ui and ui["letter"] not in ui.get("fields", {}):
        yield form.found(None, f"letter {ui['letter']!r} is no field of the form")
    for key in ("review_of", "prefill_from"):
        if key in ui and not isinstance(ui[key], str):
            yield form.found(None, f"{key} must be the id of a user task")
    if "prefill_from" in ui and ui["prefill_from"] not in form.lint.process.nodes:
        yield form.found(None, f"prefill_from {ui['prefill_from']!r} is no element of the process")
    if ui.get("prefill", "last") != "last":
        yield form.found(None, 'prefill knows only "last"')
