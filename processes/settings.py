"""The settings of one installation: karguzar.toml in its home and KARGUZAR_* variables. Unknown keys are refused."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from processes.errors import ConfigurationError

PREFIX = "KARGUZAR_"
HASHES = frozenset({"sha256", "sha384", "sha512"})
"""of evidence batches"""
TABLES = frozenset({"key_stores", "signature"})
"""of karguzar.toml, read by processes/key_stores.py"""
ELSEWHERE = {"HOME", "KEYS_PASSPHRASE"}
"""variables that are no settings: where the home is, and a secret that no object may hold that may be printed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an administrator may set."""

    home: Path
    """the one folder to back up: database, blobs, keys, logs"""

    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in the home"""

    blob_store: str = "local"
    """where signed bytes are: local (the home's blobs/), an absolute folder, or s3://bucket/prefix"""
    blob_store_previous: str = ""
    """while they are moved: where they were; they are read there until they are moved"""
    s3_endpoint: str = ""
    """https address of the S3 server; empty: Amazon's"""
    s3_region: str = ""
    """region of the bucket; empty: as AWS_DEFAULT_REGION or the profile says"""
    s3_mode: str = "governance"
    """what keeps a blob until its disposal date: governance, or compliance, which forbids every earlier disposal"""
    s3_lock_days: int = 365
    """how far ahead blobs are locked at most, never past their disposal date; renewed when half of it is over"""
    s3_seconds: int = 10
    """how long S3 may take to connect or to answer; a request is tried four times"""

    public_url: str = "http://127.0.0.1:8080"
    """where people reach the pages; stands in the QR code of every document"""

    host: str = "127.0.0.1"
    port: int = 8080

    trusted_proxies: int = 0
    """how many reverse proxies stand before the pages; each adds one to the forwarded addresses that are believed"""

    smtp_host: str = ""
    """empty: notices stay in the outbox, readable on the administrator's page"""
    smtp_port: int = 25
    smtp_sender: str = ""

    level: str = "B-LTA"
    """of every signed document, at once or by jobs: B-B, B-T, B-LT or B-LTA; with B-B nobody is asked for timestamps"""
    tsa_url: str = ""
    """address of the time-stamping authority (RFC 3161); empty: the pilot authority's, not qualified"""
    fetch_seconds: int = 10
    """how long a time-stamping authority, an OCSP responder or a list's address may take to answer"""
    renew_days: int = 180
    """how long before the newest archive timestamp's certificate ends a document gets another one"""

    evidence_algorithm: str = "sha256"
    """of new evidence batches: sha256, sha384 or sha512; older ones are renewed before their own grows weak"""
    audit_days: int = 30
    """how often every byte in the archive is read again by itself; 0: only by hand"""

    export_days: int = 7
    """how long a package that somebody asked for on the pages is kept for them to download"""

    attempt_minutes: int = 15
    """how long a prepared document waits for its signature"""
    draft_days: int = 90
    officers_authority: str = "pilot"
    """who certifies the keys that officers make in their browsers: pilot (at once), or outside (an administrator takes
    each request to an authority and brings its certificate)"""
    executor_id: str = "office"
    """which worker this is, for jobs that must be taken up after a restart"""

    def __post_init__(self) -> None:
        """Refuse a word that is none of the choices."""
        if self.officers_authority not in {"pilot", "outside"}:
            raise ConfigurationError(f"setting officers_authority is pilot or outside, not {self.officers_authority!r}")
        if self.s3_mode not in {"governance", "compliance"}:
            raise ConfigurationError(f"setting s3_mode is governance or compliance, not {self.s3_mode!r}")
        if self.evidence_algorithm not in HASHES:
            raise ConfigurationError(f"setting evidence_algorithm is none of {', '.join(sorted(HASHES))}")

    @property
    def url(self) -> str:
        """The database's URL, SQLite in the home by default."""
        return self.database_url or f"sqlite:///{self.home / 'karguzar.db'}"


def read_settings(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the office in `home` (default: KARGUZAR_HOME, else ./var).

    :raises ConfigurationError: an unknown key, or a value of the wrong kind
    """
    home = (home or Path(environ.get(PREFIX + "HOME", "var"))).absolute()
    file = home / "karguzar.toml"
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    values = {name: value for name, value in values.items() if name not in TABLES} | {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in ELSEWHERE
    }
    known = {field.name: field.type for field in fields(Settings) if field.name != "home"}
    if unknown := sorted(values.keys() - known.keys()):
        raise ConfigurationError(f"unknown settings: {', '.join(unknown)}; known are: {', '.join(sorted(known))}")
    return Settings(home=home, **{name: _converted(name, value, known[name]) for name, value in values.items()})


def _converted(name: str, value: Any, kind: Any) -> Any:
    if kind is not int:
        return str(value)
    try:
        return int(value)
    except ValueError as error:
        raise ConfigurationError(f"setting {name} must be a whole number, not {value!r}") from error
