"""Where an installation keeps its blobs: the store its settings name, and the one they are moved from."""

from importlib.util import find_spec
from pathlib import Path

from archive.blobs import BlobStore
from archive.blobs.local import LocalBlobStore
from archive.blobs.moving import MovingBlobStore
from archive.errors import BlobStoreError
from processes.errors import ConfigurationError
from processes.settings import Settings

LOCAL = "local"
_S3 = "s3://"


def open_blobs(settings: Settings) -> BlobStore:
    """The store of this office; while it is moved, both.

    :raises ConfigurationError: an address that is none, the extra that is missing, or a folder that cannot be made
    """
    current = open_store(settings, settings.blob_store)
    if not settings.blob_store_previous:
        return current
    return MovingBlobStore(current, previous_store(settings))


def previous_store(settings: Settings) -> BlobStore:
    """The store that blobs are moved from.

    :raises ConfigurationError: none is set, or it is the very store they are moved to
    """
    if settings.blob_store_previous in {"", settings.blob_store}:
        raise ConfigurationError(
            "blob_store_previous must name the store that blobs are moved from, blob_store another"
        )
    return open_store(settings, settings.blob_store_previous)


def open_store(settings: Settings, address: str) -> BlobStore:
    """The store of an address: `local`, an absolute folder, or `s3://bucket/prefix`.

    :raises ConfigurationError: see `open_blobs`
    """
    try:
        if address.startswith(_S3):
            return _open_s3(settings, address.removeprefix(_S3))
        folder = settings.home / "blobs" if address == LOCAL else Path(address)
        if folder.is_absolute():
            return LocalBlobStore(folder)
    except BlobStoreError as error:
        raise ConfigurationError(f"store {address} cannot be used: {error}") from error
    raise ConfigurationError(f"a store is local, an absolute folder or s3://bucket/prefix, not {address!r}")


def _open_s3(settings: Settings, address: str) -> BlobStore:
    if find_spec("boto3") is None:
        raise ConfigurationError("blobs in S3 need the extra s3: install karguzar[s3] or boto3 beside it")
    from archive.blobs.s3 import S3BlobStore, S3Bucket, connect

    bucket, _, prefix = address.partition("/")
    place = S3Bucket(
        bucket=bucket,
        prefix=f"{prefix.strip('/')}/" if prefix.strip("/") else "",
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        mode=settings.s3_mode.upper(),
        seconds=settings.s3_seconds,
    )
    return S3BlobStore(place, connect(place))
