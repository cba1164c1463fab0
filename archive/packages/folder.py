"""A package's folder: files written once with their digests, and what another folder's list of digests says."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.package_faults import PackageFault, PackageRule

LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")
CHUNK = 2**20
Told = Callable[[int, int], None]
"""so many files are read, of so many"""


def nobody(_done: int, _total: int) -> None:
    """A Told for those who do not ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file of a package. Its name is a path below it, with `/`."""

    name: str
    sha256: str
    bytes: int
    media_type: str


class Folder:
    """A folder being filled; nothing in it is written twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, WrittenFile] = {}

    def write(self, name: str, content: bytes, media_type: str = "application/octet-stream") -> WrittenFile:
        """A file, on the disk when this returns."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written = WrittenFile(
            name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), media_type=media_type
        )
        self.files[name] = written
        return written

    def sums(self, names: Iterator[str]) -> bytes:
        """A list that `sha256sum -c` reads."""
        return "".join(f"{self.files[name].sha256}  {name}\n" for name in sorted(names)).encode()


def is_below(name: str) -> bool:
    """Whether a stranger's name is one of a file below a package, on any system."""
    parts = name.split("/")
    return bool(name) and ".." not in parts and parts[0] != "" and not {":", "\\", "\0"} & {*name}


def inside(folder: Path, path: Path) -> bool:
    """Whether a path stays below a folder whatever links and dots it has."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a name no file system takes, a ring of links
        return False


def digest_of(path: Path) -> str:
    """SHA-256 of a file, lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read_sums(folder: Path, name: str) -> tuple[dict[str, str], list[PackageFault]]:
    """A list of digests and what is wrong with it."""
    try:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}, [PackageFault(PackageRule.LIST_UNREADABLE, name)]
    found: dict[str, str] = {}
    findings: list[PackageFault] = []
    for number, line in enumerate(lines, start=1):
        read = LINE.fullmatch(line)
        if read is None or not inside(folder, folder / read[2]):
            findings.append(PackageFault(PackageRule.LINE_OUTSIDE, f"{name}:{number}"))
            continue
        found[read[2]] = read[1]
    return found, findings


def compared(
    folder: Path, listed: Mapping[str, str], unlisted: frozenset[str], told: Told = nobody
) -> list[PackageFault]:
    """What differs between a folder and a list of its files' digests.

    :param unlisted: files that are in no list: the lists themselves
    :param told: how many files are read, of how many
    """
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    links = {name for name, path in paths.items() if path.is_symlink() or not path.is_file()}
    there = {name for name in paths if name not in links}
    wrong = {
        PackageRule.LINK: [*sorted(links), *(each.relative_to(folder).as_posix() for each in _linked_folders(folder))],
        PackageRule.MISSING: sorted(listed.keys() - paths.keys()),
        PackageRule.ADDED: sorted(there - listed.keys() - unlisted),
        PackageRule.CHANGED: list(
            _changed(folder, {name: listed[name] for name in sorted(listed.keys() & there)}, told)
        ),
    }
    return [PackageFault(rule, name) for rule, names in wrong.items() for name in names]


def _changed(folder: Path, listed: Mapping[str, str], told: Told) -> Iterator[str]:
    for done, (name, digest) in enumerate(listed.items(), 1):
        if digest_of(folder / name) != digest:
            yield name
        told(done, len(listed))


def _linked_folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink() and path.is_dir())
