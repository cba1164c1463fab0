"""E-ARK information packages (CSIP, SIP and AIP 2.1): METS at the top, PREMIS and Dublin Core below `metadata/`.

A package of this archive has one representation, `rep1`; all its files are described in the one METS.xml.
"""

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from lxml import etree

from archive.errors import PackageRefused
from archive.package_faults import PackageFault, PackageRule, located
from archive.packages import premis
from archive.packages.described import Layout
from archive.packages.folder import Folder, Told, WrittenFile, compared, is_below, nobody
from archive.packages.package import Added, Package, PackageInfo
from archive.packages.pages import write_pages
from archive.packages.xml import XLINK, XSI, element, parsed, root_of, written

METS_FILE = "METS.xml"
METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
DC = "http://purl.org/dc/elements/1.1/"
SCHEMAS = (
    f"{METS} http://www.loc.gov/standards/mets/mets.xsd {CSIP} https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd"
    f" {SIP} https://earksip.dilcis.eu/schema/DILCISExtensionSIPMETS.xsd"
)
PREMIS_FILE = "metadata/preservation/premis.xml"
DESCRIPTIVE = "metadata/descriptive"
LAYOUT = Layout(
    documents="representations/rep1/data",
    metadata="metadata/other",
    evidence="documentation/evidence",
    trust="documentation/trust",
    pages="documentation",
)
REPRESENTATIONS = "Representations"
CONTENT = "KARGUZAR"
"""the content information type: documents with what this archive tells of each"""
SCHEMA_FOLDER = Path(__file__).parent / "schemas"
"""of METS and its extensions, as their authors publish them: a package carries them (CSIP113)"""
KINDS = {
    "SIP": "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml",
    "AIP": "https://earkaip.dilcis.eu/profile/E-ARK-AIP.xml",
}


class EarkPackage(Package):
    """A SIP or an AIP being filled; OBJID is the folder's name."""

    layout = LAYOUT
    kind: ClassVar[str] = "SIP"

    def __init__(self, folder: Folder, info: PackageInfo) -> None:
        super().__init__(folder, info)
        self._created = info.made_at.isoformat(timespec="seconds")

    def finish(self) -> None:
        """Pages, Dublin Core of each document, PREMIS over all, schemas, METS."""
        write_pages(self, "")
        for schema in sorted(SCHEMA_FOLDER.glob("*.xsd")):
            self.folder.write(f"schemas/{schema.name}", schema.read_bytes(), "text/xml")
        described = [self._describe(each) for each in self.added]
        preserved = self.folder.write(PREMIS_FILE, premis.written_events(self.added, self.info), "text/xml")
        self.folder.write(METS_FILE, self._mets(described, preserved), "text/xml")

    def _describe(self, added: Added) -> WrittenFile:
        """Simple Dublin Core."""
        document = added.packaged.document
        root = etree.Element("metadata", nsmap={"dc": DC})
        values = [
            ("identifier", document.number),
            ("identifier", f"urn:uuid:{document.id}"),
            ("title", document.title),
            ("date", document.dated_on.isoformat()),
            ("type", document.type),
            ("format", document.media_type),
            ("language", document.language),
            ("rights", document.access_level),
            *(("creator", str(each.get("name", ""))) for each in document.signers),
        ]
        for name, value in values:
            if value:
                etree.SubElement(root, f"{{{DC}}}{name}").text = value
        name = added.metadata.name.rpartition("/")[2].removesuffix(".json")
        return self.folder.write(f"{DESCRIPTIVE}/{name}.xml", written(root), "text/xml")

    def _mets(self, described: list[WrittenFile], preserved: WrittenFile) -> bytes:
        root = root_of(
            METS,
            "mets",
            {
                "OBJID": self.info.name,
                "LABEL": self.info.name,
                "TYPE": "Collection",
                "PROFILE": KINDS[self.kind],
                f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED",
                f"{{{XSI}}}schemaLocation": SCHEMAS,
            },
            {"csip": CSIP, "sip": SIP, "xlink": XLINK, "xsi": XSI},
        )
        self._header(root)
        described_ids = self._descriptions(root, described)
        digital = element(element(root, "amdSec", ID="amd"), "digiprovMD", ID="premis", STATUS="CURRENT")
        self._reference(digital, preserved, {"MDTYPE": "PREMIS"})
        groups = self._files(element(root, "fileSec", ID="files"))
        self._structure(root, described_ids, groups)
        return written(root)

    def _header(self, root: Any) -> None:
        header = element(root, "metsHdr", CREATEDATE=self._created, LASTMODDATE=self._created, RECORDSTATUS="NEW")
        header.set(f"{{{CSIP}}}OAISPACKAGETYPE", self.kind)
        software, _, version = self.info.software.partition(" ")
        agent = element(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
        element(agent, "name", software)
        element(agent, "note", version).set(f"{{{CSIP}}}NOTETYPE", "SOFTWARE VERSION")
        agent = element(header, "agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")
        element(agent, "name", self.info.organisation)
        element(agent, "note", self.info.organisation).set(f"{{{CSIP}}}NOTETYPE", "IDENTIFICATIONCODE")

    def _descriptions(self, root: Any, described: list[WrittenFile]) -> list[str]:
        """Dublin Core and the archive's own JSON of each document."""
        ids: list[str] = []
        files = [(each, {"MDTYPE": "DC"}) for each in described]
        files += [(each.metadata, {"MDTYPE": "OTHER", "OTHERMDTYPE": "KARGUZAR"}) for each in self.added]
        for file, kind in files:
            ids.append(f"dmd-{len(ids) + 1}")
            section = element(root, "dmdSec", ID=ids[-1], CREATED=self._created, STATUS="CURRENT")
            self._reference(section, file, kind)
        return ids

    def _reference(self, parent: Any, file: WrittenFile, kind: dict[str, str]) -> None:
        reference = element(parent, "mdRef", LOCTYPE="URL", **kind, **self._told(file))
        _locate(reference, file)

    def _told(self, file: WrittenFile) -> dict[str, str]:
        return {
            "MIMETYPE": file.media_type,
            "SIZE": str(file.bytes),
            "CREATED": self._created,
            "CHECKSUM": file.sha256,
            "CHECKSUMTYPE": "SHA-256",
        }

    def _files(self, section: Any) -> dict[str, str]:
        """File groups; their ids by their labels."""
        files = self.folder.files.values()
        groups = {
            "Documentation": [each for each in files if each.name.startswith("documentation/")],
            "Schemas": [each for each in files if each.name.startswith("schemas/")],
            REPRESENTATIONS: [each.file for each in self.added],
        }
        ids: dict[str, str] = {}
        count = 0
        for place, (label, listed_files) in enumerate(groups.items(), start=1):
            ids[label] = f"group-{place}"
            group = element(section, "fileGrp", ID=ids[label], USE=label)
            group.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "OTHER")
            group.set(f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE", CONTENT)
            for file in listed_files:
                count += 1
                listed = element(group, "file", ID=f"file-{count}", ADMID="premis", **self._told(file))
                _locate(element(listed, "FLocat", LOCTYPE="URL"), file)
        return ids

    def _structure(self, root: Any, described: list[str], groups: dict[str, str]) -> None:
        structure = element(root, "structMap", ID="structure", TYPE="PHYSICAL", LABEL="CSIP")
        top = element(structure, "div", ID="div-package", LABEL=self.info.name)
        element(top, "div", ID="div-metadata", LABEL="Metadata", ADMID="premis", DMDID=" ".join(described))
        for label, group in groups.items():
            part = element(top, "div", ID=f"div-{group}", LABEL=label)
            element(part, "fptr", FILEID=group)


class SubmissionPackage(EarkPackage):
    """A SIP."""

    kind = "SIP"


class ArchivalPackage(EarkPackage):
    """An AIP."""

    kind = "AIP"


def check_eark(folder: Path, told: Told = nobody) -> list[PackageFault]:
    """What is wrong with a package: what its METS.xml names is missing or changed, or something is there besides.

    :raises PackageRefused: no METS that can be read
    """
    try:
        root = parsed(folder / METS_FILE)
    except (OSError, ValueError) as error:
        raise PackageRefused(folder=folder.name, fault=located(error, METS_FILE, PackageRule.NO_XML)) from error
    if root.tag != f"{{{METS}}}mets":
        raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NOT_METS, METS_FILE))
    listed: dict[str, str] = {}
    findings: list[PackageFault] = []
    for node in root.iter(f"{{{METS}}}mdRef", f"{{{METS}}}FLocat"):
        name = unquote(node.get(f"{{{XLINK}}}href") or "")
        checked = node if node.get("CHECKSUM") else node.getparent()
        where = f"{METS_FILE}:{node.sourceline}"
        if not name or checked.get("CHECKSUMTYPE") != "SHA-256":
            findings.append(PackageFault(PackageRule.LINE_WITHOUT_DIGEST, where))
        elif not is_below(name):
            findings.append(PackageFault(PackageRule.LINE_OUTSIDE, where))
        else:
            listed[name] = str(checked.get("CHECKSUM", "")).lower()
    return [*findings, *compared(folder, listed, frozenset({METS_FILE}), told)]


def _locate(node: Any, file: WrittenFile) -> None:
    node.set(f"{{{XLINK}}}type", "simple")
    node.set(f"{{{XLINK}}}href", quote(file.name))
