"""What an operator should know of a bucket before signed documents go into it."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from archive.blobs.s3_errors import translated
from archive.errors import BlobStoreError

if TYPE_CHECKING:
    from archive.blobs.s3 import S3Bucket

COMPLIANCE = "COMPLIANCE"


def check_bucket(client: Any, place: "S3Bucket") -> list[str]:
    """Each finding a line; empty: nothing."""
    where = f"s3://{place.bucket}"
    found = []
    if place.endpoint.startswith("http://"):
        found.append(f"{where}: {place.endpoint} is not https: whoever is on the way reads every document")
    if place.mode == COMPLIANCE:
        found.append(f"{where}: s3_mode is compliance: nobody can dispose of a document before its lock ends")
    try:
        with translated(where):
            client.head_bucket(Bucket=place.bucket)
            return [*found, *_versions(client, place.bucket, where), *_locks(client, place.bucket, where)]
    except BlobStoreError as error:
        return [*found, f"{where} cannot be used: {error}"]


def _versions(client: Any, bucket: str, where: str) -> list[str]:
    status = client.get_bucket_versioning(Bucket=bucket).get("Status", "off")
    return [] if status == "Enabled" else [f"{where} keeps no versions ({status}): make a bucket with Object Lock"]


def _locks(client: Any, bucket: str, where: str) -> list[str]:
    try:
        answer = client.get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ObjectLockConfigurationNotFoundError":
            raise
        return [f"{where} has no Object Lock: holds and periods are kept by Karguzar alone"]
    rule = answer["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention")
    if not rule:
        return []
    told = f"{rule.get('Mode')}, {rule.get('Days') or 0} days {rule.get('Years') or 0} years"
    return [f"{where} locks everything that is put ({told}), also past its disposal date: remove the default retention"]
