"""BPMN files that a bare file imports (BPMN 2.0.2, 8.2.2): what stands in them is put beside what it has itself."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from engine.errors import PackageInvalid
from engine.findings import Finding, Severity
from engine.reading.markup import BPMN, bpmn_children, local, parse_xml

Read = Callable[[str], bytes | None]
"""location as it is written → the file, None where there is none that may be read"""
MAX_IMPORTS = 50
"""files one model may be put together from"""
OWN = frozenset({"import", "extension", "relationship"})
"""what says something about its own file only"""
NAMESPACE = "targetNamespace"
WORDS = frozenset({"name", "errorCode", "escalationCode"})
"""attributes whose values name no element"""


def with_imports(bpmn: bytes, file: str, read: Read) -> bytes:
    """The file with the root elements of those it imports, and of those they import; diagrams stay behind.

    An import that cannot be read is left for the linter to tell. An id is unique in its own file only: one that another
    file has as well gets a number behind it, and names with a prefix go on meaning what they meant.

    :raises PackageInvalid: one of them is no XML that may be read, or an id stands twice in one namespace
    """
    if b"import" not in bpmn:
        return bpmn
    root = parse_xml(bpmn, file)
    found = dict.fromkeys((element.get("id") for element in root.iter(f"{{{BPMN}}}*")), file)
    pending = [(one, root) for one in _imports(root)]
    seen = {file}
    while pending:
        statement, of = pending.pop(0)
        location = statement.get("location", "")
        data = read(location) if location not in seen and len(seen) <= MAX_IMPORTS else None
        if data is not None:
            seen.add(location)
            imported = parse_xml(data, location)
            _keep_apart(root, imported, location, found)
            root.extend(deepcopy(one) for one in bpmn_children(imported) if local(one) not in OWN)
            pending += [(one, imported) for one in _imports(imported)]
        if location in seen and of is root:
            root.remove(statement)
    return etree.tostring(root) if len(seen) > 1 else bpmn


def _imports(root: Any) -> list[Any]:
    return [one for one in bpmn_children(root, "import") if one.get("importType") == BPMN]


def _keep_apart(root: Any, imported: Any, file: str, found: dict[str | None, str]) -> None:
    """Note the ids of a file, and rename those that are taken. :raises PackageInvalid: its namespace is the same"""
    ids = [
        str(ident)
        for child in bpmn_children(imported)
        for one in child.iter(f"{{{BPMN}}}*")
        if (ident := one.get("id"))
    ]
    taken = {ident: f"{ident}-{len(set(found.values()))}" for ident in ids if ident in found}
    namespace = imported.get(NAMESPACE)
    if taken and namespace == root.get(NAMESPACE):
        ident = next(iter(taken))
        told = f"the id stands in {found[ident]} and in {file}, which one imports, in one namespace: rename one"
        raise PackageInvalid([_finding(file, ident, told)])
    found.update({taken.get(ident, ident): file for ident in ids})
    if taken:
        _rename(imported, taken, namespace, unprefixed=True)
        _rename(root, taken, namespace, unprefixed=False)


def _rename(root: Any, names: Mapping[str, str], namespace: str | None, *, unprefixed: bool) -> None:
    """Rename what is meant by names of a namespace; `unprefixed`: those without a prefix belong to it as well."""

    def renamed(element: Any, text: str) -> str:
        prefix, colon, name = text.strip().rpartition(":")
        own = element.nsmap.get(prefix) == namespace if colon else unprefixed
        return f"{prefix}{colon}{names[name]}" if own and name in names else text

    for element in root.iter(f"{{{BPMN}}}*"):
        for attribute, value in element.attrib.items():
            if attribute not in WORDS:
                element.set(attribute, renamed(element, value))
        if element.text and (local(element).endswith(("Ref", "Refs")) or local(element) in {"incoming", "outgoing"}):
            element.text = renamed(element, element.text)


def _finding(file: str, element: str, message: str) -> Finding:
    return Finding(file=file, element=element, rule="unique-id", severity=Severity.ERROR, message=message)
