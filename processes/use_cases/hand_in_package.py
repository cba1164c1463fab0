"""Take in a package of another archive that an archivist hands in at a page, into a body they keep."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from uuid import UUID

from archive.errors import PackageRefused
from archive.packages import PackageFault, PackageRule
from processes.archivists import kept_bodies, require_archivist
from processes.attachments import safe_name
from processes.errors import EntryRefused, StateSecretDeclared
from processes.office import Office
from processes.organisation import Body, bodies, body
from processes.use_cases.import_package import ImportedDocument, ImportPackage, PackageBroken, import_package

__all__ = [
    "HandInPackage",
    "PackageFault",
    "PackageNotTaken",
    "PackageRule",
    "bodies_to_hand_in_for",
    "hand_in_package",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInPackage:
    """One file: a ZIP of a package, or an ASiC-E container."""

    by: UUID
    body_id: UUID
    name: str
    file: IO[bytes]
    state_secret: bool = False
    """whether somebody says that it holds one: refused (B16)"""


class PackageNotTaken(EntryRefused):
    """Nothing of the package is taken."""

    def __init__(self, faults: Sequence[PackageFault]) -> None:
        super().__init__("package", "; ".join(map(str, faults[:10])))
        self.faults = tuple(faults)
        """what is wrong with it"""


def hand_in_package(office: Office, request: HandInPackage) -> list[ImportedDocument]:
    """What became of each document, as `import_package` has it.

    :raises NotPermitted: no archivist of that body
    :raises StateSecretDeclared: B16; nothing of the file is kept
    :raises PackageNotTaken: no package, a broken or hostile one, or a document that is another one here
    """
    with office.reading() as uow:
        require_archivist(uow, request.by, request.body_id)
        code = body(uow.session, request.body_id).code
    if request.state_secret:
        raise StateSecretDeclared
    with TemporaryDirectory(prefix="karguzar-") as folder:
        package = Path(folder) / safe_name(request.name)
        with package.open("xb") as file:
            shutil.copyfileobj(request.file, file)
        try:
            return list(import_package(office, ImportPackage(package=package, body=code, by=request.by)))
        except PackageRefused as error:
            raise PackageNotTaken([error.fault]) from error
        except PackageBroken as error:
            raise PackageNotTaken(error.findings) from error


def bodies_to_hand_in_for(office: Office, by: UUID) -> list[Body]:
    """The bodies whose archive this person keeps.

    :raises NotPermitted: nobody's archivist
    """
    with office.reading() as uow:
        mine = kept_bodies(uow, by)
        return [each for each in bodies(uow.session) if str(each.id) in mine]
