"""Reads a process package: a folder of data becomes one frozen `ProcessPackage`, or findings that say what to mend."""

from collections.abc import Mapping
from pathlib import Path

from engine.definition import (
    LANGUAGES,
    RESERVED_VARIABLES,
    VARIABLE_TYPES,
    ClockMove,
    DeadlineDefinition,
    ElementDefinition,
    Expectation,
    ExpectedDeadline,
    FormFiles,
    Instances,
    ProcessDefinition,
    ProcessPackage,
    Remark,
    RoleDefinition,
    Scenario,
    ServiceResult,
    StartDefinition,
    Submission,
    Titles,
    VariableDefinition,
)
from engine.errors import PackageInvalid
from engine.reading.calls import CallTarget, call_target
from engine.reading.document import Node, ProcessModel, read_document, unprefixed
from engine.reading.files import PackageFiles, read_folder, sha256_of
from engine.reading.manifest import KEY, Manifest, read_manifest
from engine.reading.markup import attribute, bpmn_children, local, parse_xml, text_of
from engine.reading.scenarios import read_scenario
from engine.reading.tables import Findings

__all__ = [
    "LANGUAGES",
    "RESERVED_VARIABLES",
    "VARIABLE_TYPES",
    "ClockMove",
    "DeadlineDefinition",
    "ElementDefinition",
    "Expectation",
    "ExpectedDeadline",
    "FormFiles",
    "ProcessDefinition",
    "ProcessPackage",
    "Remark",
    "RoleDefinition",
    "Scenario",
    "ServiceResult",
    "StartDefinition",
    "Submission",
    "Titles",
    "VariableDefinition",
    "package_from_files",
    "read_package",
]

MANIFEST = "process.toml"
DIAGRAM = "process.bpmn"


def read_package(folder: Path) -> ProcessPackage:
    """Read a package's folder; raises PackageInvalid with all findings at once."""
    findings = Findings()
    files = read_folder(folder, findings)
    _raise(findings)
    return package_from_files(files)


def partners_of(package: ProcessPackage) -> list[ProcessPackage]:
    """The other executable processes of the package's diagram, each as a package of its own with the same files."""
    return [package_from_files(package.files, partner) for partner in package.partners]


def package_from_files(files: Mapping[str, bytes], key: str | None = None) -> ProcessPackage:
    """The package made of these files (relative POSIX path → bytes); raises PackageInvalid with all findings.

    :param key: the process of the diagram that is meant, if it is not the one the package is named after
    """
    folder = PackageFiles(files, Findings())
    folder.required(MANIFEST)
    manifest = read_manifest(folder.toml(MANIFEST))
    process, partners = _process(folder, key or manifest.key)
    forms = _forms(folder)
    scenarios = {name: read_scenario(name, folder.toml(path)) for name, path in folder.named("scenarios/", ".toml")}
    templates = {name: folder.text(path) for name, path in folder.named("documents/", ".typ")}
    decisions = _decisions(folder)
    _raise(folder.findings)
    elements = {node.id: _element(node, manifest, process) for node in process.nodes.values()} if process else {}
    return ProcessPackage(
        key=key or manifest.key,
        sha256=sha256_of(files),
        files=dict(files),
        titles=manifest.titles,
        document_type=manifest.document_type,
        access_level=manifest.access_level,
        retention_class=manifest.retention_class,
        register=manifest.register,
        number_pattern=manifest.number_pattern,
        roles=manifest.roles,
        variables=manifest.variables,
        deadlines=manifest.deadlines,
        signatures=manifest.signatures,
        elements=elements,
        forms=forms,
        templates=templates,
        scenarios=scenarios,
        bpmn=files[DIAGRAM],
        decisions=decisions,
        start=manifest.start if key in {None, manifest.key} else StartDefinition(body=manifest.start.body),
        calls=tuple(dict.fromkeys(element.calls for element in elements.values() if element.calls)),
        targets=_targets(process) if process else (),
        partners=partners,
    )


def _targets(process: ProcessModel) -> tuple[CallTarget, ...]:
    found = [call_target(node.element) for node in process.nodes.values() if node.kind == "callActivity"]
    return tuple(dict.fromkeys(target for target in found if target is not None))


def _raise(findings: Findings) -> None:
    if findings.all:
        raise PackageInvalid(findings.all)


def _process(folder: PackageFiles, key: str) -> tuple[ProcessModel | None, tuple[str, ...]]:
    """The process of the diagram that has the package's key, and the other executable ones."""
    content = folder.required(DIAGRAM)
    if not content:
        return None, ()
    try:
        document = read_document(content, DIAGRAM)
    except PackageInvalid as error:
        folder.findings.all.extend(error.findings)
        return None, ()
    process = document.processes.get(key)
    if process is None:
        known = ", ".join(document.processes) or "none"
        message = f"no process has the package's key {key!r} as its id (there is {known}): give it that id"
        folder.findings.add(DIAGRAM, "process-id", message)
    partners = tuple(one.id for one in document.processes.values() if one.executable and one.id != key)
    for partner in partners:
        if not KEY.fullmatch(partner):
            message = f"the id {partner!r} of an executable process must be small letters, digits and single hyphens"
            folder.findings.add(DIAGRAM, "process-id", message)
    return process, partners


def _decisions(folder: PackageFiles) -> dict[str, bytes]:
    decisions = {path: folder.files[path] for _, path in folder.named("", ".dmn")}
    for path, content in decisions.items():
        try:
            parse_xml(content, path)
        except PackageInvalid as error:
            folder.findings.all.extend(error.findings)
    return decisions


def _forms(folder: PackageFiles) -> dict[str, FormFiles]:
    schemas = dict(folder.named("forms/", ".schema.json"))
    pages = dict(folder.named("forms/", ".ui.json"))
    for name in sorted(schemas.keys() ^ pages.keys()):
        missing = f"forms/{name}.{'ui' if name in schemas else 'schema'}.json"
        folder.findings.add(missing, "form-files", f"form {name!r} needs both files: {missing} is missing")
    return {
        name: FormFiles(schema=folder.json(path), ui=folder.json(pages[name]))
        for name, path in schemas.items()
        if name in pages
    }


def _element(node: Node, manifest: Manifest, process: ProcessModel) -> ElementDefinition:
    return ElementDefinition(
        id=node.id,
        kind=node.kind,
        name=node.name,
        titles=manifest.element_titles.get(node.id, {}),
        role=node.role,
        form=node.task.get("form"),
        document=node.task.get("document"),
        signature=node.task.get("signature", "personal"),
        deadline=node.task.get("deadline"),
        four_eyes_with=node.task.get("fourEyesWith"),
        cosigns=node.task.get("cosigns"),
        needed=node.task.get("needed"),
        instances=_instances(node),
        assignee=node.task.get("assignee"),
        priority=node.task.get("priority"),
        handler=node.task.get("handler"),
        guard=node.task.get("guard"),
        calls=attribute(node.element, "calledElement") if node.kind == "callActivity" else None,
        decision=decision_of(node),
        attached_to=node.attached_to,
        within=None if node.container == process.id else node.container,
    )


def _instances(node: Node) -> Instances | None:
    for loop in bpmn_children(node.element, "multiInstanceLoopCharacteristics"):
        said = {local(child): text_of(child) for child in bpmn_children(loop)}
        items = [item.get(key) for item in bpmn_children(loop, "inputDataItem") for key in ("name", "id")]
        return Instances(
            collection=unprefixed(collection) if (collection := said.get("loopDataInputRef")) else None,
            cardinality=said.get("loopCardinality"),
            items=tuple(str(name) for name in items if name),
        )
    return None


def decision_of(node: Node) -> str | None:
    """The DMN decision of a business rule task, as Camunda (decisionRef), SpiffWorkflow and karguzar:task write it."""
    if node.kind != "businessRuleTask":
        return None
    named = node.task.get("decision") or attribute(node.element, "decisionRef")
    if named is None:
        for extensions in bpmn_children(node.element, "extensionElements"):
            named = next(
                (str(found.text).strip() for found in extensions.iter("{*}calledDecisionId") if found.text), named
            )
    return named
