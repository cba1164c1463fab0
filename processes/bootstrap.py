"""Puts an office together from its settings; and makes a new one."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dbos import DBOS

from engine.service import DefinitionCache
from processes.blob_stores import open_blobs
from processes.clock import Clock
from processes.database import create_engine
from processes.documents import DocumentRenderer
from processes.errors import ConfigurationError
from processes.handlers.catalogue import load_handlers
from processes.jobs import JobClient, system_url
from processes.key_stores import read_key_stores
from processes.keyring import KeyRing, has_keys
from processes.migrate import migrate, require_current
from processes.office import Office
from processes.settings import Settings
from processes.signing_room import signing_room
from processes.validating import Validator


def bootstrap(settings: Settings) -> Office:
    """The office of an initialised home.

    :raises ConfigurationError: not initialised, or its database needs `karguzar init` after an update
    """
    load_handlers()
    if not is_initialised(settings):
        raise ConfigurationError(f"there is no office in {settings.home}: run `karguzar init`")
    database = create_engine(settings.url)
    require_current(database)
    clock = Clock(database)
    keys = KeyRing.open(settings.home / "keys")
    client = JobClient.connect(settings.url)
    office = Office(
        settings=settings,
        database=database,
        clock=clock,
        blobs=open_blobs(settings),
        keys=keys,
        key_stores=read_key_stores(settings.home),
        signing=signing_room(settings, database, keys, clock, lambda: office),
        renderer=DocumentRenderer(workers=1),
        validator=Validator(workers=2),
        definitions=DefinitionCache(),
        enqueue=client.enqueue,
    )
    return office


def initialise(settings: Settings) -> None:
    """Make the home, its database and its keys; what is there already stays. Again does nothing.

    :raises ConfigurationError: the home cannot be written
    """
    try:
        for folder in (settings.home, settings.home / "blobs", settings.home / "logs", settings.home / "locks"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(f"cannot write {settings.home}: {error.strerror}") from error
    database = create_engine(settings.url)
    try:
        migrate(database)
    finally:
        database.dispose()
    DBOS.migrate(system_url(settings.url))


def create_keys(settings: Settings, *, at: datetime) -> None:
    """The authority's keys, if there are none; their certificates begin at `at`.

    Every certificate names where the revocation lists are: below the public address as it is now.
    """
    directory = settings.home / "keys"
    if not has_keys(directory):
        KeyRing.create(directory, at=at, url=f"{settings.public_url.rstrip('/')}/pki")


def is_initialised(settings: Settings) -> bool:
    """Whether the home has keys; a database alone may be half made."""
    return has_keys(settings.home / "keys")


def warn(settings: Settings, tell: Callable[[str], None]) -> None:
    """Tell what should not stay as it is; at every start."""
    for warning in check_config(settings):
        tell(f"note: {warning}")


def check_config(settings: Settings) -> list[str]:
    """What an operator should know before going live; empty: nothing."""
    warnings = []
    passphrase_file = Path(settings.home / "keys" / "passphrase")
    if passphrase_file.exists():
        warnings.append(f"{passphrase_file}: the keys' passphrase lies beside the keys; set KARGUZAR_KEYS_PASSPHRASE")
    if settings.public_url.startswith("http://"):
        warnings.append(f"public_url {settings.public_url} is not https; QR codes on documents will lead there")
    if not settings.tsa_url:
        warnings.append("tsa_url is empty: timestamps come from the pilot authority, which is not qualified")
    if not settings.smtp_host:
        warnings.append("smtp_host is empty: notices stay in the outbox")
    return [*warnings, *_blob_findings(settings), *read_key_stores(settings.home).check()]


def _blob_findings(settings: Settings) -> list[str]:
    try:
        return open_blobs(settings).check()
    except ConfigurationError as error:
        return [str(error)]
