"""BagIt (RFC 8493): a folder that anybody checks with `sha256sum -c`."""

from pathlib import Path

from archive.errors import PackageRefused
from archive.package_faults import PackageFault, PackageRule
from archive.packages.described import Layout
from archive.packages.folder import Told, compared, nobody, read_sums
from archive.packages.package import Package
from archive.packages.pages import write_pages

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MARK, MANIFEST, TAG_MANIFEST = "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"
LAYOUT = Layout(documents="data/documents", metadata="data/metadata", evidence="data/evidence", trust="trust")


class Bag(Package):
    """A bag being filled."""

    layout = LAYOUT

    def finish(self) -> None:
        """The pages, the manifests and what the bag says of itself."""
        files = self.folder.files
        payload = [each for each in files.values() if each.name.startswith("data/")]
        told = {
            "Source-Organization": self.info.organisation,
            "Bagging-Date": self.info.made_at.date().isoformat(),
            "Payload-Oxum": f"{sum(each.bytes for each in payload)}.{len(payload)}",
        }
        lines = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in told.items())
        write_pages(self, MANIFEST)
        self.folder.write(MARK, DECLARATION.encode())
        self.folder.write("bag-info.txt", lines.encode())
        self.folder.write(MANIFEST, self.folder.sums(each.name for each in payload))
        self.folder.write(TAG_MANIFEST, self.folder.sums(name for name in files if not name.startswith("data/")))


def check_bag(folder: Path, told: Told = nobody) -> list[PackageFault]:
    """What is wrong with a bag: a file missing, changed or added, a line nobody can read. Empty: it is whole.

    :raises PackageRefused: no bag of this version
    """
    try:
        declared = (folder / MARK).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NOT_BAGIT, MARK)) from error
    if declared.splitlines()[:1] != DECLARATION.splitlines()[:1]:
        raise PackageRefused(folder=folder.name, fault=PackageFault(PackageRule.NOT_BAGIT, MARK))
    payload, findings = read_sums(folder, MANIFEST)
    tags, more = read_sums(folder, TAG_MANIFEST)
    return [*findings, *more, *compared(folder, {**payload, **tags}, frozenset({TAG_MANIFEST}), told)]
