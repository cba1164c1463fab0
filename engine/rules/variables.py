"""Rules over declared variables and deadlines."""

from collections.abc import Iterator

from engine.deadlines import parse_term, split_term
from engine.definition import RESERVED_VARIABLES, DeadlineDefinition
from engine.errors import ExpressionError, TermInvalid
from engine.expressions import FUNCTIONS, Script
from engine.findings import Severity
from engine.reading.markup import bpmn_children
from engine.rules.elements import MANIFEST, humans
from engine.rules.expressions import written_in
from engine.rules.registry import Found, PackageUnderLint, package_rule

NUMERIC = ("integer", "number")
MOMENTS = ("date", "datetime", "string")
RUNTIME_ATTRIBUTES = frozenset(
    {
        "loopCounter",
        "numberOfInstances",
        "numberOfActiveInstances",
        "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
        "nrOfInstances",
        "nrOfActiveInstances",
        "nrOfCompletedInstances",
        "activationCount",
        "waitingForStart",
    }
)
"""what loops, multi-instance activities and complex gateways tell of themselves (BPMN 2.0.2, tables 10.27 to 10.109)"""


@package_rule("variable-name")
def variable_name(lint: PackageUnderLint) -> Iterator[Found]:
    """A declared variable hides neither a reserved variable nor a function."""
    for name in lint.package.variables:
        if name in RESERVED_VARIABLES:
            yield Found(f"variables.{name}", f"{name!r} is reserved: every case has it without declaring it", MANIFEST)
        if name in FUNCTIONS:
            yield Found(f"variables.{name}", f"{name!r} is a function of the expression language: rename it", MANIFEST)


def _locals(lint: PackageUnderLint) -> frozenset[str]:
    """What multi-instance activities name inside themselves."""
    names = set(RUNTIME_ATTRIBUTES)
    for node in lint.process.nodes.values():
        for loop in bpmn_children(node.element, "multiInstanceLoopCharacteristics"):
            for item in bpmn_children(loop, "inputDataItem", "outputDataItem"):
                names |= {str(item.get(key)) for key in ("id", "name") if item.get(key)}
        if node.kind == "complexGateway":
            names |= {flow.id for flow in node.incoming}
    return frozenset(names)


@package_rule("variable-declared")
def variable_declared(lint: PackageUnderLint) -> Iterator[Found]:
    """Expressions read declared or reserved variables and set declared ones only."""
    known = lint.names | _locals(lint)
    for written in written_in(lint.document):
        try:
            compiled = written.compiled()
        except ExpressionError:
            continue  # the rule "expression" tells it
        for name in sorted(compiled.names - known):
            yield Found(written.element, f"the {written.what} reads {name!r}, which process.toml does not declare")
        targets = compiled.targets if isinstance(compiled, Script) else frozenset[str]()
        for name in sorted(targets - lint.package.variables.keys()):
            yield Found(written.element, f"the script sets {name!r}, which is not declared in [variables]")
        for name in sorted(compiled.deadlines - lint.package.deadlines.keys()):
            yield Found(written.element, f"there is no [deadlines.{name}] in process.toml")


@package_rule("deadline-known")
def deadline_known(lint: PackageUnderLint) -> Iterator[Found]:
    """A task's deadline stands in process.toml."""
    for element in humans(lint):
        if element.deadline is not None and element.deadline not in lint.package.deadlines:
            yield Found(element.id, f"there is no [deadlines.{element.deadline}] in process.toml")


@package_rule("deadline-unused", Severity.WARNING)
def deadline_unused(lint: PackageUnderLint) -> Iterator[Found]:
    """Every deadline of process.toml runs somewhere."""
    used = {element.deadline for element in lint.package.elements.values()}
    for written in written_in(lint.document):
        try:
            used |= written.compiled().deadlines
        except ExpressionError:
            continue  # the rule "expression" tells it
    for name in lint.package.deadlines.keys() - used:
        yield Found(f"deadlines.{name}", "no task and no timer uses this deadline", MANIFEST)


@package_rule("deadline-term")
def deadline_term(lint: PackageUnderLint) -> Iterator[Found]:
    """A deadline's term can be read, and starts from an element or a date of the case."""
    for deadline in lint.package.deadlines.values():
        where = f"deadlines.{deadline.name}"
        yield from (Found(where, message, MANIFEST) for message in _term_faults(lint, deadline))
        if deadline.starts is not None and not _can_start(lint, deadline.starts):
            message = f"starts {deadline.starts!r} is neither an element of the process nor a date variable"
            yield Found(where, message, MANIFEST)


def _term_faults(lint: PackageUnderLint, deadline: DeadlineDefinition) -> Iterator[str]:
    try:
        amount, _ = split_term(deadline.term)
        if amount.isdigit():
            parse_term(deadline.term, {})
            return
    except TermInvalid as error:
        yield str(error)
        return
    variable = lint.package.variables.get(amount)
    if variable is None:
        yield f"its term counts {amount!r}, which process.toml does not declare"
    elif variable.type not in NUMERIC:
        yield f"its term counts {amount!r}, which must be an integer, not a {variable.type}"


def _can_start(lint: PackageUnderLint, name: str) -> bool:
    variable = lint.package.variables.get(name)
    return name in lint.process.nodes or (variable is not None and variable.type in MOMENTS)


@package_rule("register")
def register(lint: PackageUnderLint) -> Iterator[Found]:
    """A register and its number pattern go together; the pattern holds a counter."""
    package = lint.package
    if (package.register is None) is not (package.number_pattern is None):
        yield Found("register", "give both register and number, or neither (a process that is only called)", MANIFEST)
    if package.number_pattern is not None and "{seq" not in package.number_pattern:
        yield Found("number", "the number pattern needs its counter, such as R-{year}-{seq:06}", MANIFEST)
    if package.start.public and package.register is None:
        yield Found("register", "a process citizens may start needs a register", MANIFEST)
