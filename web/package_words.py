"""What is wrong with a package that was handed in, and what to do, in the page's language."""

from collections.abc import Sequence

from processes.use_cases.hand_in_package import PackageFault, PackageRule
from web.findings import PageFinding
from web.texts import gettext as _

SHOWN = 10
"""faults that a page lists; one changed list makes thousands"""


def package_findings(faults: Sequence[PackageFault]) -> list[PageFinding]:
    """That nothing was taken, then each fault with its place and its rule."""
    told = [PageFinding(text=_("Nothing of the package is taken."), href="#package")]
    told += [PageFinding(text=_line(fault), href="#package") for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        told.append(PageFinding(text=_("And %(count)d more.", count=len(faults) - SHOWN), href="#package"))
    return told


def package_advice(faults: Sequence[PackageFault]) -> list[str]:
    """What to do, each sentence once."""
    return list(dict.fromkeys(_advice(fault.rule) for fault in faults))


def _line(fault: PackageFault) -> str:
    what = fault_words(fault.rule)
    said = f"{fault.where}: {what}" if fault.where else what
    return f"{said} {_('Rule: %(rule)s.', rule=fault.rule)}"


def fault_words(rule: PackageRule) -> str:
    """What the rule says is wrong."""
    return {**_of_files(), **_of_zips(), **_of_formats(), **_of_documents()}[rule]


def _of_files() -> dict[PackageRule, str]:
    return {
        PackageRule.MISSING: _("The manifest names it, and it is missing."),
        PackageRule.CHANGED: _("It was changed: its SHA-256 is another than the manifest's."),
        PackageRule.ADDED: _("It was added: no manifest names it."),
        PackageRule.LINK: _("It is a link or a device, no file."),
        PackageRule.TWO_DIGESTS: _("Two manifests name it with different digests."),
        PackageRule.LIST_UNREADABLE: _("The list of digests is missing or cannot be read."),
        PackageRule.LINE_OUTSIDE: _("It names something that is no file of the package."),
        PackageRule.LINE_WITHOUT_DIGEST: _("It names a file without its SHA-256."),
    }


def _of_zips() -> dict[PackageRule, str]:
    return {
        PackageRule.NOT_A_ZIP: _("It is no ZIP, or it is cut off or damaged."),
        PackageRule.TOO_MANY_ENTRIES: _("The ZIP has more entries than are read."),
        PackageRule.PATH_OUTSIDE: _("Its path leads out of the package."),
        PackageRule.TWICE: _("It is in the ZIP twice, and nobody can say which one counts."),
        PackageRule.ENCRYPTED: _("It is encrypted."),
        PackageRule.COMPRESSION: _("It is compressed in a way that is not read here."),
        PackageRule.BOMB: _("It grows without end when it is unpacked."),
    }


def _of_formats() -> dict[PackageRule, str]:
    return {
        PackageRule.NO_MANIFEST: _("It has no manifest: it is neither BagIt, E-ARK, ASiC-E nor a folder for people."),
        PackageRule.NOT_BAGIT: _("It does not say that it is BagIt 1.0."),
        PackageRule.NOT_METS: _("It is no METS."),
        PackageRule.NO_EVIDENCE_MANIFEST: _("The ASiC-E container has no manifest of an evidence record."),
        PackageRule.NO_XML: _("It is no XML that can be read."),
        PackageRule.XML_TOO_BIG: _("It is larger than is read."),
        PackageRule.DOCUMENT_TYPE: _("It has a document type, which can name entities and is not read."),
        PackageRule.NO_DOCUMENTS: _("It describes no document as this archive does."),
        PackageRule.EXISTS: _("Something of that name is there already."),
    }


def _of_documents() -> dict[PackageRule, str]:
    return {
        PackageRule.DESCRIPTION: _("It does not describe a document as this archive does."),
        PackageRule.DESCRIPTION_TOO_BIG: _("The description is larger than is read."),
        PackageRule.FILE_ELSEWHERE: _("The file it describes is not among the documents."),
        PackageRule.OTHER_HASH: _("The file it describes has another SHA-256 than it says."),
        PackageRule.EVIDENCE_ELSEWHERE: _("The evidence it names is not in the package, or cannot be read."),
        PackageRule.CUSTODY_BROKEN: _("Its chain of custody does not hold: a line was changed, added or left out."),
        PackageRule.EVIDENCE: _("An evidence record does not prove the files it is about."),
        PackageRule.STATE_SECRET: _("It says that it is a state secret, which is never taken in (B16)."),
        PackageRule.ACCESS: _("Its access level, flags or grounds are none that are known here (B9)."),
        PackageRule.CONFLICT: _("Another document has the same id here, with other bytes."),
    }


def _advice(rule: PackageRule) -> str:
    if rule in _of_formats():
        return _("Hand in a package of one of the formats that are named below, as another archive gave it out.")
    if rule in {PackageRule.STATE_SECRET, PackageRule.ACCESS, PackageRule.CONFLICT, PackageRule.DESCRIPTION}:
        return _("Ask the archive that gave it out to correct what it says of the document and to give it out anew.")
    if rule in _of_zips() and rule != PackageRule.NOT_A_ZIP:
        return _("Do not unpack it. Ask whoever sent it how it was made, and for a plain ZIP of the package.")
    return _("Fetch the package again, or ask for it anew: it was damaged or changed after it was given out.")
