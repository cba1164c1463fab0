"""XML of packages: built with lxml, and read without entities, document types or a network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from archive.package_faults import FaultFound, PackageRule

LARGEST = 64 * 2**20
"""bytes of a description that is read"""
XLINK, XSI = "http://www.w3.org/1999/xlink", "http://www.w3.org/2001/XMLSchema-instance"


def root_of(namespace: str, tag: str, attributes: Mapping[str, str], others: Mapping[str, str]) -> Any:
    """A root whose namespace is the default one; `others` are prefixes and their namespaces."""
    spaces: Any = {None: namespace, **others}
    return etree.Element(f"{{{namespace}}}{tag}", dict(attributes), nsmap=spaces)


def element(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    """A child in its parent's namespace; `_` in an attribute's name stands for no namespace of its own."""
    namespace = etree.QName(parent).namespace
    child = etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)
    child.text = text
    return child


def written(root: Any) -> bytes:
    """The document, in UTF-8."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def parsed(path: Path) -> Any:
    """The root of a stranger's document.

    :raises FaultFound: too big, no XML, or with a document type, which could name entities
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise FaultFound(PackageRule.XML_TOO_BIG, f"over {LARGEST // 2**20} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise FaultFound(PackageRule.NO_XML, str(error)[:200]) from error
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        raise FaultFound(PackageRule.DOCUMENT_TYPE)
    return root
