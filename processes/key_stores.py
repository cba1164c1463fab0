"""The key stores and the signature policy of one installation: the tables of karguzar.toml that say them.

[key_stores.hsm]                       [signature]
kind = "pkcs11"                        key_stores = ["pkcs11", "csc", "browser"]
module = "/usr/lib/…/libsofthsm2.so"   sole_control = true
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from processes.errors import ConfigurationError
from signing.keys import KINDS, KeyStore, Manner, StoreKind
from signing.keys.agent import AgentStore
from signing.keys.consent import ConsentStore
from signing.keys.csc import CscStore
from signing.keys.later import LaterStore
from signing.keys.oauth import AccessTokens, ClientCredentials, TokenFile
from signing.keys.pkcs11 import Pkcs11Store
from signing.keys.pkcs12 import Pkcs12Store
from signing.keys.services import JsonService
from signing.policy import ALGORITHMS, Matched, OfficePolicy

BUILT_IN = frozenset({"pkcs12", "browser", "file"})
"""kinds that need no setting up: their name is their kind"""
VERSIONS = {"v1": 1, "v2": 2}
Store = KeyStore | AgentStore | ConsentStore | LaterStore


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStores:
    """The stores that are set up, by name, and what this office takes at all."""

    stores: Mapping[str, Store] = field(default_factory=lambda: MappingProxyType({}))
    policy: OfficePolicy = field(default_factory=OfficePolicy)

    def kind_of(self, name: str) -> StoreKind:
        """The kind of the store a certificate names.

        :raises ConfigurationError: no such store is set up any more
        """
        return KINDS[name] if name in BUILT_IN else self.named(name).kind

    def sole_control(self, name: str) -> bool:
        """The signer alone controls keys in this store, as it is set up."""
        return KINDS[name].sole_control if name in BUILT_IN else self.named(name).sole_control

    def facts(self, name: str) -> dict[str, Any]:
        """What a document says of its signer's key: the store, and whether the signer alone controls it."""
        return {"store": name, "sole_control": self.sole_control(name)}

    def named(self, name: str) -> Store:
        """A store of karguzar.toml.

        :raises ConfigurationError: there is none of this name
        """
        if name in self.stores:
            return self.stores[name]
        known = ", ".join(sorted(self.stores)) or "none"
        raise ConfigurationError(f"no key store {name!r} is set up in karguzar.toml; known are: {known}")

    def opening(self, name: str) -> KeyStore:
        """A store whose keys the server opens with the officer's secret.

        :raises ConfigurationError: none of this name, or its keys are not opened by the server
        """
        store = Pkcs12Store() if name == "pkcs12" else self.named(name)
        if isinstance(store, AgentStore | ConsentStore | LaterStore):
            raise ConfigurationError(f"keys of {name} are not opened by the server")
        return store

    def opened_here(self, name: str) -> bool:
        """The server is told what opens keys of this store: PIN, or PIN and one-time password.

        :raises ConfigurationError: none of this name
        """
        return self.kind_of(name).manner is Manner.OPENED

    def agents(self) -> Mapping[str, AgentStore]:
        """The programs on officers' computers that this office takes signatures of, by name."""
        taken = "agent" in self.policy.key_stores
        return {name: one for name, one in self.stores.items() if taken and isinstance(one, AgentStore)}

    def check(self) -> list[str]:
        """What keeps the stores from working, as far as it is seen without asking a service; and what is weak."""
        found = [finding for store in self.stores.values() for finding in store.check()]
        if "pkcs12" in self.policy.key_stores and not self.policy.sole_control:
            found.append(
                "signature.key_stores has pkcs12: keys kept by the server are not under sole control; for pilots"
            )
        return found


def read_key_stores(home: Path) -> KeyStores:
    """The tables of karguzar.toml in the home; without them the built-in stores and the widest policy.

    :raises ConfigurationError: an unknown name, a missing or a wrong value; the message says which and what may stand
    """
    file = home / "karguzar.toml"
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    tables = _Table("key_stores", values.get("key_stores", {}), home)
    stores = {name: _store(name, tables.table(name)) for name in tables.content}
    return KeyStores(
        stores=MappingProxyType(stores), policy=_policy(_Table("signature", values.get("signature", {}), home))
    )


class _Table:
    """One table: every key is asked for, and what nobody asked for is refused."""

    def __init__(self, path: str, content: Any, home: Path) -> None:
        if not isinstance(content, dict):
            raise ConfigurationError(f"{path} in karguzar.toml must be a table")
        self.path, self.content, self.home, self._asked = path, content, home, set[str]()

    def table(self, key: str) -> "_Table":
        self._asked.add(key)
        return _Table(f"{self.path}.{key}", self.content.get(key, {}), self.home)

    def value(self, key: str, kind: type, default: Any = None) -> Any:
        self._asked.add(key)
        value = self.content.get(key, default)
        if value is None:
            raise ConfigurationError(f"{self.path}.{key} is missing in karguzar.toml")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigurationError(f"{self.path}.{key} in karguzar.toml must be {_KINDS[kind]}, not {value!r}")
        return value

    def file(self, key: str) -> Path:
        """A path, relative to the home."""
        return self.home / str(self.value(key, str))

    def names(self, key: str, known: frozenset[str]) -> frozenset[str]:
        """Some of a few names; all of them when absent."""
        found = self.value(key, list, sorted(known))
        if unknown := sorted(str(one) for one in found if one not in known):
            told = ", ".join(sorted(known))
            raise ConfigurationError(
                f"{self.path}.{key} in karguzar.toml: {', '.join(unknown)} unknown; known are: {told}"
            )
        return frozenset(found)

    def finish(self) -> None:
        if unknown := sorted(self.content.keys() - self._asked):
            known = ", ".join(sorted(self._asked))
            raise ConfigurationError(f"{self.path} in karguzar.toml: {', '.join(unknown)} unknown; known are: {known}")


_KINDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", date: "a day such as 2028-01-01"}


def _store(name: str, table: _Table) -> Store:
    kind = table.value("kind", str)
    if name in KINDS:
        raise ConfigurationError(f"{table.path}: a store cannot be called as a kind of store is; take another name")
    if kind not in _MAKERS:
        known = ", ".join(sorted(_MAKERS))
        raise ConfigurationError(f"{table.path}.kind in karguzar.toml: {kind!r} unknown; known are: {known}")
    return _MAKERS[kind](name, table)


def _token(name: str, table: _Table) -> Store:
    module = table.file("module")
    table.finish()
    return Pkcs11Store(name=name, module=module)


def _remote(name: str, table: _Table) -> Store:
    url, scal = str(table.value("url", str)).rstrip("/"), table.value("scal", int, 2)
    tokens = _tokens(name, table, url)
    table.finish()
    version = VERSIONS.get(url.rpartition("/")[2])
    if urlsplit(url).scheme not in {"https", "http"} or version is None:
        raise ConfigurationError(
            f"{table.path}.url in karguzar.toml must be an address that ends with /csc/v2 or /csc/v1"
        )
    if scal not in {1, 2}:
        raise ConfigurationError(f"{table.path}.scal in karguzar.toml must be 1 or 2")
    service = JsonService(name=f"key store {name}", url=url)
    return CscStore(name=name, service=service, tokens=tokens, version=version, scal=scal)


def _consent(name: str, table: _Table) -> Store:
    """As a remote service, with this office as its client."""
    table.value("client_id", str)
    remote = _remote(name, table)
    if not isinstance(remote, CscStore) or not isinstance(remote.tokens, ClientCredentials):
        raise ConfigurationError(f"{table.path}.client_id in karguzar.toml must not be empty")
    return ConsentStore(name=name, remote=replace(remote, consents=True), client=remote.tokens)


def _tokens(name: str, table: _Table, url: str) -> AccessTokens:
    """From a file, or by client credentials at `oauth`: by default the service's address before /csc."""
    client = table.value("client_id", str, "")
    if not client:
        return TokenFile(f"key store {name} ({url})", table.file("token_file"))
    base = str(table.value("oauth", str, url.rpartition("/csc/")[0])).rstrip("/")
    if urlsplit(base).scheme not in {"https", "http"}:
        raise ConfigurationError(f"{table.path}.oauth in karguzar.toml must be an address, before /oauth2/token")
    service = JsonService(name=f"key store {name}", url=base)
    return ClientCredentials(service, client, table.file("client_secret_file"))


def _agent(name: str, table: _Table) -> Store:
    url = str(table.value("url", str))
    table.finish()
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "wss"} or parts.hostname not in {"127.0.0.1", "localhost"}:
        raise ConfigurationError(
            f"{table.path}.url in karguzar.toml must be ws:// or wss:// on the officer's own computer"
        )
    return AgentStore(name=name, url=url)


def _later(name: str, table: _Table) -> Store:
    """A provider is a class of the operator's own: `provider = "office_mobile:Provider"`, called with `options`."""
    where = str(table.value("provider", str))
    options = table.table("options").content
    table.finish()
    module, _, attribute = where.partition(":")
    try:
        provider = getattr(import_module(module), attribute)(**options)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{table.path}.provider in karguzar.toml: {where!r} cannot be used: {error}"
        ) from error
    return LaterStore(name=name, provider=provider)


_MAKERS: Mapping[str, Callable[[str, _Table], Store]] = {
    "pkcs11": _token,
    "csc": _remote,
    "consent": _consent,
    "agent": _agent,
    "mobile": _later,
}


LONGEST_GRACE = 30 * 24
"""hours"""


def _hours(table: _Table) -> int:
    hours = int(table.value("grace_hours", int, 0))
    if not 0 <= hours <= LONGEST_GRACE:
        raise ConfigurationError(f"{table.path}.grace_hours in karguzar.toml must be from 0 to {LONGEST_GRACE}")
    return hours


def _policy(table: _Table) -> OfficePolicy:
    days = table.table("algorithms")
    if unknown := sorted(days.content.keys() - ALGORITHMS):
        told = ", ".join(sorted(ALGORITHMS))
        raise ConfigurationError(f"{days.path} in karguzar.toml: {', '.join(unknown)} unknown; known are: {told}")
    policy = OfficePolicy(
        key_stores=table.names("key_stores", frozenset(KINDS)),
        sole_control=table.value("sole_control", bool, False),
        matched_by=frozenset(Matched(one) for one in table.names("matched_by", frozenset(Matched))),
        algorithms={label: days.value(label, date) for label in days.content},
        grace=timedelta(hours=_hours(table)),
    )
    table.finish()
    return policy
