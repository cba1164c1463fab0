"""A rule is a function with a name, a severity and the clause it comes from; a decorator enters it here."""

import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.definition import RESERVED_VARIABLES, ProcessPackage
from engine.findings import Severity
from engine.reading.document import BpmnDocument, ProcessModel

OURS = "Karguzar, process packages"
"""the clause of the house's own rules"""


class Found(NamedTuple):
    """What a rule found: at which element, and what to do about it. `file` is the BPMN file unless said."""

    element: str | None
    message: str
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerNames:
    """The names the installation has Python for, by kind; the engine knows no more of them."""

    services: frozenset[str] = frozenset()
    recorders: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageUnderLint:
    """A package with its parsed diagram and what its surroundings know."""

    package: ProcessPackage
    document: BpmnDocument
    process: ProcessModel
    handlers: HandlerNames
    known_processes: Collection[str]
    names: frozenset[str] = field(init=False)
    """the variables an expression may read"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(self.package.variables) | frozenset(RESERVED_VARIABLES))


BpmnCheck = Callable[[BpmnDocument], Iterator[Found]]
PackageCheck = Callable[[PackageUnderLint], Iterator[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A registered rule, as the docs list it."""

    name: str
    clause: str
    severity: Severity
    description: str


BPMN_RULES: dict[str, tuple[Rule, BpmnCheck]] = {}
"""rules every BPMN file is held to"""
NOT_IN_PACKAGES: set[str] = set()
"""those of them that a package's own rules replace"""
PACKAGE_RULES: dict[str, tuple[Rule, PackageCheck]] = {}
"""rules of process packages"""


def bpmn_rule(
    name: str, clause: str, severity: Severity = Severity.ERROR, *, in_packages: bool = True
) -> Callable[[BpmnCheck], BpmnCheck]:
    """Register a rule every BPMN file is held to; the docstring describes it."""

    def register(check: BpmnCheck) -> BpmnCheck:
        if not in_packages:
            NOT_IN_PACKAGES.add(name)
        BPMN_RULES[name] = (_rule(name, clause, severity, inspect.getdoc(check)), check)
        return check

    return register


def package_rule(
    name: str, severity: Severity = Severity.ERROR, clause: str = OURS
) -> Callable[[PackageCheck], PackageCheck]:
    """Register a rule of process packages; the docstring describes it."""

    def register(check: PackageCheck) -> PackageCheck:
        PACKAGE_RULES[name] = (_rule(name, clause, severity, inspect.getdoc(check)), check)
        return check

    return register


def _rule(name: str, clause: str, severity: Severity, description: str | None) -> Rule:
    if name in BPMN_RULES or name in PACKAGE_RULES:
        raise ValueError(f"there are two rules named {name!r}")
    if not description:
        raise ValueError(f"the rule {name!r} needs a docstring")
    return Rule(name=name, clause=clause, severity=severity, description=description)


def all_rules() -> list[Rule]:
    """Every rule, for the docs."""
    return [rule for rule, _ in [*BPMN_RULES.values(), *PACKAGE_RULES.values()]]
