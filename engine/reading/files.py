"""The files of a package: sizes, texts, TOML and JSON, each fault a finding instead of an exception."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from engine.reading.tables import Findings, Table

MAX_FILES = 300
MAX_PACKAGE = 20_000_000
"""bytes of a whole package"""
MAX_FILE = 5_000_000


def read_folder(folder: Path, findings: Findings) -> dict[str, bytes]:
    """The files of a folder by relative POSIX path. Hidden ones are left out, links are refused."""
    if not folder.is_dir():
        findings.add(str(folder), "package-folder", "there is no such folder")
        return {}
    files: dict[str, bytes] = {}
    room = MAX_PACKAGE
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _hidden(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not path.is_file():
            findings.add(name, "package-link", "a package holds plain files only: replace the link by its file")
            continue
        room -= path.stat().st_size
        if room < 0 or len(files) >= MAX_FILES:
            findings.add(name, "package-size", f"a package has at most {MAX_FILES} files and {MAX_PACKAGE:,} bytes")
            break
        files[name] = path.read_bytes()
    return files


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__")) or part.endswith("~") for part in PurePosixPath(name).parts)


def sha256_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted files: of each its name, a zero byte, its length, a zero byte, its bytes."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


class PackageFiles:
    """The files being read, with the findings about them."""

    def __init__(self, files: Mapping[str, bytes], findings: Findings) -> None:
        self.files = files
        self.findings = findings
        for name, content in files.items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or path.as_posix() != name:
                findings.add(name, "package-path", "the path must be relative and stay inside the package")
            if len(content) > MAX_FILE:
                findings.add(name, "package-size", f"the file has more than {MAX_FILE:,} bytes")
        if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_PACKAGE:
            findings.add("", "package-size", f"a package has at most {MAX_FILES} files and {MAX_PACKAGE:,} bytes")

    def named(self, folder: str, ending: str) -> Iterator[tuple[str, str]]:
        """(name, path) of the files directly in a folder whose names end so."""
        for path in sorted(self.files):
            if path.startswith(folder) and path.endswith(ending) and "/" not in path[len(folder) :]:
                yield path[len(folder) : -len(ending)], path

    def required(self, path: str) -> bytes:
        """A file that must be there."""
        if path not in self.files:
            self.findings.add(path, "package-file", f"{path} is missing in the package")
        return self.files.get(path, b"")

    def text(self, path: str) -> str:
        """A UTF-8 text."""
        try:
            return self.files.get(path, b"").decode("utf-8-sig")
        except UnicodeDecodeError:
            self.findings.add(path, "package-encoding", "the file is not UTF-8: save it as UTF-8")
            return ""

    def toml(self, path: str) -> Table:
        """The top table of a TOML file."""
        content: dict[str, Any] = {}
        try:
            content = tomllib.loads(self.text(path))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self.findings.add(path, "package-toml", f"this is not valid TOML: {error}")
        return Table(content, file=path, path="", findings=self.findings)

    def json(self, path: str) -> dict[str, Any]:
        """A JSON object; a key given twice is a fault, not the last one's victory."""
        try:
            content = json.loads(self.text(path), object_pairs_hook=_without_doubles)
        except (ValueError, RecursionError) as error:
            self.findings.add(path, "package-json", f"this is not valid JSON: {error}")
            return {}
        if isinstance(content, dict):
            return content
        self.findings.add(path, "package-json", "the file must hold one JSON object")
        return {}


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is given twice")
        found[key] = value
    return found
