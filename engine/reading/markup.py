"""XML from strangers: no entities, no DTD, no network, capped in size and depth."""

import re
from itertools import count

from lxml import etree

from engine.errors import PackageInvalid
from engine.findings import Finding, Severity

MAX_XML = 4_000_000
"""bytes of one BPMN or DMN file"""
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
KARGUZAR = "urn:karguzar:bpmn:1"
MAX_TAG = 32_768
"""characters of one tag: checking attributes for doubles takes the parser time by their square"""
LONG_TAG = re.compile(rf"<[^<>]{{{MAX_TAG}}}")
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
TRUTHS = frozenset(
    {"isExecutable", "isClosed", "isForCompensation", "isInterrupting", "isSequential", "isCollection", "isImmediate"}
    | {"cancelActivity", "cancelRemainingInstances", "instantiate", "parallelMultiple", "testBefore"}
    | {"triggeredByEvent", "waitForCompletion"}
)
"""BPMN's attributes that are true or false"""
WORDS = {"1": "true", "0": "false"}
ENCODINGS = {"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1251", "windows-1252", "windows-1254"}


def parse_xml(data: bytes, file: str) -> etree._Element:
    """The root element; PackageInvalid says what is wrong with the file."""
    if len(data) > MAX_XML:
        raise invalid(file, "xml-size", f"the file has more than {MAX_XML:,} bytes; split the process")
    text = _decoded(data, file)
    if "<!DOCTYPE" in text:
        raise invalid(file, "xml-doctype", "a DOCTYPE is not allowed: remove it, BPMN needs none")
    if LONG_TAG.search(text):
        raise invalid(file, "xml-size", f"a tag has more than {MAX_TAG:,} characters")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(DECLARATION.sub("", text, count=1).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise invalid(file, "xml-syntax", f"this is not well-formed XML: {error}") from None
    _write_out_truths(root)
    _name_flows(root)
    return root


def _name_flows(root: etree._Element) -> None:
    """A sequence flow that nothing refers to may go without an id (8.3.1): here it gets one, by what it connects."""
    nameless = [flow for flow in root.iter(f"{{{BPMN}}}sequenceFlow") if flow.get("id") is None]
    if not nameless:
        return
    known = {element.get("id") for element in root.iter(f"{{{BPMN}}}*")}
    numbers = count(2)
    for flow in nameless:
        ends = [str(flow.get(end, "")).rpartition(":")[2].strip() for end in ("sourceRef", "targetRef")]
        name = between = "-".join(["flow", *ends])
        while name in known:
            name = f"{between}.{next(numbers)}"
        known.add(name)
        flow.set("id", name)


def _write_out_truths(root: etree._Element) -> None:
    """Booleans as words: XML Schema also allows 1 and 0, and nobody here should have to think of it."""
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in TRUTHS.intersection(element.attrib):
            said = str(element.get(name)).strip()
            element.set(name, WORDS.get(said, said))


def _decoded(data: bytes, file: str) -> str:
    """The text in the encoding it declares; lxml then sees UTF-8 only, so that no encoding can hide a DOCTYPE."""
    declared = DECLARED.search(data[:200])
    encoding = declared.group(1).decode().lower() if declared else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding not in ENCODINGS:
        raise invalid(file, "xml-encoding", f"the encoding {encoding} is not supported: save the file as UTF-8")
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise invalid(file, "xml-encoding", f"the file is not {encoding}: {error.reason}; save it as UTF-8") from None


def invalid(file: str, rule: str, message: str) -> PackageInvalid:
    """A refusal with one finding."""
    return PackageInvalid([Finding(file=file, element=None, rule=rule, severity=Severity.ERROR, message=message)])


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str | None:
    """The element's namespace."""
    return etree.QName(element).namespace


def is_bpmn(element: etree._Element) -> bool:
    """Whether it belongs to BPMN's own model namespace."""
    return namespace(element) == BPMN


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, in no namespace first and then in any (camunda:decisionRef and its like)."""
    value = element.get(name)
    if value is not None:
        return str(value)
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), None)


def bpmn_children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Direct children of BPMN's namespace with one of these local names, or all of that namespace."""
    return [child for child in element if is_bpmn(child) and (not names or local(child) in names)]


def text_of(element: etree._Element | None) -> str | None:
    """The stripped text of an element, None when there is none."""
    if element is None:
        return None
    return "".join(str(part) for part in element.itertext()).strip() or None
