"""What BPMN's XML schema allows where: read once from the OMG's schema files, so that faults can name the element."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from engine.reading.markup import bpmn_children, is_bpmn, local

XSD = "{http://www.w3.org/2001/XMLSchema}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
UNBOUNDED = 1_000_000
NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
"""an XML name without colon"""
SIMPLE: Mapping[str, re.Pattern[str]] = {
    "xsd:ID": NCNAME,
    "xsd:IDREF": NCNAME,
    "xsd:QName": re.compile(rf"(?:{NCNAME.pattern}:)?{NCNAME.pattern}"),
    "xsd:boolean": re.compile("true|false|0|1"),
    "xsd:int": re.compile(r"[+-]?\d{1,10}"),
    "xsd:integer": re.compile(r"[+-]?\d+"),
}
TOLD = {
    "xsd:ID": "an XML name (a letter or _, then letters, digits, . - _)",
    "xsd:IDREF": "one XML name",
    "xsd:QName": "one name, with a prefix or without",
    "xsd:boolean": "true or false",
    "xsd:int": "a whole number",
    "xsd:integer": "a whole number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Particle:
    """A child element that a type allows, or the head of a substitution group."""

    name: str
    type: str
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementType:
    """A complex type with what it inherits."""

    particles: tuple[Particle, ...]
    """in their order"""
    attributes: Mapping[str, str]
    """name → type"""
    required: frozenset[str]
    mixed: bool
    anything: bool
    """whether elements of other namespaces may stand in it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentModel:
    """The schema, looked up by name."""

    types: Mapping[str, ElementType]
    elements: Mapping[str, str]
    """global element → type"""
    groups: Mapping[str, str]
    """element → head of its substitution group"""
    choices: Mapping[str, tuple[str, ...]]
    """enumerated simple type → its values"""

    def stands_for(self, name: str) -> Iterator[str]:
        """The element's name and the heads it may stand in for."""
        while name:
            yield name
            name = self.groups.get(name, "")

    def place(self, kind: ElementType, name: str) -> int | None:
        """The index of the particle under which a child of that name stands."""
        for head in self.stands_for(name):
            for index, particle in enumerate(kind.particles):
                if particle.name == head:
                    return index
        return None

    def type_of(self, element: Any, particle: Particle) -> str:
        """The child's type: as its own xsi:type says, as its place says, or by its own declaration."""
        stated = str(element.get(XSI_TYPE, "")).rsplit(":", 1)[-1]
        return stated if stated in self.types else particle.type or self.elements.get(local(element), "")

    def fits(self, kind: str, value: str) -> str | None:
        """None when the value is of that simple type, else what the type asks for."""
        if kind in self.choices:
            return None if value in self.choices[kind] else f"one of {', '.join(self.choices[kind])}"
        pattern = SIMPLE.get(kind)
        return None if pattern is None or pattern.fullmatch(value.strip()) else TOLD[kind]


@cache
def content_model() -> ContentModel:
    """The schema of the BPMN namespace."""
    from engine.spiff.xsd import schema_sources

    raw: dict[str, etree._Element] = {}
    elements: dict[str, str] = {}
    groups: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for source in schema_sources():
        for node in etree.fromstring(source).iterchildren(f"{XSD}*"):
            name = str(node.get("name"))
            if node.tag == f"{XSD}complexType":
                raw[name] = node
            elif node.tag == f"{XSD}element":
                elements[name] = str(node.get("type"))
                groups[name] = str(node.get("substitutionGroup", ""))
            elif node.tag == f"{XSD}simpleType" and node.find(f"{XSD}union") is None:
                choices[name] = tuple(str(value.get("value")) for value in node.iter(f"{XSD}enumeration"))
    types: dict[str, ElementType] = {}
    for name in raw:
        _type(name, raw, types)
    return ContentModel(types=types, elements=elements, groups=groups, choices=choices)


def _type(name: str, raw: Mapping[str, etree._Element], types: dict[str, ElementType]) -> ElementType:
    """The type with its base's particles and attributes before its own."""
    if name not in types:
        node = raw[name]
        extension = next(iter(node.iter(f"{XSD}extension")), None)
        base = _type(str(extension.get("base")), raw, types) if extension is not None else None
        attributes = {str(one.get("name")): str(one.get("type")) for one in node.iter(f"{XSD}attribute")}
        required = {str(one.get("name")) for one in node.iter(f"{XSD}attribute") if one.get("use") == "required"}
        types[name] = ElementType(
            particles=(*(base.particles if base else ()), *_particles(node)),
            attributes={**(base.attributes if base else {}), **attributes},
            required=frozenset(required | (base.required if base else frozenset())),
            mixed=node.get("mixed") == "true" or bool(base and base.mixed),
            anything=next(node.iter(f"{XSD}any"), None) is not None or bool(base and base.anything),
        )
    return types[name]


def _particles(node: etree._Element) -> Iterator[Particle]:
    for one in node.iter(f"{XSD}element"):
        chosen = any(parent.tag == f"{XSD}choice" for parent in one.iterancestors())
        most = one.get("maxOccurs", "1")
        yield Particle(
            name=str(one.get("name") or one.get("ref")),
            type=str(one.get("type", "")),
            least=0 if chosen else int(one.get("minOccurs", "1")),
            most=UNBOUNDED if most == "unbounded" else int(most),
        )


def typed_elements(root: Any) -> Iterator[tuple[Any, ElementType]]:
    """Every BPMN element whose place the schema knows, with its type; what is misplaced is not gone into."""
    model = content_model()
    pending = [(root, model.elements.get(local(root), ""))] if is_bpmn(root) else []
    while pending:
        element, name = pending.pop()
        kind = model.types.get(name)
        if kind is None:
            continue
        yield element, kind
        for child in bpmn_children(element):
            place = model.place(kind, local(child))
            if place is not None:
                pending.append((child, model.type_of(child, kind.particles[place])))
