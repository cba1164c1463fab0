"""What can be wrong with a package, each as a rule with a name: pages say it in four languages, the rest in English."""

from dataclasses import dataclass
from enum import StrEnum


class PackageRule(StrEnum):
    """The rules a package has to keep."""

    MISSING = "missing"
    CHANGED = "changed"
    ADDED = "added"
    LINK = "link"
    TWO_DIGESTS = "two-digests"
    LIST_UNREADABLE = "list-unreadable"
    LINE_OUTSIDE = "line-outside"
    LINE_WITHOUT_DIGEST = "line-without-digest"
    NOT_A_ZIP = "not-a-zip"
    TOO_MANY_ENTRIES = "too-many-entries"
    PATH_OUTSIDE = "path-outside"
    TWICE = "twice"
    ENCRYPTED = "encrypted"
    COMPRESSION = "compression"
    BOMB = "bomb"
    NO_MANIFEST = "no-manifest"
    NOT_BAGIT = "not-bagit"
    NOT_METS = "not-mets"
    NO_EVIDENCE_MANIFEST = "no-evidence-manifest"
    NO_XML = "no-xml"
    XML_TOO_BIG = "xml-too-big"
    DOCUMENT_TYPE = "document-type"
    NO_DOCUMENTS = "no-documents"
    DESCRIPTION = "description"
    DESCRIPTION_TOO_BIG = "description-too-big"
    FILE_ELSEWHERE = "file-elsewhere"
    OTHER_HASH = "other-hash"
    EVIDENCE_ELSEWHERE = "evidence-elsewhere"
    CUSTODY_BROKEN = "custody-broken"
    EVIDENCE = "evidence"
    STATE_SECRET = "state-secret"  # noqa: S105 - a rule, no password
    ACCESS = "access"
    CONFLICT = "conflict"
    EXISTS = "exists"


_WORDS = {
    PackageRule.MISSING: "missing",
    PackageRule.CHANGED: "changed",
    PackageRule.ADDED: "added, no manifest names it",
    PackageRule.LINK: "a link or a device, no file",
    PackageRule.TWO_DIGESTS: "two digests",
    PackageRule.LIST_UNREADABLE: "not readable",
    PackageRule.LINE_OUTSIDE: "names no file of the package",
    PackageRule.LINE_WITHOUT_DIGEST: "names no file with its SHA-256",
    PackageRule.NOT_A_ZIP: "no readable ZIP",
    PackageRule.TOO_MANY_ENTRIES: "a bomb: too many entries",
    PackageRule.PATH_OUTSIDE: "a path outside the package",
    PackageRule.TWICE: "twice in the ZIP: which one counts?",
    PackageRule.ENCRYPTED: "encrypted",
    PackageRule.COMPRESSION: "compressed in a way that is not read",
    PackageRule.BOMB: "a bomb: it grows without end",
    PackageRule.NO_MANIFEST: "no manifest: neither BagIt, E-ARK, ASiC-E nor a readable folder",
    PackageRule.NOT_BAGIT: "not BagIt 1.0",
    PackageRule.NOT_METS: "no METS",
    PackageRule.NO_EVIDENCE_MANIFEST: "it has no ASiCEvidenceRecordManifest of this archive's",
    PackageRule.NO_XML: "no XML",
    PackageRule.XML_TOO_BIG: "too big",
    PackageRule.DOCUMENT_TYPE: "it has a document type, which is not read: entities are how XML bombs are made",
    PackageRule.NO_DOCUMENTS: "it describes no document as this archive does",
    PackageRule.DESCRIPTION: "not as this archive describes a document",
    PackageRule.DESCRIPTION_TOO_BIG: "too big",
    PackageRule.FILE_ELSEWHERE: "its file is not among the documents",
    PackageRule.OTHER_HASH: "its file has another hash",
    PackageRule.EVIDENCE_ELSEWHERE: "its evidence is not among the evidence",
    PackageRule.CUSTODY_BROKEN: "its chain of custody does not hold",
    PackageRule.EVIDENCE: "its evidence does not prove these files",
    PackageRule.STATE_SECRET: "state secrets are never taken in (B16)",
    PackageRule.ACCESS: "its access level, flags or grounds are none that are known here (B9)",
    PackageRule.CONFLICT: "another document already has this id",
    PackageRule.EXISTS: "it exists already",
}
LONGEST = 300
"""characters of a detail: it may quote a stranger's file"""


@dataclass(frozen=True, slots=True)
class PackageFault:
    """One thing that is wrong: the rule, the file or line it is about, and what a machine had to say of it."""

    rule: PackageRule
    where: str = ""
    """a path within the package, an entry of a ZIP, a line of a list; empty: the package as a whole"""
    detail: str = ""
    """in English and never translated: a name, a number, a parser's words"""

    def __str__(self) -> str:
        said = f"{self.where}: {_WORDS[self.rule]}" if self.where else _WORDS[self.rule]
        return f"{said}: {self.detail[:LONGEST]}" if self.detail else said


class FaultFound(ValueError):
    """A fault met where nobody knows yet of which file; whoever does makes a PackageFault of it."""

    def __init__(self, rule: PackageRule, detail: str = "") -> None:
        super().__init__(rule, detail)
        self.rule = rule
        self.detail = detail


def located(error: Exception, where: str, otherwise: PackageRule) -> PackageFault:
    """The fault of a file: as it was found, or for any other error the rule that file broke by being unreadable."""
    if isinstance(error, FaultFound):
        return PackageFault(error.rule, where, error.detail)
    return PackageFault(otherwise, where, str(error) if isinstance(error, OSError) else repr(error))
