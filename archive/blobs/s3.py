"""Blobs in an S3 bucket with versions and Object Lock (the extra `s3`).

A blob is put with its SHA-256, which S3 checks, and only if there is none of its name: a request that is cut off leaves
nothing. What is put again after a while becomes a new version, so that a sweep, which deletes the versions it has seen,
never takes what somebody relies on again.
"""

import base64
import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256 as digest
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from archive.blobs import BlobLock, BlobRef, Referenced, is_name, nobody, reference_to, require_name, unreferenced
from archive.blobs.s3_check import check_bucket
from archive.blobs.s3_errors import denied, taken, translated
from archive.errors import BlobChanged, BlobLocked, BlobMissing, BlobStoreError, BlobStoreUnavailable

_PIECE = 1 << 20
_RENEWED_AFTER = timedelta(hours=1)
"""what is put again this long after it was put becomes a new version; shorter than the grace of any sweep"""
_ATTEMPTS = 4
"""of one request, with growing pauses, while S3 is slow or refuses for the moment"""


@dataclass(frozen=True, kw_only=True, slots=True)
class S3Bucket:
    """Where blobs are. Credentials are boto3's business: variables, a profile or the machine's role."""

    bucket: str
    prefix: str = ""
    """of every key; ends with a slash if there is one"""
    endpoint: str = ""
    """https://… of a server that is not Amazon's"""
    region: str = ""
    mode: str = "GOVERNANCE"
    """of locks that keep a period: GOVERNANCE, or COMPLIANCE, which forbids every disposal before they end"""
    seconds: int = 10
    """how long a connection or an answer may take"""


class S3BlobStore:
    """Blobs as `<prefix><sha256>`. Safe for any number of processes and machines."""

    def __init__(self, place: S3Bucket, client: Any) -> None:
        """`client` is `connect`'s; one serves any number of stores."""
        self._place = place
        self._client = client

    @property
    def locks(self) -> bool:
        """Yes: Object Lock."""
        return True

    def check(self) -> list[str]:
        """Whether the bucket answers, keeps versions and locks, and what its locks forbid."""
        return check_bucket(self._client, self._place)

    def put(self, data: bytes) -> BlobRef:
        """Store the bytes; S3 has them, and has compared their hash, when this returns."""
        ref = reference_to(data)
        with translated(self._where(ref.sha256)):
            for _attempt in range(_ATTEMPTS):  # between the two somebody may erase it, or be about to put it
                if self._put(ref, data, IfNoneMatch="*") or self._kept_already(ref, data):
                    return ref
        raise BlobStoreUnavailable(path=self._where(ref.sha256), reason="others put and erase it all the time")

    def get(self, sha256: str) -> bytes:
        """All bytes of a blob, re-hashed. Raises BlobMissing, BlobChanged."""
        data = b"".join(self.stream(sha256))
        actual = digest(data).hexdigest()
        if actual != sha256:
            raise BlobChanged(sha256=sha256, actual=actual)
        return data

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces of at most 1 MiB. Raises BlobMissing."""
        key = self._key(sha256)
        with translated(self._where(sha256), sha256):
            body = self._client.get_object(Bucket=self._place.bucket, Key=key)["Body"]
            with closing(body):
                yield from body.iter_chunks(_PIECE)

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""
        try:
            self._head(sha256)
        except BlobMissing:
            return False
        return True

    def names(self, after: str = "") -> Iterator[str]:
        """The names of all blobs, or of those that follow one, ascending."""
        start = len(self._place.prefix)
        begins = {"StartAfter": self._key(after)} if after else {}
        with translated(self._where()):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._place.bucket, Prefix=self._place.prefix, **begins):
                found = (one["Key"][start:] for one in page.get("Contents", ()))
                yield from filter(is_name, found)

    def lock(self, sha256: str, lock: BlobLock) -> None:
        """Set Legal Hold as it is to be, and the date if that makes the lock longer. Raises BlobMissing."""
        now = _date(self._head(sha256))
        with translated(self._where(sha256), sha256):
            for version in self._versions(sha256).ids:
                one = {"Bucket": self._place.bucket, "Key": self._key(sha256), "VersionId": version}
                self._lock_version(one, lock, now)

    def sweep(self, referenced: Referenced, *, grace: timedelta, disposed: Referenced = nobody) -> list[str]:
        """Remove orphans older than `grace` by S3's own clock, unless a lock keeps them; return their names."""
        orphans = list(unreferenced(self.names(), referenced))
        free = set(disposed(orphans))
        return [name for name in orphans if self._swept(name, grace, bypass=name in free)]

    def erase(self, names: Collection[str], referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Remove all versions of those of the names that nobody refers to. Raises BlobLocked."""
        orphans = unreferenced(iter(sorted(set(names))), referenced)
        return [name for name in orphans if self._remove(name, grace, bypass=True)]

    def _key(self, sha256: str) -> str:
        return self._place.prefix + require_name(sha256)

    def _where(self, sha256: str = "") -> str:
        return f"s3://{self._place.bucket}/{self._place.prefix}{sha256}"

    def _head(self, sha256: str) -> dict[str, Any]:
        key = self._key(sha256)
        with translated(self._where(sha256), sha256):
            return dict(self._client.head_object(Bucket=self._place.bucket, Key=key))

    def _put(self, ref: BlobRef, data: bytes, **condition: str) -> bool:
        """False if the condition does not hold."""
        checksum = base64.b64encode(bytes.fromhex(ref.sha256)).decode()
        key = self._key(ref.sha256)
        try:
            self._client.put_object(Bucket=self._place.bucket, Key=key, Body=data, ChecksumSHA256=checksum, **condition)
        except ClientError as error:
            if taken(error):
                return False
            raise
        return True

    def _kept_already(self, ref: BlobRef, data: bytes) -> bool:
        """True if a sound blob is there; raises BlobChanged rather than promise bytes that are damaged."""
        try:
            self.get(ref.sha256)
            head = self._head(ref.sha256)
        except BlobMissing:
            return False
        if _date(head) - head["LastModified"] > _RENEWED_AFTER:
            self._put(ref, data)
        return True

    def _lock_version(self, one: dict[str, str], lock: BlobLock, now: datetime) -> None:
        head = self._client.head_object(**one)
        held = head.get("ObjectLockLegalHoldStatus") == "ON"
        if held != lock.held:
            self._client.put_object_legal_hold(**one, LegalHold={"Status": "ON" if lock.held else "OFF"})
        if lock.until is not None and lock.until > max(now, head.get("ObjectLockRetainUntilDate", now)):
            retention = {"Mode": self._place.mode, "RetainUntilDate": lock.until}
            self._client.put_object_retention(**one, Retention=retention)

    def _versions(self, sha256: str) -> "_Versions":
        """Every version of a blob, and every mark that hides it."""
        key = self._key(sha256)
        versions, marks, now = [], [], None
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self._place.bucket, Prefix=key):
            now = _date(page)
            versions += [one for one in page.get("Versions", ()) if one["Key"] == key]
            marks += [one for one in page.get("DeleteMarkers", ()) if one["Key"] == key]
        return _Versions(versions=versions, marks=marks, now=now)

    def _swept(self, sha256: str, grace: timedelta, *, bypass: bool) -> bool:
        try:
            return self._remove(sha256, grace, bypass=bypass)
        except BlobLocked:
            return False

    def _remove(self, sha256: str, grace: timedelta, *, bypass: bool) -> bool:
        """Delete all versions, the newest last; a crash in between leaves the blob where it was."""
        allowed = {"BypassGovernanceRetention": True} if bypass else {}
        with translated(self._where(sha256), sha256):
            found = self._versions(sha256)
            if not found.older_than(grace):
                return False
            for version in found.ids_oldest_first():
                self._delete_version(sha256, version, allowed)
        return True

    def _delete_version(self, sha256: str, version: str, allowed: dict[str, bool]) -> None:
        one = {"Bucket": self._place.bucket, "Key": self._key(sha256), "VersionId": version}
        try:
            self._client.delete_object(**one, **allowed)
        except ClientError as error:
            reason = _lock_of(self._client.head_object(**one)) if denied(error) else ""
            if reason:
                raise BlobLocked(path=self._where(sha256), reason=reason, sha256=sha256) from error
            raise


@dataclass(frozen=True, kw_only=True, slots=True)
class _Versions:
    versions: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    now: datetime | None
    """S3's time of the listing"""

    @property
    def ids(self) -> list[str]:
        return [one["VersionId"] for one in self.versions]

    def older_than(self, grace: timedelta) -> bool:
        """Whether there are any, and none is younger."""
        return bool(self.versions) and all(
            self.now is not None and one["LastModified"] < self.now - grace for one in self.versions
        )

    def ids_oldest_first(self) -> Iterable[str]:
        by_age: Callable[[dict[str, Any]], Any] = lambda one: one["LastModified"]  # noqa: E731 - one line's name
        return [one["VersionId"] for one in (*self.marks, *sorted(self.versions, key=by_age))]


def _lock_of(head: dict[str, Any]) -> str:
    """What keeps a version from being deleted; empty: no lock."""
    if head.get("ObjectLockLegalHoldStatus") == "ON":
        return "Legal Hold"
    until = head.get("ObjectLockRetainUntilDate")
    return f"{head.get('ObjectLockMode')} until {until:%Y-%m-%d}" if until and until > _date(head) else ""


def connect(place: S3Bucket) -> Any:
    """A boto3 client for the bucket's server; asks nobody yet. Raises BlobStoreError: no server can have this name."""
    for name in ("boto3", "botocore", "urllib3"):  # their debug lines hold signed requests
        logging.getLogger(name).setLevel(logging.WARNING)
    config = Config(
        connect_timeout=place.seconds,
        read_timeout=place.seconds,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        s3={"addressing_style": "path" if place.endpoint else "auto"},
        # blobs are hashed here, both ways; a checksum of another kind would only cost
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    where = {"endpoint_url": place.endpoint or None, "region_name": place.region or None}
    try:
        with translated(f"s3://{place.bucket}"):
            return boto3.session.Session().client("s3", config=config, **where)
    except ValueError as error:  # botocore's word for an address that is none
        raise BlobStoreError(path=f"s3://{place.bucket}", reason=str(error)) from error


def _date(response: dict[str, Any]) -> datetime:
    """S3's own time: the office's may stand in another year."""
    told = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    if told is None:
        raise BlobStoreError(path="s3", reason="an answer without its Date")
    return parsedate_to_datetime(told)
