"""Rules over a package's elements: forms, roles, titles, handlers, calls, decisions."""

from collections.abc import Iterator, Mapping

from engine.definition import LANGUAGES, PERSONAL, SEAL, SIGNATURE_KINDS, UNSIGNED, ElementDefinition, Titles
from engine.errors import DefinitionRefused, ExpressionError
from engine.expressions import compile_expression
from engine.findings import Severity
from engine.reading.document import LANE_PREFIX
from engine.rules.registry import Found, PackageUnderLint, package_rule
from engine.workitem import Priority

MANIFEST = "process.toml"
HUMAN = frozenset({"userTask", "manualTask"})
SEALED = (
    "the body's seal stands for its officer; who decided, in which capacity and on what ground is written in the "
    "document and in the case's history, but no signature of theirs proves it"
)
UNSIGNED_TOLD = (
    "no document is made and nobody signs; what was decided stands in the case's history and, by its digest, in the "
    "dossier's manifest, and no validator outside can look it up"
)
GENERIC = "generic"
ON_HUMAN = frozenset(
    {"form", "document", "signature", "cosigns", "needed", "deadline", "fourEyesWith", "assignee", "guard", "priority"}
)
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "userTask": ON_HUMAN | {"handler"},
    "manualTask": ON_HUMAN | {"handler"},
    "serviceTask": frozenset({"handler"}),
    "businessRuleTask": frozenset({"decision"}),
}


def humans(lint: PackageUnderLint) -> Iterator[ElementDefinition]:
    """The elements that become work items."""
    return (element for element in lint.package.elements.values() if element.kind in HUMAN)


def missing_languages(titles: Titles) -> str:
    """The languages a text lacks, told."""
    return ", ".join(language for language in LANGUAGES if not titles.get(language, "").strip())


@package_rule("task-form")
def task_form(lint: PackageUnderLint) -> Iterator[Found]:
    """Every user task has a form, and the package has that form."""
    for element in humans(lint):
        if element.form is None:
            yield Found(element.id, 'it has no form: set <karguzar:task form="…"/>')
        elif element.form not in lint.package.forms:
            yield Found(element.id, f"its form {element.form!r} is not in forms/")
    start = lint.package.start
    if start.form is not None and start.form not in lint.package.forms:
        yield Found("start", f"the start form {start.form!r} is not in forms/", MANIFEST)
    if start.public and start.form is None:
        yield Found("start", "a process citizens may start needs a start form", MANIFEST)


@package_rule("form-unused", Severity.WARNING)
def form_unused(lint: PackageUnderLint) -> Iterator[Found]:
    """Every form of the folder is used."""
    used = {element.form for element in lint.package.elements.values()} | {lint.package.start.form}
    for name in lint.package.forms.keys() - used:
        yield Found(None, f"no task uses the form {name!r}", f"forms/{name}.ui.json")


@package_rule("task-role")
def task_role(lint: PackageUnderLint) -> Iterator[Found]:
    """Every user task lies in a lane, every lane is a role of process.toml."""
    for element in humans(lint):
        if element.role is None:
            yield Found(element.id, f"it lies in no lane whose id is {LANE_PREFIX}<role>: nobody would get it")
    for lane in lint.process.lanes:
        role = lane.removeprefix(LANE_PREFIX)
        if not lane.startswith(LANE_PREFIX):
            yield Found(lane, f"a lane's id is {LANE_PREFIX}<role>: rename it")
        elif role not in lint.package.roles:
            yield Found(lane, f"process.toml has no [roles.{role}]")
    for role in lint.package.roles:
        if f"{LANE_PREFIX}{role}" not in lint.process.lanes:
            yield Found(f"roles.{role}", f"no lane {LANE_PREFIX}{role} is drawn for this role", MANIFEST)


@package_rule("titles")
def titles(lint: PackageUnderLint) -> Iterator[Found]:
    """Package, roles, deadlines, and the tasks and calls people see have titles in four languages."""
    package = lint.package
    texts: dict[str, Titles] = {"titles": package.titles}
    texts |= {f"roles.{name}": role.titles for name, role in package.roles.items()}
    texts |= {f"deadlines.{name}": deadline.titles for name, deadline in package.deadlines.items()}
    for element in package.elements.values():
        if element.kind in HUMAN | {"callActivity", "serviceTask"} or element.titles:
            texts[f"elements.{element.id}"] = element.titles
    for where, text in texts.items():
        missing = missing_languages(text)
        if missing:
            yield Found(where, f"its titles lack {missing}", MANIFEST)


@package_rule("element-known")
def element_known(lint: PackageUnderLint) -> Iterator[Found]:
    """What process.toml says about an element is about one that exists."""
    from engine.reading.files import PackageFiles
    from engine.reading.tables import Findings

    table = PackageFiles(lint.package.files, Findings()).toml(MANIFEST)
    for name in table.content.get("elements", {}):
        if name not in lint.process.nodes:
            yield Found(f"elements.{name}", f"the process has no element {name!r}", MANIFEST)


@package_rule("task-attributes")
def task_attributes(lint: PackageUnderLint) -> Iterator[Found]:
    """karguzar:task has only attributes that mean something on that element."""
    for node in lint.process.nodes.values():
        allowed = ATTRIBUTES.get(node.kind, frozenset())
        for name in node.task.keys() - allowed:
            told = ", ".join(sorted(allowed)) or "none"
            yield Found(node.id, f"karguzar:task {name} means nothing on a {node.kind}; known here: {told}")


@package_rule("task-signature")
def task_signature(lint: PackageUnderLint) -> Iterator[Found]:
    """A signature is a kind or a table of [signatures]; a document is generic or a template of the package."""
    known = (*SIGNATURE_KINDS, *lint.package.signatures)
    for element in humans(lint):
        if element.signature not in known:
            yield Found(element.id, f"signature must be one of {', '.join(known)}, not {element.signature!r}")
        if element.document not in {None, GENERIC} and element.document not in lint.package.templates:
            yield Found(element.id, f"its document {element.document!r} is neither generic nor in documents/")


@package_rule("impersonal-signature", Severity.WARNING)
def impersonal_signature(lint: PackageUnderLint) -> Iterator[Found]:
    """A step that its officer does not sign is told: what it leaves behind proves less."""
    for element in humans(lint):
        kind = lint.package.signature_of(element).kind
        if kind != PERSONAL:
            told = SEALED if kind == SEAL else UNSIGNED_TOLD
            yield Found(element.id, f"signature={element.signature!r}: {told}")


@package_rule("impersonal-cosigns")
def impersonal_cosigns(lint: PackageUnderLint) -> Iterator[Found]:
    """A document that several sign is signed by people, and a step without a document has none to show or to send."""
    for element in humans(lint):
        kind = lint.package.signature_of(element).kind
        made = lint.package.elements.get(element.cosigns or "")
        if element.cosigns and (kind != PERSONAL or (made and lint.package.signature_of(made).kind != PERSONAL)):
            yield Found(element.id, "who co-signs, and whose document it is, both sign personally")
        if kind == UNSIGNED and element.document is not None:
            yield Found(element.id, "signature='none' makes no document: leave its document out")


@package_rule("unused-signatures", Severity.WARNING)
def unused_signatures(lint: PackageUnderLint) -> Iterator[Found]:
    """Every table of [signatures] is asked for by a task: one that nobody names protects nothing."""
    named = {element.signature for element in humans(lint)}
    for name in lint.package.signatures.keys() - named:
        yield Found(f"signatures.{name}", f"no task has signature={name!r}", MANIFEST)


@package_rule("handlers")
def handlers(lint: PackageUnderLint) -> Iterator[Found]:
    """Handlers, recorders, guards and starters exist; every service task names its handler."""
    known = lint.handlers
    for element in lint.package.elements.values():
        if element.kind == "serviceTask":
            if element.handler is None:
                yield Found(element.id, 'it names no handler: set <karguzar:task handler="…"/>')
            yield from _known(element.id, "service handler", element.handler, known.services)
        elif element.kind in HUMAN:
            yield from _known(element.id, "recorder", element.handler, known.recorders)
            yield from _known(element.id, "guard", element.guard, known.guards)
    for found in _known("start", "starter", lint.package.start.handler, known.starters):
        yield found._replace(file=MANIFEST)


def _known(element: str, kind: str, name: str | None, names: frozenset[str]) -> Iterator[Found]:
    if name is not None and name not in names:
        told = ", ".join(sorted(names)) or "none"
        yield Found(element, f"there is no {kind} {name!r}; known: {told}")


@package_rule("four-eyes")
def four_eyes(lint: PackageUnderLint) -> Iterator[Found]:
    """Four eyes refer to another user task of the same process."""
    for element in humans(lint):
        other = lint.package.elements.get(element.four_eyes_with or "")
        if element.four_eyes_with is None:
            continue
        if other is None or other.kind not in HUMAN or other.id == element.id:
            yield Found(element.id, f"fourEyesWith {element.four_eyes_with!r} is no other user task of the process")


@package_rule("assignee")
def assignee(lint: PackageUnderLint) -> Iterator[Found]:
    """An assignee is an expression over declared variables."""
    for element in humans(lint):
        if element.assignee is not None:
            yield from _reads(lint, element, "assignee", element.assignee)


@package_rule("priority")
def priority(lint: PackageUnderLint) -> Iterator[Found]:
    """A priority is low, normal, high or urgent, or an expression over declared variables that gives one of them."""
    for element in humans(lint):
        if element.priority is not None and element.priority.upper() not in Priority.__members__:
            yield from _reads(lint, element, "priority", element.priority)


def _reads(lint: PackageUnderLint, element: ElementDefinition, what: str, expression: str) -> Iterator[Found]:
    """What is wrong with an expression over declared variables."""
    try:
        unknown = compile_expression(expression).names - lint.names
    except ExpressionError as error:
        yield Found(element.id, f"the {what} {error.source!r} is refused: {error.reason}")
        return
    for name in sorted(unknown):
        yield Found(element.id, f"the {what} reads {name!r}, which process.toml does not declare")


@package_rule("called-process")
def called_process(lint: PackageUnderLint) -> Iterator[Found]:
    """A called process exists."""
    for element in lint.package.elements.values():
        if element.calls and element.calls not in lint.known_processes:
            yield Found(element.id, f"there is no process {element.calls!r}: deploy it first, or mend calledElement")
        if element.calls == lint.package.key:
            yield Found(element.id, "the process calls itself without end")


@package_rule("decision")
def decision(lint: PackageUnderLint) -> Iterator[Found]:
    """Every DMN file holds decision tables over declared variables; every business rule task asks one of them."""
    from engine.decisions import Decision
    from engine.reading.decisions import read_decisions
    from engine.reading.markup import parse_xml

    tables: dict[str, Decision] = {}
    for file, content in lint.package.decisions.items():
        try:
            found = read_decisions(parse_xml(content, file), file)
        except DefinitionRefused as error:
            yield from (Found(finding.element, finding.message, finding.file) for finding in error.findings)
            continue
        required = {name for one in found.values() for each in one.requires for name in each.gives}
        for table in found.values():
            for name in sorted({*table.reads, *table.logic.sets} - lint.names - required):
                yield Found(table.id, f"the decision uses {name!r}, which process.toml does not declare", file)
        tables |= found
    for element in lint.package.elements.values():
        if element.kind == "businessRuleTask" and element.decision not in tables:
            yield Found(element.id, f"no DMN file of the package holds the decision {element.decision!r}")
