"""ASiC-E with evidence records (ETSI EN 319 162-1, 4.4): one ZIP with the documents and the proof that they existed.

The first evidence record proves the container's files together, as they are given out; those that the archive has of
single documents follow. Each has its ASiCEvidenceRecordManifest, which names the files it is about with their digests.
"""

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from lxml import etree

from archive.errors import PackageRefused
from archive.package_faults import FaultFound, PackageFault, PackageRule, located
from archive.packages.described import Layout
from archive.packages.folder import Folder, Told, WrittenFile, compared, is_below, nobody
from archive.packages.package import Package, PackageInfo, Prove
from archive.packages.xml import element, parsed, written

MIMETYPE_FILE, MIMETYPE = "mimetype", "application/vnd.etsi.asic-e+zip"
META = "META-INF"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MANIFEST = f"{META}/ASiCEvidenceRecordManifest"
LAYOUT = Layout(documents="documents", metadata="metadata", evidence="evidence", trust="trust")


class AsicContainer(Package):
    """A container being filled; it is zipped when it is complete."""

    layout = LAYOUT

    def __init__(self, folder: Folder, info: PackageInfo, prove: Prove) -> None:
        super().__init__(folder, info)
        self._prove = prove
        folder.write(MIMETYPE_FILE, MIMETYPE.encode(), "text/plain")

    def finish(self) -> None:
        """The evidence over all files, then each document's own, each with its manifest."""
        objects = [each for each in self.folder.files.values() if each.name != MIMETYPE_FILE]
        self._enter(1, self._prove([bytes.fromhex(each.sha256) for each in objects]), objects)
        kept = [(record, each.file) for each in self.added for record in each.packaged.evidence]
        for place, (record, file) in enumerate(kept, start=2):
            self._enter(place, record, [file])

    def _enter(self, place: int, record: bytes, objects: Sequence[WrittenFile]) -> None:
        name = f"{META}/evidencerecord{place:03}.ers"
        self.folder.write(name, record)
        self.folder.write(f"{MANIFEST}{place:03}.xml", _manifest(name, objects), "text/xml")


def _manifest(record: str, objects: Sequence[WrittenFile]) -> bytes:
    """ASiCManifest (ETSI EN 319 162-1, A.4)."""
    root = etree.Element(f"{{{ASIC}}}ASiCManifest", nsmap={"asic": ASIC, "ds": DSIG})
    element(root, "SigReference", URI=quote(record), MimeType="application/ers")
    for each in objects:
        reference = element(root, "DataObjectReference", URI=quote(each.name), MimeType=each.media_type)
        etree.SubElement(reference, f"{{{DSIG}}}DigestMethod", {"Algorithm": SHA256})
        value = etree.SubElement(reference, f"{{{DSIG}}}DigestValue")
        value.text = base64.b64encode(bytes.fromhex(each.sha256)).decode("ascii")
    return written(root)


def check_asice(folder: Path, told: Told = nobody) -> list[PackageFault]:
    """What is wrong with an unpacked container: what its first manifest names is missing, changed or not all there is.

    What an evidence record proves is asked elsewhere, with trust.

    :raises PackageRefused: no container with evidence, or a manifest that cannot be read
    """
    if not (folder / f"{MANIFEST}001.xml").is_file():
        raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NO_EVIDENCE_MANIFEST))
    listed: dict[str, str] = {}
    findings: list[PackageFault] = []
    own = {MIMETYPE_FILE}
    for path in sorted((folder / META).iterdir()):
        own.add(path.relative_to(folder).as_posix())
        if path.suffix == ".xml":
            named, wrong = _read_manifest(path, folder)
            twice = [name for name in named.keys() & listed.keys() if listed[name] != named[name]]
            findings += [*wrong, *(PackageFault(PackageRule.TWO_DIGESTS, name) for name in sorted(twice))]
            listed.update(named)
    return [*findings, *compared(folder, listed, frozenset(own), told)]


def proofs(folder: Path) -> Iterator[tuple[bytes, list[Path]]]:
    """Each evidence record of a checked container with the files it is about."""
    for path in sorted(folder.glob(f"{MANIFEST}*.xml")):
        root = parsed(path)
        record = folder / unquote(root.find(f"{{{ASIC}}}SigReference").get("URI"))
        if record.parent == folder / META and record.is_file():
            yield record.read_bytes(), [folder / name for name in _read_manifest(path, folder)[0]]


def _read_manifest(path: Path, folder: Path) -> tuple[dict[str, str], list[PackageFault]]:
    try:
        root = parsed(path)
        references = list(root.iter(f"{{{ASIC}}}DataObjectReference"))
        found = {unquote(each.get("URI", "")): _digest(each) for each in references}
    except (ValueError, OSError, AttributeError) as error:
        raise PackageRefused(folder=folder.name, fault=located(error, path.name, PackageRule.NO_XML)) from error
    outside = [name for name in found if not is_below(name)]
    findings = [PackageFault(PackageRule.LINE_OUTSIDE, path.name, repr(name[:80])) for name in outside]
    return {name: digest for name, digest in found.items() if name not in outside}, findings


def _digest(reference: etree._Element) -> str:
    method = reference.find(f"{{{DSIG}}}DigestMethod")
    value = reference.find(f"{{{DSIG}}}DigestValue")
    if method is None or value is None or method.get("Algorithm") != SHA256:
        raise FaultFound(PackageRule.LINE_WITHOUT_DIGEST)
    return base64.b64decode(value.text or "", validate=True).hex()
