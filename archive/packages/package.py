"""A package being filled, whatever its format: documents and what is known of them, then the format's own files."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from archive.custody import hashed_line
from archive.packages.described import ENDINGS, Layout, PackagedDocument, described, safe_name
from archive.packages.folder import Folder, WrittenFile

Prove = Callable[[Sequence[bytes]], bytes]
"""SHA-256 digests of objects → an evidence record over exactly them (RFC 4998, DER)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInfo:
    """What a package says of itself."""

    name: str
    organisation: str
    made_at: datetime
    language: str
    """of the page that opens first: az, kk, ru or en"""
    software: str
    """name and version of what made it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A document of the package and its files."""

    packaged: PackagedDocument
    file: WrittenFile
    metadata: WrittenFile
    evidence: Sequence[WrittenFile]


class Package(ABC):
    """A package being filled."""

    layout: ClassVar[Layout]

    def __init__(self, folder: Folder, info: PackageInfo) -> None:
        self.folder = folder
        self.info = info
        self.added: list[Added] = []

    def add(self, packaged: PackagedDocument) -> None:
        """The document's newest bytes, and beside them all that the archive knows of it."""
        name = f"{len(self.added) + 1:04}-{safe_name(packaged.document.number)}"
        media_type = packaged.document.media_type
        ending, layout = ENDINGS.get(media_type, ""), self.layout
        file = self.folder.write(f"{layout.documents}/{name}{ending}", packaged.content, media_type)
        evidence = [
            self.folder.write(f"{layout.evidence}/{name}-{place}.ers", record, "application/octet-stream")
            for place, record in enumerate(packaged.evidence, start=1)
        ]
        told = described(packaged, file.name, [each.name for each in evidence], self._add_proofs(name, packaged))
        metadata = self.folder.write(f"{layout.metadata}/{name}.json", told, "application/json")
        self.added.append(Added(packaged=packaged, file=file, metadata=metadata, evidence=evidence))

    def _add_proofs(self, name: str, packaged: PackagedDocument) -> list[dict[str, Any]]:
        """The chain of custody as it was hashed, and the records about it and about earlier revisions."""
        start, told = f"{self.layout.evidence}/{name}", []
        self.folder.write(f"{start}.custody.jsonl", b"".join(hashed_line(each) + b"\n" for each in packaged.custody))
        for proof in packaged.proofs:
            self.folder.write(f"{start}.{proof.kind}.ers", proof.record)
            if proof.statement:
                self.folder.write(f"{start}.{proof.kind}.json", proof.statement, "application/json")
            told.append(proof.told(f"{start}.{proof.kind}.ers"))
        return told

    def attach(self, name: str, content: bytes) -> None:
        """A certificate or a list beside the documents."""
        self.folder.write(f"{self.layout.trust}/{name}", content)

    @abstractmethod
    def finish(self) -> None:
        """The files of the format itself."""
