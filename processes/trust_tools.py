"""What `karguzar trust` does, as functions for the operator of the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processes.limits import read_capped
from processes.office import Office
from processes.settings import Settings
from processes.use_cases.trust_anchors import (
    LARGEST,
    AddAnchor,
    RemoveAnchor,
    add_anchor,
    list_anchors,
    remove_anchor,
)
from processes.use_cases.trusted_lists import (
    LARGEST_LIST,
    ImportList,
    RefreshList,
    RetireList,
    import_list,
    list_trusted_lists,
    refresh_list,
    retire_list,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An anchor as the command line gives it; days begin in UTC."""

    file: Path
    ground: str
    purpose: str
    begins: datetime | None
    ends: datetime | None


def anchors(settings: Settings) -> list[dict[str, Any]]:
    """Every anchor there is or was."""
    with _opened(settings) as office:
        return list_anchors(office, None)


def add(settings: Settings, entry: Entry) -> str:
    """Trust the authority whose certificate is in a file."""
    request = AddAnchor(
        by=None,
        certificate=read_capped(entry.file, LARGEST),
        ground=entry.ground,
        purpose=entry.purpose,
        valid_from=_utc(entry.begins),
        valid_until=_utc(entry.ends),
    )
    with _opened(settings) as office:
        return add_anchor(office, request)


def remove(settings: Settings, sha256: str, *, ground: str) -> str:
    """Trust an authority no more."""
    with _opened(settings) as office:
        return remove_anchor(office, RemoveAnchor(by=None, sha256=sha256, ground=ground))


def lists(settings: Settings) -> list[dict[str, Any]]:
    """Every trusted list the office goes by or went by."""
    with _opened(settings) as office:
        return list_trusted_lists(office, None)


def bring(settings: Settings, place: str, operator: Path, *, ground: str) -> str:
    """Go by a trusted list, from an address or a file."""
    at_address = place.startswith(("http://", "https://"))
    request = ImportList(
        by=None,
        operators=read_capped(operator, LARGEST),
        ground=ground,
        content=b"" if at_address else read_capped(Path(place), LARGEST_LIST),
        url=place if at_address else "",
    )
    with _opened(settings) as office:
        return str(import_list(office, request))


def refetch(settings: Settings, name: str) -> bool:
    """Fetch a list again now."""
    with _opened(settings) as office:
        return refresh_list(office, RefreshList(by=None, name=name))


def retire(settings: Settings, name: str, *, ground: str) -> str:
    """Go by a list no more."""
    with _opened(settings) as office:
        return retire_list(office, RetireList(by=None, name=name, ground=ground))


@contextmanager
def _opened(settings: Settings) -> Iterator[Office]:
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    try:
        yield office
    finally:
        office.close()


def _utc(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)
