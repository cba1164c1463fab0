"""Rules of BPMN's XML schema, told with the element's name instead of a parser's words."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.findings import Severity
from engine.reading.content_model import ContentModel, ElementType, content_model, typed_elements
from engine.reading.document import BpmnDocument, identifier_of, nearest_id
from engine.reading.markup import BPMN, bpmn_children, is_bpmn, local
from engine.rules.registry import Found, bpmn_rule

CLAUSE = "BPMN 2.0.2, 15.3 XSD"
MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?")
TELLS_ITSELF = frozenset({"timerEventDefinition", "conditionalEventDefinition"})
"""what a rule of its own tells in better words when it is missing in these"""


@bpmn_rule("root", CLAUSE)
def root(document: BpmnDocument) -> Iterator[Found]:
    """The file's outermost element is definitions of the BPMN 2.0 namespace."""
    if not is_bpmn(document.root) or local(document.root) != "definitions":
        yield Found(None, f"the file begins with <{local(document.root)}>, not with BPMN 2.0 <definitions>")


@bpmn_rule("schema-element", CLAUSE)
def schema_element(document: BpmnDocument) -> Iterator[Found]:
    """Elements of BPMN's namespace exist, stand where they may, not too often, and none that is needed is missing."""
    model = content_model()
    for element, kind in typed_elements(document.root):
        names = Counter(local(child) for child in bpmn_children(element))
        where = f"<{local(element)}> {identifier_of(element)!r}"
        for name in names:
            if model.place(kind, name) is None:
                known = "" if any(name == head for head in model.elements) else "; BPMN 2.0 has no such element"
                yield Found(_nearest(element, name), f"<{name}> cannot stand in {where}{known}")
        yield from (Found(nearest_id(element), f"{where} {fault}") for fault in _counts(model, element, kind, names))
        if not kind.mixed and kind.particles and (element.text or "").strip():
            yield Found(nearest_id(element), f"{where} holds text, which means nothing there")


def _nearest(parent: Any, name: str) -> str:
    """The misplaced child's own id where it has one, else its parent's."""
    child = next(iter(bpmn_children(parent, name)))
    return str(child.get("id")) if child.get("id") else nearest_id(parent)


def _counts(model: ContentModel, element: Any, kind: ElementType, names: Counter[str]) -> Iterator[str]:
    counts: Counter[int] = Counter()
    for name, count in names.items():
        place = model.place(kind, name)
        if place is not None:
            counts[place] += count
    for index, particle in enumerate(kind.particles):
        if counts[index] > particle.most:
            yield f"has {counts[index]} of <{particle.name}>, at most {particle.most} may be"
        if counts[index] < particle.least and local(element) not in TELLS_ITSELF:
            yield f"lacks <{particle.name}>"


@bpmn_rule("schema-attribute", CLAUSE)
def schema_attribute(document: BpmnDocument) -> Iterator[Found]:
    """Attributes without a namespace exist on that element, those it needs are there, and values are of their type."""
    model = content_model()
    for element, kind in typed_elements(document.root):
        where = f"<{local(element)}> {identifier_of(element)!r}"
        for key, value in element.attrib.items():
            if "}" in str(key):
                continue
            type_name = kind.attributes.get(str(key))
            if type_name is None:
                yield Found(nearest_id(element), f"{where} has no attribute {key!s} in BPMN 2.0")
            elif (asked := model.fits(type_name, str(value))) is not None:
                yield Found(nearest_id(element), f"{where}: {key!s} must be {asked}, not {str(value)[:80]!r}")
        for name in sorted(kind.required - {str(key) for key in element.attrib} - {"targetNamespace"}):
            yield Found(nearest_id(element), f"{where} lacks its attribute {name}")


@bpmn_rule("schema-form", CLAUSE, Severity.WARNING)
def schema_form(document: BpmnDocument) -> Iterator[Found]:
    """Children come in the schema's order, foreign ones in extensionElements, and definitions has a targetNamespace."""
    model = content_model()
    if is_bpmn(document.root) and document.root.get("targetNamespace") is None:
        yield Found(document.root.get("id"), "<definitions> lacks its targetNamespace: other tools may refuse the file")
    for element, kind in typed_elements(document.root):
        places = [model.place(kind, local(child)) for child in bpmn_children(element)]
        known = [place for place in places if place is not None]
        if known != sorted(known):
            message = (
                f"the children of <{local(element)}> do not stand in the schema's order: other tools may refuse it"
            )
            yield Found(nearest_id(element), message)
        foreign = [child for child in element if not is_bpmn(child) and local(child) != "BPMNDiagram"]
        if foreign and not kind.anything:
            yield Found(nearest_id(element), f"<{local(foreign[0])}> belongs into extensionElements: it is ignored")


@bpmn_rule("text-format", "BPMN 2.0.2, 8.3.1 BaseElement and 8.4.1 Text Annotation")
def text_format(document: BpmnDocument) -> Iterator[Found]:
    """The format of a text is a MIME type, such as text/plain."""
    for element in document.root.iter(f"{{{BPMN}}}documentation", f"{{{BPMN}}}textAnnotation"):
        said = element.get("textFormat")
        if said is not None and not MIME_TYPE.fullmatch(said):
            yield Found(nearest_id(element), f"textFormat {said[:80]!r} is no MIME type such as text/plain")
