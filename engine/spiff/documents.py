"""XML of process designers, read without entities, DTD or network, and of a bounded size."""

from lxml import etree

from engine.errors import DefinitionRefused
from engine.findings import Finding, Severity

MAX_BYTES = 5_000_000


def read_xml(content: bytes, file: str) -> etree._Element:
    """The root element; raises DefinitionRefused for what is malformed, too big or carries a DOCTYPE."""
    if len(content) > MAX_BYTES:
        raise refusal(file, "xml-size", f"bigger than {MAX_BYTES} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refusal(file, "xml", str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise refusal(file, "xml-doctype", "a document type declaration is not allowed")
    return root


def refusal(file: str, rule: str, message: str, element: str | None = None) -> DefinitionRefused:
    """A refusal with one finding."""
    return DefinitionRefused([Finding(file=file, element=element, rule=rule, severity=Severity.ERROR, message=message)])
