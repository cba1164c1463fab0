"""The deploy-time linter: findings as data. A bare file is held to BPMN's own rules, a package to ours as well."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from types import ModuleType

from engine import rules
from engine.definition import ProcessPackage
from engine.errors import WithFindings
from engine.findings import Finding, Severity, errors_of
from engine.package import partners_of
from engine.reading.document import BpmnDocument, ProcessModel, read_document
from engine.reading.markup import MAX_XML
from engine.rules.registry import (
    BPMN_RULES,
    NOT_IN_PACKAGES,
    PACKAGE_RULES,
    Found,
    HandlerNames,
    PackageUnderLint,
    Rule,
    all_rules,
)

__all__ = ["MAX_XML", "Finding", "HandlerNames", "Rule", "Severity", "all_rules", "lint_bpmn", "lint_package"]

DIAGRAM = "process.bpmn"
MAX_FINDINGS = 500
"""more help nobody"""
SUBJECTS = rules.__all__
"""the modules whose rules are entered"""
CONFUSED = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)


def lint_bpmn(xml: bytes, file: str = DIAGRAM, decisions: Mapping[str, bytes] | None = None) -> list[Finding]:
    """Findings about a bare BPMN file and the DMN files beside it, errors first. Never raises for what they hold."""
    try:
        document = read_document(xml, file)
    except WithFindings as error:
        return list(error.findings)
    findings = _bpmn_findings(document)
    if not errors_of(findings):
        findings += _interpreted(lambda program: program.compile_bpmn(xml, decisions, file=file))
    return _ordered(findings)


def lint_package(package: ProcessPackage, handlers: HandlerNames, known_processes: Collection[str]) -> list[Finding]:
    """Findings about a package, errors first. `known_processes`: keys of all processes that can be called."""
    try:
        document = read_document(package.bpmn, DIAGRAM)
    except WithFindings as error:
        return list(error.findings)
    under = PackageUnderLint(
        package=_with_partners(package),
        document=document,
        process=_together(document, package),
        handlers=handlers,
        known_processes=known_processes,
    )
    findings = _bpmn_findings(document, NOT_IN_PACKAGES)
    for rule, check in PACKAGE_RULES.values():
        findings += _run(rule, partial(check, under), DIAGRAM)
    if not errors_of(findings):
        findings += _interpreted(lambda program: program.compile_package(package))
    return _ordered(findings)


def _with_partners(package: ProcessPackage) -> ProcessPackage:
    """The package with the elements of all its executable processes: they share what process.toml says."""
    elements = {ident: one for each in partners_of(package) for ident, one in each.elements.items()}
    return replace(package, elements={**elements, **package.elements})


def _together(document: BpmnDocument, package: ProcessPackage) -> ProcessModel:
    """Its executable processes as one, for the rules of packages."""
    process = document.processes[package.key]
    partners = [document.processes[partner] for partner in package.partners]
    inside = [node for each in (process, *partners) for node in each.inside(each.id)]
    return replace(
        process,
        nodes={ident: node for each in (*partners, process) for ident, node in each.nodes.items()},
        flows={ident: flow for each in (*partners, process) for ident, flow in each.flows.items()},
        lanes={ident: lane for each in (*partners, process) for ident, lane in each.lanes.items()},
        contained={
            **{name: nodes for each in (*partners, process) for name, nodes in each.contained.items()},
            process.id: inside,
        },
    )


def _bpmn_findings(document: BpmnDocument, without: Collection[str] = ()) -> list[Finding]:
    findings: list[Finding] = []
    for rule, check in BPMN_RULES.values():
        if rule.name not in without:
            findings += _run(rule, partial(check, document), document.file)
    return findings


def _run(rule: Rule, check: Callable[[], Iterator[Found]], file: str) -> list[Finding]:
    """One rule's findings. A model so odd that a rule stumbles over it is refused, not let pass."""
    findings: list[Finding] = []
    try:
        findings.extend(_finding(rule, found, file) for found in islice(check(), MAX_FINDINGS))
    except CONFUSED as error:
        message = f"this part of the model cannot be understood ({type(error).__name__}: {error})"
        findings.append(Finding(file=file, element=None, rule=rule.name, severity=Severity.ERROR, message=message))
    return findings


def _finding(rule: Rule, found: Found, file: str) -> Finding:
    return Finding(
        file=found.file or file,
        element=found.element,
        rule=rule.name,
        severity=rule.severity,
        message=found.message,
    )


def _interpreted(compiled: Callable[[ModuleType], object]) -> list[Finding]:
    """What the interpreter itself refuses, once the rules have nothing to say."""
    from engine.spiff import program

    try:
        compiled(program)
    except WithFindings as error:
        return list(error.findings)
    return []


def _ordered(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.severity is not Severity.ERROR, finding.file))
