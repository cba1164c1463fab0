"""What `karguzar pki trust` does, as functions for the operator of the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processes.office import Office
from processes.settings import Settings
from processes.use_cases.trust_anchors import LARGEST, AddAnchor, RemoveAnchor, add_anchor, list_anchors, remove_anchor


def anchors(settings: Settings) -> list[dict[str, Any]]:
    """Every anchor there is or was."""
    with _opened(settings) as office:
        return list_anchors(office, None)


def add(settings: Settings, file: Path, *, ground: str, begins: datetime | None, ends: datetime | None) -> str:
    """Trust the authority whose certificate is in a file; days begin in UTC."""
    from processes.limits import read_capped

    data = read_capped(file, LARGEST)
    with _opened(settings) as office:
        request = AddAnchor(by=None, certificate=data, ground=ground, valid_from=_utc(begins), valid_until=_utc(ends))
        return add_anchor(office, request)


def remove(settings: Settings, sha256: str, *, ground: str) -> str:
    """Trust an authority no more."""
    with _opened(settings) as office:
        return remove_anchor(office, RemoveAnchor(by=None, sha256=sha256, ground=ground))


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
