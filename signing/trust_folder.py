"""A folder of trust as `karguzar verify --trust` takes it: certificates, CRLs, trusted lists and their operators."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from signing.errors import TrustedListRefused, TrustUnreadable
from signing.trust import TrustFolder, scan_trust
from signing.trusted_list_signature import LARGEST
from signing.trusted_lists import TrustedList, read_operators, read_trusted_list

OPERATORS = "operators"
"""the subfolder of scheme operators' certificates: they sign lists, and anchor nobody's chain"""


def trust_of_folder(directory: Path, *, at: datetime) -> TrustFolder:
    """As `signing.trust.scan_trust`, and the services of the trusted lists (`*.xml`) that hold at this time.

    A list counts when a certificate in `operators/` has signed it, and of each territory the newest one: an older
    would grant again what was withdrawn. Whatever cannot be relied on is told, and anchors nothing.
    """
    folder = scan_trust(directory)
    problems: list[TrustUnreadable] = []
    operators = _operators(directory / OPERATORS, problems)
    newest: dict[str, tuple[Path, TrustedList]] = {}
    for file in _files(directory, ".xml"):
        try:
            one = (file, read_trusted_list(_read(file), operators, at=at))
        except (OSError, TrustedListRefused) as error:
            problems.append(TrustUnreadable(file.name, str(error)))
            continue
        known = newest.get(one[1].territory, one)
        older, newer = sorted((known, one), key=lambda each: each[1].sequence)
        if older is not newer:
            problems.append(TrustUnreadable(older[0].name, f"stale: {newer[0].name} is newer"))
        newest[newer[1].territory] = newer
    services = tuple(service for _, found in newest.values() for service in found.services)
    return TrustFolder(replace(folder.store, services=services), (*folder.unreadable, *problems))


def _operators(directory: Path, problems: list[TrustUnreadable]) -> Sequence[x509.Certificate]:
    found: list[x509.Certificate] = []
    for file in _files(directory):
        try:
            found += read_operators(_read(file))
        except (OSError, TrustedListRefused) as error:
            problems.append(TrustUnreadable(f"{OPERATORS}/{file.name}", str(error)))
    return found


def _files(directory: Path, suffix: str = "") -> list[Path]:
    """A folder that is not there holds nothing; `scan_trust` tells of one that should be."""
    try:
        return sorted(one for one in directory.iterdir() if one.is_file() and one.suffix.lower().endswith(suffix))
    except OSError:
        return []


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)
