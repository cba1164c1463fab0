"""A process's diagram with its names in a reader's language: the titles of process.toml over the model's own names."""

from lxml import etree

from engine.definition import ProcessPackage

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
LANE = "lane_"
"""a lane's id is this and its role"""


def localised(package: ProcessPackage, language: str) -> bytes:
    """The model as XML; what has no title in the language keeps its name."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(package.bpmn, parser)
    for element in root.iter(f"{BPMN}*"):
        title = _title(package, element, language)
        if title:
            element.set("name", title)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _title(package: ProcessPackage, element: etree._Element, language: str) -> str | None:
    identity, name = element.get("id", ""), element.get("name")
    if etree.QName(element).localname in {"process", "participant"}:
        return package.titles.get(language) if name else None
    if identity.startswith(LANE):
        role = package.roles.get(identity.removeprefix(LANE))
        return role.titles.get(language) if role else None
    known = package.elements.get(identity)
    return known.titles.get(language) if known and known.titles and name else None
