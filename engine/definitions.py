"""Deployed packages and what they compile to, kept for the whole process: cases share specs, they never change them."""

import io
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import TypeVar
from uuid import UUID, uuid4

from engine.definition import ProcessDefinition, ProcessPackage
from engine.errors import DefinitionNotFound
from engine.package import package_from_files
from engine.prepared import Row
from engine.reading.calls import BOUND, CallBinding, CallTarget, key_of
from engine.spiff.program import CompiledProcesses, Program, compile_package, link
from engine.store import Store

_LATEST = f"{BOUND}{CallBinding.LATEST.value}"
_EPOCH = (1980, 1, 1, 0, 0, 0)
KEPT_PROGRAMS = 256
"""several versions of every process an office has"""


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


Linked = tuple[Mapping[str, ProcessDefinition], Program]
"""the definitions a case is bound to, and their program; shared, so never changed"""
Key = TypeVar("Key")
Value = TypeVar("Value")


class DefinitionCache:
    """Definitions by key and content, their compiled specs, and programs by root and bindings. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._definitions: dict[tuple[str, str], ProcessDefinition] = {}
        self._compiled: dict[tuple[str, str, str], CompiledProcesses] = {}
        self._programs: dict[tuple[tuple[str, str], ...], Program] = {}
        self._linked: dict[tuple[str, tuple[tuple[str, str], ...]], Linked] = {}

    def definition(self, key: str, sha256: str, read: Callable[[], ProcessDefinition]) -> ProcessDefinition:
        """The definition of that content; `read` fetches it the first time."""
        with self._lock:
            known = self._definitions.get((key, sha256))
        if known is None:
            known = read()
            with self._lock:
                self._definitions[key, sha256] = known
        return known

    def compiled(self, package: ProcessPackage, suffix: str = "") -> CompiledProcesses:
        """The package's specs; raises PackageInvalid or DefinitionRefused."""
        with self._lock:
            name = (package.key, package.sha256, suffix)
            if name not in self._compiled:
                self._compiled[name] = compile_package(package, suffix)
            return self._compiled[name]

    def program(self, root: ProcessPackage, called: Mapping[str, ProcessPackage]) -> Program:
        """The root bound to these packages, by what each goes by."""
        others = {key: package for key, package in sorted(called.items()) if key != root.key}
        name = ((root.key, root.sha256), *((key, package.sha256) for key, package in others.items()))
        with self._lock:
            program = self._programs.get(name)
        if program is None:
            compiled = [self.compiled(package, key.removeprefix(package.key)) for key, package in others.items()]
            program = link(self.compiled(root), compiled)
            self._keep(self._programs, name, program)
        return program

    def linked(self, key: str, bindings: Mapping[str, str], read: Callable[[], Linked]) -> Linked:
        """What a case of that root and those bindings runs; `read` puts it together the first time."""
        name = (key, tuple(bindings.items()))
        with self._lock:
            found = self._linked.get(name)
        if found is None:
            found = read()
            self._keep(self._linked, name, found)
        return found

    def _keep(self, known: dict[Key, Value], name: Key, value: Value) -> None:
        """Remember it, and let go of what was remembered first where that would be too much."""
        with self._lock:
            while len(known) >= KEPT_PROGRAMS:
                del known[next(iter(known))]
            known[name] = value


class Repository:
    """The deployed definitions as one session sees them, through the cache."""

    def __init__(self, store: Store, cache: DefinitionCache) -> None:
        self._store = store
        self._cache = cache

    def deploy(
        self, package: ProcessPackage, *, by: str, at: datetime, deployment: UUID | None = None
    ) -> ProcessDefinition:
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
        self._store.insert_deployment(
            {
                "id": deployment or uuid4(),
                "definition_key": package.key,
                "definition_version": known["version"],
                "deployed_at": at,
            }
        )
        return self._read(known["key"], known["sha256"])

    def definition(self, key: str, version: int | None = None) -> ProcessDefinition:
        """A deployed version, the newest unless one is named. Raises DefinitionNotFound."""
        return self.each([(key, version)])[0]

    def each(self, named: Sequence[tuple[str, int | None]]) -> list[ProcessDefinition]:
        """Several in their order, each as `definition` tells it, asked for at once. Raises DefinitionNotFound."""
        found = []
        for (key, version), row in zip(named, self._store.each_definition(named), strict=True):
            if row is None:
                raise DefinitionNotFound(key, version)
            found.append(self._read(key, row["sha256"]))
        return found

    def newest(self) -> list[ProcessDefinition]:
        """The newest version of each process."""
        return [self._read(row["key"], row["sha256"]) for row in self._store.newest_definitions()]

    def bind(self, root: ProcessDefinition, versions: Mapping[str, int] | None = None) -> dict[str, ProcessDefinition]:
        """The root and every process it may come to call, by what each goes by: the newest version unless `versions`
        or the call's own binding says otherwise. Raises DefinitionNotFound.
        """
        return self._completed({root.key: root}, versions or {})

    def renewed(
        self, bound: Mapping[str, ProcessDefinition], running: Callable[[], Collection[str]]
    ) -> Mapping[str, ProcessDefinition]:
        """The same with the newest version of what is called as it is when the call begins, unless it runs."""
        names = [name for name in bound if name.endswith(_LATEST)]
        if not names:
            return bound
        held = running()
        newer = {name: self.definition(key_of(name)) for name in names if name not in held}
        return self._completed({**bound, **newer}, {})

    def _completed(
        self, bound: dict[str, ProcessDefinition], versions: Mapping[str, int]
    ) -> dict[str, ProcessDefinition]:
        todo = list(bound.values())
        while todo:
            caller = todo.pop()
            for target in caller.package.targets:
                name = target.name(caller.key)
                if name not in bound:
                    bound[name] = self.definition(target.key, self._version(target, caller, versions))
                    todo.append(bound[name])
        return bound

    def _version(self, target: CallTarget, caller: ProcessDefinition, versions: Mapping[str, int]) -> int | None:
        """The version a call is bound to; None for the newest."""
        if target.binding is CallBinding.DEPLOYMENT:
            together = self._store.deployed_together(caller.key, caller.version, target.key)
            if together is None:
                raise DefinitionNotFound(target.key)
            return together
        return versions.get(target.key) if target.binding is None else target.version

    def bound(self, bindings: Mapping[str, str]) -> dict[str, ProcessDefinition]:
        """The definitions a case was bound to."""
        return {name: self._read(key_of(name), sha256) for name, sha256 in bindings.items()}

    def linked(self, key: str, bindings: Mapping[str, str]) -> Linked:
        """The definitions a case of that root was bound to, and their program."""
        return self._cache.linked(key, bindings, lambda: self._link(key, bindings))

    def _link(self, key: str, bindings: Mapping[str, str]) -> Linked:
        bound = self.bound(bindings)
        return bound, self.program(bound[key], bound)

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
            package=package_from_files(unpack_files(row["files"]), key),
        )
