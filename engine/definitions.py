"""Deployed packages and what they compile to, kept for the whole process: cases share specs, they never change them."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from uuid import uuid4

from engine.definition import ProcessDefinition, ProcessPackage
from engine.errors import DefinitionNotFound
from engine.package import package_from_files
from engine.prepared import Row
from engine.spiff.program import CompiledProcesses, Program, compile_package, link
from engine.store import Store

_EPOCH = (1980, 1, 1, 0, 0, 0)
KEPT_PROGRAMS = 256


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """A package's files as a ZIP archive; the same files give the same bytes, and any tool opens them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack_files(packed: bytes) -> dict[str, bytes]:
    """The files again."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class DefinitionCache:
    """Definitions by key and content, their compiled specs, and programs by root and bindings. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._definitions: dict[tuple[str, str], ProcessDefinition] = {}
        self._compiled: dict[str, CompiledProcesses] = {}
        self._programs: dict[tuple[tuple[str, str], ...], Program] = {}

    def definition(self, key: str, sha256: str, read: Callable[[], ProcessDefinition]) -> ProcessDefinition:
        """The definition of that content; `read` fetches it the first time."""
        with self._lock:
            known = self._definitions.get((key, sha256))
        if known is None:
            known = read()
            with self._lock:
                self._definitions[key, sha256] = known
        return known

    def compiled(self, package: ProcessPackage) -> CompiledProcesses:
        """The package's specs; raises PackageInvalid or DefinitionRefused."""
        with self._lock:
            if package.sha256 not in self._compiled:
                self._compiled[package.sha256] = compile_package(package)
            return self._compiled[package.sha256]

    def program(self, root: ProcessPackage, called: Mapping[str, ProcessPackage]) -> Program:
        """The root bound to these packages."""
        others = [package for key, package in sorted(called.items()) if key != root.key]
        name = tuple((package.key, package.sha256) for package in (root, *others))
        with self._lock:
            program = self._programs.get(name)
        if program is None:
            program = link(self.compiled(root), [self.compiled(package) for package in others])
            with self._lock:
                while len(self._programs) >= KEPT_PROGRAMS:
                    del self._programs[next(iter(self._programs))]
                self._programs[name] = program
        return program


class Repository:
    """The deployed definitions as one session sees them, through the cache."""

    def __init__(self, store: Store, cache: DefinitionCache) -> None:
        self._store = store
        self._cache = cache

    def deploy(self, package: ProcessPackage, *, by: str, at: datetime) -> ProcessDefinition:
        """A new version, or the one that has this very content. Raises PackageInvalid or DefinitionRefused."""
        self._cache.compiled(package)
        row = {
            "key": package.key,
            "sha256": package.sha256,
            "files": pack_files(package.files),
            "deployed_at": at,
            "deployed_by": by,
        }
        while (known := self._store.definition_of_content(package.key, package.sha256)) is None:
            newest = self._store.definition(package.key)
            version = newest["version"] + 1 if newest else 1
            self._store.insert_definition({**row, "id": uuid4(), "version": version})
        return self._read(known["key"], known["sha256"])

    def definition(self, key: str, version: int | None = None) -> ProcessDefinition:
        """A deployed version, the newest unless one is named. Raises DefinitionNotFound."""
        row = self._store.definition(key, version)
        if row is None:
            raise DefinitionNotFound(key, version)
        return self._read(key, row["sha256"])

    def newest(self) -> list[ProcessDefinition]:
        """The newest version of each process."""
        return [self._read(row["key"], row["sha256"]) for row in self._store.newest_definitions()]

    def bind(self, root: ProcessDefinition) -> dict[str, ProcessDefinition]:
        """The root and the newest version of every process it may come to call. Raises DefinitionNotFound."""
        bound = {root.key: root}
        todo = list(root.package.calls)
        while todo:
            key = todo.pop()
            if key not in bound:
                bound[key] = self.definition(key)
                todo.extend(bound[key].package.calls)
        return bound

    def bound(self, bindings: Mapping[str, str]) -> dict[str, ProcessDefinition]:
        """The definitions a case was bound to."""
        return {key: self._read(key, sha256) for key, sha256 in bindings.items()}

    def compiled(self, key: str, sha256: str) -> CompiledProcesses:
        """The processes of one definition, without those they call."""
        return self._cache.compiled(self._read(key, sha256).package)

    def program(self, root: ProcessDefinition, bound: Mapping[str, ProcessDefinition]) -> Program:
        """The compiled program of a case."""
        return self._cache.program(root.package, {key: one.package for key, one in bound.items()})

    def _read(self, key: str, sha256: str) -> ProcessDefinition:
        return self._cache.definition(key, sha256, lambda: self._fetch(key, sha256))

    def _fetch(self, key: str, sha256: str) -> ProcessDefinition:
        row: Row | None = self._store.definition_of_content(key, sha256)
        if row is None:
            raise DefinitionNotFound(key)
        return ProcessDefinition(
            key=key,
            version=row["version"],
            sha256=sha256,
            deployed_at=row["deployed_at"],
            package=package_from_files(unpack_files(row["files"])),
        )
