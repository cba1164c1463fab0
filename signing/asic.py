"""Judging ASiC containers (ETSI EN 319 162-1): the signatures in META-INF, over the files beside it.

CAdES signatures are judged as any CMS; XAdES is not judged here and leaves the verdict open, as does what no signature
covers. A container is read in memory, within caps.
"""

import base64
import hashlib
import hmac
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote

from lxml import etree

from signing.cades import judge_signature, judged
from signing.report import (
    Finding,
    SignatureReport,
    ValidationReport,
    Verdict,
    first_line,
    format_failure,
    limit_exceeded,
)
from signing.trust import TrustStore

MOST_ENTRIES, MOST_BYTES = 2000, 512 * 1024 * 1024
META = "META-INF/"
CADES = re.compile(r"META-INF/[^/]*signature[^/]*\.p7s", re.IGNORECASE)
XADES = re.compile(r"(META-INF/[^/]*signatures?|_xmlsignatures/)[^/]*\.xml", re.IGNORECASE)
"""of ASiC and OpenDocument, and of Office Open XML"""
MANIFEST = re.compile(r"META-INF/[^/]*ASiCManifest[^/]*\.xml", re.IGNORECASE)
ASIC, DSIG = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
Files = Mapping[str, bytes]


class _TooMuch(Exception):
    """A container beyond the caps."""


def judge_container(content: bytes, trust: TrustStore, at: datetime) -> ValidationReport:
    """All signatures of a container together. Never raises."""
    try:
        files = _files(content)
    except _TooMuch as error:
        return limit_exceeded(str(error))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        return format_failure(f"no readable ZIP: {first_line(error)}")
    objects = {name for name in files if name != "mimetype" and not name.startswith(META)}
    signatures: list[SignatureReport] = []
    covered: set[str] = set()
    findings: list[tuple[Verdict, str]] = []
    for name in sorted(each for each in files if CADES.fullmatch(each)):
        signed, over, wrong = _signed(files, name, objects)
        findings += [(Verdict.TOTAL_FAILED, each) for each in wrong]
        if signed is None:
            told = Finding.SIGNATURE_INDETERMINATE.says(f"{name}: nothing says what it signs (SIGNED_DATA_NOT_FOUND)")
            findings.append((Verdict.INDETERMINATE, told))
            continue
        signatures.append(judge_signature(name, files[name], signed, trust, at))
        covered |= over
    return judged(signatures, (*findings, *_left_open(files, signatures, objects - covered)))


def signed_files(content: bytes, signature: str) -> list[bytes]:
    """The files of a judged container that one of its signatures covers.

    :param signature: its name in the container, as the report calls it
    """
    files = _files(content)
    objects = {name for name in files if name != "mimetype" and not name.startswith(META)}
    _, covered, _ = _signed(files, signature, objects)
    return [files[name] for name in sorted(covered) if name in files]


def _left_open(files: Files, signatures: list[SignatureReport], bare: set[str]) -> list[tuple[Verdict, str]]:
    """What keeps the verdict open."""
    told = [
        Finding.SIGNATURE_INDETERMINATE.says(f"{name}: an XML signature, which is kept and not judged here")
        for name in sorted(files)
        if XADES.fullmatch(name)
    ]
    if not signatures and not told:
        told.append(Finding.NO_SIGNATURE.says("no signature in the container"))
    if signatures and bare:
        told.append(Finding.NOT_WHOLE_FILE.says(f"no signature covers {', '.join(sorted(bare)[:5])}"))
    return [(Verdict.INDETERMINATE, each) for each in told]


def _files(content: bytes) -> Files:
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        entries = [entry for entry in container.infolist() if not entry.is_dir()]
        if len(entries) > MOST_ENTRIES:
            raise _TooMuch(f"more than {MOST_ENTRIES} files in a container")
        for entry in entries:
            if entry.filename in files:
                raise ValueError(f"{entry.filename[:80]!r} is there twice")
            with container.open(entry) as file:
                files[entry.filename] = file.read(left + 1)
            left -= len(files[entry.filename])
            if left < 0:
                raise _TooMuch(f"more than {MOST_BYTES // 2**20} MB in a container")
    return files


def _signed(files: Files, signature: str, objects: set[str]) -> tuple[bytes | None, set[str], list[str]]:
    """What a signature is over: its manifest with the files that names, or the one file there is (ASiC-S)."""
    for name in sorted(each for each in files if MANIFEST.fullmatch(each)):
        try:
            named, listed = _manifest(files[name])
        except (ValueError, etree.XMLSyntaxError) as error:
            return None, set(), [Finding.FORMAT_FAILURE.says(f"{name}: {first_line(error)}")]
        if named == signature:
            wrong = [each for each, (kind, digest) in listed.items() if not _is(files.get(each), kind, digest)]
            told = [Finding.DIGEST_MISMATCH.says(f"{each}: changed or missing since it was signed") for each in wrong]
            return files[name], set(listed), told
    if len(objects) == 1:
        return files[next(iter(objects))], set(objects), []
    return None, set(), []


def _manifest(content: bytes) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """The signature an ASiCManifest names, and each file with its digest."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type is not read")
    reference = root.find(f"{ASIC}SigReference")
    listed: dict[str, tuple[str, bytes]] = {}
    for each in root.iter(f"{ASIC}DataObjectReference"):
        method, value = each.find(f"{DSIG}DigestMethod"), each.find(f"{DSIG}DigestValue")
        if method is None or value is None or method.get("Algorithm") not in DIGESTS:
            raise ValueError("a reference without a digest that is believed")
        kind = DIGESTS[str(method.get("Algorithm"))]
        listed[unquote(str(each.get("URI")))] = kind, base64.b64decode(value.text or "", validate=True)
    return "" if reference is None else unquote(str(reference.get("URI"))), listed


def _is(content: bytes | None, kind: str, digest: bytes) -> bool:
    return content is not None and hmac.compare_digest(hashlib.new(kind, content).digest(), digest)
