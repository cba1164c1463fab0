"""Compiled processes: what an interpreter runs. A program is a root process and every process it may call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask as SpiffSubWorkflowTask

from engine.decisions import Decision
from engine.definition import RESERVED_VARIABLES, ProcessPackage
from engine.errors import DefinitionRefused, WithFindings
from engine.findings import Finding, Severity
from engine.reading.decisions import read_decisions
from engine.reading.markup import parse_xml
from engine.spiff.messages import Expressions, key_values
from engine.spiff.parser import HouseParser
from engine.spiff.scripting import Calendars, ScriptEngine
from engine.spiff.starts import start_triggers
from engine.spiff.tokens import KeyValues, StartTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledProcesses:
    """The specs of one package, or of one bare file; shared by all cases and never changed by them."""

    processes: tuple[str, ...]
    """ids of its executable processes"""
    specs: Mapping[str, Any] = field(repr=False)
    """spec name → spec, embedded subprocesses among them"""
    package: ProcessPackage | None = field(default=None, repr=False)
    message_keys: Mapping[str, Expressions] = field(default_factory=dict, repr=False)
    """message name → the correlation keys it carries"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A root process with the processes it may call."""

    process: str
    specs: Mapping[str, Any] = field(repr=False)
    packages: Mapping[str, ProcessPackage] = field(repr=False)
    """process id → its package; a bare file has none, and then every variable may be set"""

    @property
    def starts(self) -> list[StartTrigger]:
        """What begins a case of the root process."""
        return start_triggers(self.specs[self.process])

    def declares(self, process: str, name: str) -> bool:
        """Whether the process may set a variable of that name; the reserved ones are the engine's own."""
        package = self.packages.get(process)
        return package is None or (name in package.variables and name not in RESERVED_VARIABLES)


def compile_package(package: ProcessPackage, suffix: str = "") -> CompiledProcesses:
    """Compile a package's BPMN and decisions; raises PackageInvalid or DefinitionRefused with what and where.

    :param suffix: how its processes go by beside other versions of themselves, see `CallTarget.name`
    """
    return compile_bpmn(package.bpmn, package.decisions, package=package, suffix=suffix)


def compile_bpmn(
    bpmn: bytes,
    decisions: Mapping[str, bytes] | None = None,
    *,
    file: str = "process.bpmn",
    package: ProcessPackage | None = None,
    suffix: str = "",
) -> CompiledProcesses:
    """Compile a BPMN document with its decision tables; raises PackageInvalid, DefinitionRefused."""
    tables, faults = _decisions(decisions or {})
    if package is not None and faults:
        raise DefinitionRefused(faults)
    parser = HouseParser(tables, suffix)
    try:
        parser.add_bpmn_xml(parse_xml(bpmn, file), file)
        processes = tuple(one for one in parser.get_process_ids() if one.endswith(suffix))
        return CompiledProcesses(
            processes=processes,
            specs=_specs(parser, processes),
            package=package,
            message_keys={
                parser.messages[one] or one: keys
                for one, keys in parser.correlations.of_message.items()
                if one in parser.messages
            },
        )
    except ValidationException as error:
        refused = _refusal(file, "interpreter", str(error).strip(". "), error.id or None)
        raise DefinitionRefused([*refused.findings, *faults]) from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _refusal(file, "interpreter", f"{type(error).__name__}: {error}") from error


def _decisions(files: Mapping[str, bytes]) -> tuple[dict[str, Decision], list[Finding]]:
    """The decisions of DMN files by id, and what is wrong: a bare diagram may lie beside files it never asks."""
    found: dict[str, Decision] = {}
    faults: list[Finding] = []
    for name, content in files.items():
        try:
            found.update(read_decisions(parse_xml(content, name), name))
        except WithFindings as error:
            faults.extend(error.findings)
    return found, faults


def link(root: CompiledProcesses, called: Iterable[CompiledProcesses] = (), *, process: str | None = None) -> Program:
    """Bind a root to the processes it calls. `process` names one of several in a file; the first is the default."""
    specs: dict[str, Any] = dict(root.specs)
    packages: dict[str, ProcessPackage] = {}
    for compiled in (root, *called):
        specs.update({name: spec for name, spec in compiled.specs.items() if name not in specs})
        if compiled.package is not None:
            packages.update(dict.fromkeys(compiled.processes, compiled.package))
    chosen = process or (root.package.key if root.package else next(iter(root.processes), ""))
    if chosen not in specs:
        raise _refusal("process.bpmn", "process", f"there is no executable process {chosen!r}")
    return Program(process=chosen, specs=specs, packages=packages)


def carried_by(
    compiled: CompiledProcesses, message: str, payload: Mapping[str, Any], *, now: datetime, calendars: Calendars
) -> KeyValues:
    """The values of a message's correlation keys, as these processes find them in its payload."""
    keys = compiled.message_keys.get(message, {})
    packages = dict.fromkeys(compiled.processes, compiled.package) if compiled.package else {}
    return key_values(keys, payload, ScriptEngine(packages, calendars, now), next(iter(compiled.processes), ""))


def _specs(parser: HouseParser, processes: Iterable[str]) -> dict[str, Any]:
    specs: dict[str, Any] = {}
    todo = list(processes)
    while todo:
        name = todo.pop()
        if name in specs or parser.get_process_parser(name) is None:
            continue
        specs[name] = spec = parser.get_spec(name)
        todo.extend(one.spec for one in spec.task_specs.values() if isinstance(one, SpiffSubWorkflowTask))
    return specs


def _refusal(file: str, rule: str, message: str, element: str | None = None) -> DefinitionRefused:
    return DefinitionRefused([Finding(file=file, element=element, rule=rule, severity=Severity.ERROR, message=message)])
