"""S3 for tests: moto's server in this process, or the real one that TEST_S3_ENDPOINT names (with AWS_* variables).

What moto does not check: credentials and rights, the checksum against the bytes, that a lock is never made shorter, the
right to bypass GOVERNANCE. Tests of these need a real server.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from archive.blobs.s3 import S3Bucket, connect

_TESTING = {
    "AWS_ACCESS_KEY_ID": "testing-id",
    "AWS_SECRET_ACCESS_KEY": "testing-secret-that-no-log-shows",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class S3Server:
    """An S3 server, a bucket with Object Lock on it, and the variables that let a process use it."""

    client: Any
    """one for all tests: making it takes a second"""

    endpoint: str
    bucket: str
    environment: Mapping[str, str]

    def place(self, **changed: Any) -> S3Bucket:
        """A prefix of its own in the bucket."""
        return S3Bucket(**{"bucket": self.bucket, "prefix": f"{uuid4().hex}/", "endpoint": self.endpoint, **changed})


@contextmanager
def bucket_server() -> Iterator[S3Server]:
    """A server for this process."""
    given = os.environ.get("TEST_S3_ENDPOINT")
    if given:
        yield _with_bucket(given, {})
        return
    from moto.server import ThreadedMotoServer  # takes a second: only when a test asks for it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield _with_bucket(f"http://{host}:{port}", _TESTING)
    finally:
        server.stop()


def _with_bucket(endpoint: str, environment: Mapping[str, str]) -> S3Server:
    bucket = f"karguzar-{uuid4().hex}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        client = connect(S3Bucket(bucket=bucket, endpoint=endpoint))
        client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    return S3Server(client, endpoint, bucket, environment)
