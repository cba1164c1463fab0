"""Rules over a package's files and scenarios."""

from collections.abc import Iterator

from engine.definition import Submission
from engine.findings import Severity
from engine.rules.elements import HUMAN
from engine.rules.registry import Found, PackageUnderLint, package_rule

PUBLIC = "citizen"
SUBSTITUTE = "/substitute"


@package_rule("scenario-steps")
def scenario_steps(lint: PackageUnderLint) -> Iterator[Found]:
    """A scenario's steps name user tasks, roles and fields that exist."""
    for name, scenario in lint.package.scenarios.items():
        for step in scenario.steps:
            if isinstance(step, Submission) and step.process in {None, lint.package.key}:
                for message in _step_faults(lint, step):
                    yield Found(step.element, message, f"scenarios/{name}.toml")
        if scenario.by != PUBLIC and scenario.by.removesuffix(SUBSTITUTE) not in lint.package.roles:
            yield Found("by", f"there is no role {scenario.by!r}", f"scenarios/{name}.toml")


def _step_faults(lint: PackageUnderLint, step: Submission) -> Iterator[str]:
    element = lint.package.elements.get(step.element)
    if element is None or element.kind not in HUMAN:
        yield f"{step.element!r} is no user task of the process; say `process` when it lies in a called one"
        return
    if step.by.removesuffix(SUBSTITUTE) != element.role:
        yield f"it lies in the lane of {element.role!r}, not of {step.by!r}"
    form = lint.package.forms.get(element.form or "")
    for field in step.fields if form else ():
        if form and field not in form.schema.get("properties", {}):
            yield f"the form {element.form!r} has no field {field!r}"


@package_rule("scenario-present", Severity.WARNING)
def scenario_present(lint: PackageUnderLint) -> Iterator[Found]:
    """A package shows by a scenario that it runs."""
    if not lint.package.scenarios:
        yield Found(None, "there is no scenario: write one that runs the process to its end", "scenarios/")


@package_rule("unknown-file", Severity.WARNING)
def unknown_file(lint: PackageUnderLint) -> Iterator[Found]:
    """The folder holds nothing the engine does not read."""
    package = lint.package
    known = {"process.toml", "process.bpmn", *package.decisions}
    known |= {f"forms/{name}.{kind}.json" for name in package.forms for kind in ("schema", "ui")}
    known |= {f"documents/{name}.typ" for name in package.templates}
    known |= {f"scenarios/{name}.toml" for name in package.scenarios}
    for path in sorted(package.files.keys() - known):
        if not path.startswith("documents/"):
            yield Found(None, "nothing reads this file: remove it or put it in its place", path)
