"""A folder for people: a page in four languages to open, the documents beside it, and a list of digests."""

from pathlib import Path

from archive.package_faults import PackageFault
from archive.packages.described import Layout
from archive.packages.folder import Told, compared, nobody, read_sums
from archive.packages.package import Package
from archive.packages.pages import write_pages

SUMS = "sha256sums.txt"
LAYOUT = Layout(documents="documents", metadata="metadata", evidence="evidence", trust="trust")


class ReadableFolder(Package):
    """A readable folder being filled."""

    layout = LAYOUT

    def finish(self) -> None:
        """The pages and the list of digests."""
        write_pages(self, SUMS)
        self.folder.write(SUMS, self.folder.sums(iter([*self.folder.files])))


def check_readable(folder: Path, told: Told = nobody) -> list[PackageFault]:
    """What is wrong with a readable folder; empty: it is whole."""
    listed, findings = read_sums(folder, SUMS)
    return [*findings, *compared(folder, listed, frozenset({SUMS}), told)]
