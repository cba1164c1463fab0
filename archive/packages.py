"""Packages that leave the archive: a BagIt folder (RFC 8493) that anybody checks with `sha256sum -c`.

A bag is whole or not there: it is written beside its place and renamed when it is complete.
"""

import hashlib
import html
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from archive.custody import CustodyEvent, CustodyHead, verify_chain
from archive.documents import ArchivedDocument, Revision
from archive.errors import CustodyBroken, PackageRefused

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
DOCUMENTS, METADATA = "data/documents", "data/metadata"
LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")
CHUNK = 2**20
LARGEST_METADATA = 16 * 2**20
ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt", "image/png": ".png", "image/jpeg": ".jpg"}
"""of the media types that people open; others keep none"""
HEADINGS = {
    "az": ("Arxivdən sənədlər", "Nömrə", "Sənəd", "Tarix", "İmzalayan", "Fayl"),
    "kk": ("Мұрағат құжаттары", "Нөмірі", "Құжат", "Күні", "Қол қойған", "Файл"),
    "ru": ("Документы архива", "Номер", "Документ", "Дата", "Подписал", "Файл"),
    "en": ("Documents of the archive", "Number", "Document", "Date", "Signed by", "File"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedDocument:
    """A document as a package carries it."""

    document: ArchivedDocument
    content: bytes
    revisions: Sequence[Revision]
    custody: Sequence[CustodyEvent]


class Bag:
    """A bag being filled. Names are paths below it, with `/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[str, str] = {}
        self._payload = 0
        self._listed: list[tuple[PackagedDocument, str]] = []

    def add(self, packaged: PackagedDocument) -> None:
        """The document's newest bytes, and beside them all that the archive knows of it."""
        number = len(self._listed) + 1
        name = f"{number:04}-{_safe(packaged.document.number)}"
        file = f"{DOCUMENTS}/{name}{ENDINGS.get(packaged.document.media_type, '')}"
        self.write(file, packaged.content)
        described = {"file": file, **_described(packaged)}
        self.write(f"{METADATA}/{name}.json", json.dumps(described, ensure_ascii=False, indent=1).encode())
        self._listed.append((packaged, file))

    def write(self, name: str, content: bytes) -> None:
        """A file of the payload, below `data/`, or a tag file anywhere else."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._digests[name] = hashlib.sha256(content).hexdigest()
        self._payload += len(content) if name.startswith("data/") else 0

    def finish(self, info: Mapping[str, str], *, language: str) -> None:
        """The index page, the manifests and what the bag says of itself."""
        payload = [name for name in self._digests if name.startswith("data/")]
        told = {**info, "Payload-Oxum": f"{self._payload}.{len(payload)}"}
        self.write("index.html", _index(self._listed, language).encode())
        self.write("bagit.txt", DECLARATION.encode())
        self.write("bag-info.txt", "".join(f"{name}: {_one_line(value)}\n" for name, value in told.items()).encode())
        self.write(MANIFEST, self._manifest(payload))
        self.write(TAG_MANIFEST, self._manifest([name for name in self._digests if name not in payload]))

    def _manifest(self, names: Sequence[str]) -> bytes:
        return "".join(f"{self._digests[name]}  {name}\n" for name in sorted(names)).encode()


@contextmanager
def new_bag(target: Path) -> Iterator[Bag]:
    """A bag that stands at `target` when the block has ended well, and leaves nothing otherwise.

    :raises PackageRefused: something is there already
    """
    if target.exists():
        raise PackageRefused(folder=str(target), reason="it exists already")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
    partial.mkdir(parents=True)
    try:
        yield Bag(partial)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def is_bag(folder: Path) -> bool:
    """Whether a folder says that it is one."""
    return (folder / "bagit.txt").is_file()


def check_bag(folder: Path) -> list[str]:
    """What is wrong with a bag: a file missing, changed or added, a line nobody can read. Empty: it is whole.

    :raises PackageRefused: no bag of this version
    """
    try:
        declared = (folder / "bagit.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackageRefused(folder=str(folder), reason="there is no readable bagit.txt") from error
    if declared.splitlines()[:1] != DECLARATION.splitlines()[:1]:
        raise PackageRefused(folder=str(folder), reason="not BagIt 1.0")
    payload, findings = _read_manifest(folder, MANIFEST)
    tags, more = _read_manifest(folder, TAG_MANIFEST)
    listed = {**payload, **tags}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    findings += more
    findings += [f"{name}: missing" for name in sorted(listed.keys() - there)]
    findings += [f"{name}: added, no manifest names it" for name in sorted(there - listed.keys() - {TAG_MANIFEST})]
    findings += [f"{name}: changed" for name in sorted(listed.keys() & there) if _digest(folder / name) != listed[name]]
    return findings


def packaged_documents(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """What a checked bag tells of each document, in its order, and where its bytes are.

    :raises PackageRefused: its description is not as this archive writes it, or says other than the file or the chain
    """
    for path in sorted((folder / METADATA).glob("*.json")):
        try:
            told = json.loads(_capped(path))
            file = folder / told["file"]
            _check_described(told, file, folder)
        except (KeyError, TypeError, ValueError, CustodyBroken) as error:
            raise PackageRefused(folder=str(folder), reason=f"{path.name}: {error}") from error
        yield told, file


def _capped(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST_METADATA + 1)
    if len(content) > LARGEST_METADATA:
        raise ValueError("too big")
    return content


def _check_described(told: Mapping[str, Any], file: Path, folder: Path) -> None:
    if not file.resolve().is_relative_to((folder / DOCUMENTS).resolve()) or not file.is_file():
        raise ValueError("its file is not among the documents")
    if _digest(file) != told["sha256"]:
        raise ValueError("its file has another hash")
    events = [_event(told["id"], each) for each in told["custody"]]
    verify_chain(
        CustodyHead(document_id=UUID(told["id"]), seq=told["custody_seq"], sha256=told["custody_head"]), events
    )


def _event(document_id: str, told: Mapping[str, Any]) -> CustodyEvent:
    values = {**told, "document_id": UUID(document_id), "at": datetime.fromisoformat(told["at"])}
    return CustodyEvent(**values)


def _read_manifest(folder: Path, name: str) -> tuple[dict[str, str], list[str]]:
    try:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}, [f"{name}: not readable"]
    found: dict[str, str] = {}
    findings: list[str] = []
    for number, line in enumerate(lines, start=1):
        read = LINE.fullmatch(line)
        if read is None or not (folder / read[2]).resolve().is_relative_to(folder.resolve()):
            findings.append(f"{name}: line {number} names no file of the bag")
            continue
        found[read[2]] = read[1]
    return found, findings


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _described(packaged: PackagedDocument) -> dict[str, Any]:
    document = {name: _plain(value) for name, value in asdict(packaged.document).items() if name != "seq"}
    revisions = [_without_id(asdict(each)) for each in packaged.revisions]
    custody = [_without_id(asdict(each)) for each in packaged.custody]
    return {**document, "revisions": revisions, "custody": custody}


def _without_id(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items() if name != "document_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _index(listed: Sequence[tuple[PackagedDocument, str]], language: str) -> str:
    """A page without scripts that opens from the folder."""
    title, *headings = HEADINGS[language]
    head = "".join(f"<th>{html.escape(each)}</th>" for each in headings)
    rows = "\n".join(_row(packaged.document, file) for packaged, file in listed)
    style = "body{font-family:sans-serif;margin:2rem}td,th{padding:.3rem .8rem;text-align:left;vertical-align:top}"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style} code{{font-size:.75rem}}</style></head>\n<body><h1>{html.escape(title)}</h1>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></body></html>\n"
    )


def _row(document: ArchivedDocument, file: str) -> str:
    signers = "<br>".join(html.escape(str(each.get("name", ""))) for each in document.signers)
    name = html.escape(file)
    cells = (
        html.escape(document.number),
        html.escape(document.title),
        document.dated_on.isoformat(),
        signers,
        f'<a href="{name}">{name.rpartition("/")[2]}</a><br><code>{document.sha256}</code>',
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _safe(number: str) -> str:
    """A number as a file name: letters, digits, dots and hyphens of any script stay."""
    return re.sub(r"[^\w.-]+", "_", number).strip("._")[:80] or "document"


def _one_line(value: str) -> str:
    return " ".join(value.split())
