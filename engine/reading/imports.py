"""BPMN files that a bare file imports (BPMN 2.0.2, 8.2.2): what stands in them is put beside what it has itself."""

from collections.abc import Callable
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


def with_imports(bpmn: bytes, file: str, read: Read) -> bytes:
    """The file with the root elements of those it imports, and of those they import; diagrams stay behind.

    An import that cannot be read is left for the linter to tell. Names with a prefix go on meaning what they meant,
    because an id may stand in one of the files only.

    :raises PackageInvalid: one of them is no XML that may be read, or an id stands in two of them
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
            _require_own_ids(imported, location, found)
            root.extend(deepcopy(one) for one in bpmn_children(imported) if local(one) not in OWN)
            pending += [(one, imported) for one in _imports(imported)]
        if location in seen and of is root:
            root.remove(statement)
    return etree.tostring(root) if len(seen) > 1 else bpmn


def _imports(root: Any) -> list[Any]:
    return [one for one in bpmn_children(root, "import") if one.get("importType") == BPMN]


def _require_own_ids(imported: Any, file: str, found: dict[str | None, str]) -> None:
    """Note the ids of a file. :raises PackageInvalid: another file has one of them"""
    for child in bpmn_children(imported):
        for element in child.iter(f"{{{BPMN}}}*"):
            ident = element.get("id")
            if ident is not None and found.setdefault(ident, file) != file:
                told = f"the id stands in {found[ident]} and in {file}, which one imports: rename one"
                raise PackageInvalid([_finding(file, ident, told)])


def _finding(file: str, element: str, message: str) -> Finding:
    return Finding(file=file, element=element, rule="unique-id", severity=Severity.ERROR, message=message)
