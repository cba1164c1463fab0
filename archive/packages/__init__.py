"""Packages that leave the archive and come back: BagIt, E-ARK SIP and AIP, ASiC-E with evidence, a folder for people.

A package is whole or not there: it is written beside its place and renamed when it is complete. What a package tells of
each document is the same in every format (`described.py`); what differs is where it stands and what proves it whole.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from archive.errors import PackageRefused
from archive.package_faults import PackageFault, PackageRule
from archive.packages import asice, bag, eark, readable
from archive.packages.containers import unpacked, write_container
from archive.packages.described import Layout, PackagedDocument, PackagedProof, descriptions
from archive.packages.folder import Folder, Told, nobody
from archive.packages.package import Package, PackageInfo, Prove

__all__ = [
    "Package",
    "PackageFault",
    "PackageInfo",
    "PackageRule",
    "PackageShape",
    "PackagedDocument",
    "PackagedProof",
    "Prove",
    "Told",
    "check_package",
    "is_package",
    "new_package",
    "nobody",
    "opened",
    "packaged_documents",
    "proofs",
    "write_container",
]
proofs = asice.proofs


class PackageShape(StrEnum):
    """The formats."""

    BAGIT = "bagit"
    SIP = "eark-sip"
    AIP = "eark-aip"
    ASICE = "asice"
    READABLE = "readable"

    @property
    def is_file(self) -> bool:
        """One file, not a folder."""
        return self is PackageShape.ASICE


@dataclass(frozen=True, slots=True)
class _Form:
    """How a format is known and checked."""

    mark: str
    """the file that says so"""
    check: Callable[[Path, Told], list[PackageFault]]
    layout: Layout


_FORMS = (
    _Form(bag.MARK, bag.check_bag, bag.LAYOUT),
    _Form(eark.METS_FILE, eark.check_eark, eark.LAYOUT),
    _Form(asice.MIMETYPE_FILE, asice.check_asice, asice.LAYOUT),
    _Form(readable.SUMS, readable.check_readable, readable.LAYOUT),
)
_FOLDERS: Mapping[PackageShape, type[bag.Bag | eark.EarkPackage | readable.ReadableFolder]] = {
    PackageShape.BAGIT: bag.Bag,
    PackageShape.SIP: eark.SubmissionPackage,
    PackageShape.AIP: eark.ArchivalPackage,
    PackageShape.READABLE: readable.ReadableFolder,
}


@contextmanager
def new_package(target: Path, shape: PackageShape, info: PackageInfo, prove: Prove) -> Iterator[Package]:
    """A package that stands at `target` when the block has ended well, and leaves nothing otherwise.

    :param prove: makes the evidence of an ASiC-E; whatever it raises is raised
    :raises PackageRefused: something is there already
    """
    if target.exists():
        raise PackageRefused(folder=str(target), fault=PackageFault(PackageRule.EXISTS, target.name))
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
    (partial / target.name).mkdir(parents=True)
    folder = Folder(partial / target.name)
    try:
        package = asice.AsicContainer(folder, info, prove) if shape.is_file else _FOLDERS[shape](folder, info)
        yield package
        package.finish()
        ready = folder.path
        if shape.is_file:
            ready = partial / f"{target.name}.zip"
            write_container(folder.path, ready, made_at=info.made_at, first=asice.MIMETYPE_FILE)
        ready.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder of a package, which may be one file.

    :raises PackageRefused: a file that is no ZIP that is read, or a hostile one
    """
    if path.is_dir():
        yield path
        return
    with unpacked(path) as folder:
        yield folder


def is_package(folder: Path) -> bool:
    """Whether a folder is one of the formats."""
    return any((folder / form.mark).is_file() for form in _FORMS)


def check_package(folder: Path, told: Told = nobody) -> list[PackageFault]:
    """What is wrong with a package: a file missing, changed or added, a list nobody can read. Empty: it is whole.

    :param told: how many files are read, of how many
    :raises PackageRefused: of no format that is read here
    """
    return _form(folder).check(folder, told)


def packaged_documents(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """What a checked package tells of each document, in its order, and where its bytes are.

    :raises PackageRefused: a description is not as this archive writes it, or says other than the file or the chain
    """
    found = False
    for each in descriptions(folder, _form(folder).layout):
        found = True
        yield each
    if not found:
        raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NO_DOCUMENTS))


def layout_of(folder: Path) -> Layout:
    """Where a package has what.

    :raises PackageRefused: of no format that is read here
    """
    return _form(folder).layout


def _form(folder: Path) -> _Form:
    for form in _FORMS:
        if (folder / form.mark).is_file():
            return form
    raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NO_MANIFEST))
