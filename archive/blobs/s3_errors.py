"""What S3 and the way to it can answer, as the archive's errors. No message holds a credential or a signed request."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from archive.errors import (
    BlobMissing,
    BlobStoreDenied,
    BlobStoreError,
    BlobStoreFull,
    BlobStoreUnavailable,
)

_TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_MISSING = {"NoSuchKey", "404", "NotFound"}
_DENIED = {
    "AccessDenied",
    "403",
    "Forbidden",
    "AllAccessDisabled",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "RequestTimeTooSkewed",
}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "EntityTooLarge"}
_INSUFFICIENT_STORAGE = 507
_SERVER_ERROR = 500
_PASSING = {"SlowDown", "RequestTimeout", "ServiceUnavailable", "InternalError", "Throttling", "BadDigest"}


def taken(error: ClientError) -> bool:
    """Whether a conditional request was refused because the object is there already, or is just being put."""
    return _code(error) in _TAKEN


def denied(error: ClientError) -> bool:
    """Whether a request was refused for want of a right, or because of a lock: S3 says the same of both."""
    return _code(error) in _DENIED


@contextmanager
def translated(where: str, sha256: str = "") -> Iterator[None]:
    """Turn boto's errors into the archive's: what was refused, where, and by which of S3's codes."""
    try:
        yield
    except ClientError as error:
        raise _answered(error, where, sha256) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise BlobStoreDenied(path=where, reason="no credentials: see AWS_ACCESS_KEY_ID, AWS_PROFILE") from error
    except BotoCoreError as error:
        raise BlobStoreUnavailable(path=where, reason=type(error).__name__) from error


def _answered(error: ClientError, where: str, sha256: str) -> BlobStoreError:
    code, status = _code(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if sha256 and code in _MISSING:
        return BlobMissing(sha256=sha256)
    reason = f"{error.operation_name}: {code}"
    return _kind(code, int(status))(path=where, reason=reason)


def _kind(code: str, status: int) -> type[BlobStoreError]:
    if code in _DENIED:
        return BlobStoreDenied
    if code in _FULL or status == _INSUFFICIENT_STORAGE:
        return BlobStoreFull
    if code in _PASSING or status >= _SERVER_ERROR:
        return BlobStoreUnavailable
    return BlobStoreError


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
