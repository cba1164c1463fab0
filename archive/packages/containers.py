"""Packages as one file: ZIP written so that equal content gives equal bytes, and a stranger's unpacked with care."""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from archive.errors import PackageRefused
from archive.package_faults import PackageFault, PackageRule
from archive.packages.folder import is_below

MOST_ENTRIES = 100_000
MOST_BYTES = 16 * 2**30
"""of all entries unpacked"""
SUSPICIOUS, MOST_TIMES = 64 * 2**20, 100
"""an entry over so many bytes that grows by more than so many times is no document"""
CHUNK = 2**20
STORED = frozenset({".pdf", ".png", ".jpg", ".asice", ".asics", ".ers"})
"""endings of what does not shrink"""
READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def write_container(folder: Path, target: Path, *, made_at: datetime, first: str | None = None, top: str = "") -> None:
    """All files of a folder as a ZIP, in the order of their names.

    :param first: the file that comes first, unpacked (`mimetype`, ETSI EN 319 162-1, A.1)
    :param top: the folder they are in within the ZIP
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    ordered = sorted(names, key=lambda name: name != first)
    with zipfile.ZipFile(target, "x") as container:
        for name in ordered:
            entry = zipfile.ZipInfo(f"{top}/{name}" if top else name, made_at.timetuple()[:6])
            stored = name == first or PurePosixPath(name).suffix in STORED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            # the type's entry has no extra field, so that its text stands at byte 38
            long = name != first
            with (folder / name).open("rb") as source, container.open(entry, "w", force_zip64=long) as file:
                while chunk := source.read(CHUNK):
                    file.write(chunk)


@contextmanager
def unpacked(container: Path) -> Iterator[Path]:
    """The folder a container holds, while the block lasts.

    :raises PackageRefused: no ZIP that is read, an entry outside the folder, a link, one twice, encrypted, or a bomb
    """
    with TemporaryDirectory(prefix="karguzar-") as made:
        folder = Path(made) / container.stem
        folder.mkdir()
        try:
            with zipfile.ZipFile(container) as opened:
                _unpack(opened, folder, container.name)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
            fault = PackageFault(PackageRule.NOT_A_ZIP, container.name, str(error))
            raise PackageRefused(folder=container.name, fault=fault) from error
        inside = list(folder.iterdir())
        yield inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _unpack(container: zipfile.ZipFile, folder: Path, name: str) -> None:
    entries = container.infolist()
    if len(entries) > MOST_ENTRIES:
        fault = PackageFault(PackageRule.TOO_MANY_ENTRIES, name, f"more than {MOST_ENTRIES}")
        raise PackageRefused(folder=name, fault=fault)
    seen: set[str] = set()
    left = MOST_BYTES
    for entry in entries:
        if wrong := _objection(entry, seen):
            raise PackageRefused(folder=name, fault=PackageFault(wrong, _shown(entry)))
        seen.add(entry.filename)
        path = folder / entry.filename
        if entry.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        left -= _copy(container, entry, path, name, left)


def _objection(entry: zipfile.ZipInfo, seen: set[str]) -> PackageRule | None:
    rules = (
        (not is_below(entry.filename.rstrip("/")) or "\0" in entry.orig_filename, PackageRule.PATH_OUTSIDE),
        (stat.S_ISLNK(entry.external_attr >> 16), PackageRule.LINK),
        (entry.filename in seen, PackageRule.TWICE),
        (bool(entry.flag_bits & 1), PackageRule.ENCRYPTED),
        (entry.compress_type not in READABLE, PackageRule.COMPRESSION),
    )
    return next((rule for applies, rule in rules if applies), None)


def _shown(entry: zipfile.ZipInfo) -> str:
    """A stranger's name, short and without what a terminal or a page would act on."""
    return repr(entry.filename[:100])


def _copy(container: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, name: str, left: int) -> int:
    """What is said of the size is not believed: what comes out is counted."""
    count = 0
    with container.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK):
            count += len(chunk)
            if count > left or (count > SUSPICIOUS and count > MOST_TIMES * max(entry.compress_size, 1)):
                raise PackageRefused(folder=name, fault=PackageFault(PackageRule.BOMB, _shown(entry)))
            target.write(chunk)
    return count
