"""The tables of karguzar.toml about key stores and signatures: what is wrong is said by name."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.reading.manifest import KEY_STORES, SIGNATURE_LEVELS
from processes.errors import ConfigurationError
from processes.key_stores import read_key_stores
from processes.settings import read_settings
from signing.errors import StoreFailed
from signing.keys import KINDS, Manner
from signing.keys.later import LaterStore, Question, Ticket, Waiting
from signing.request import SignatureLevel

WHOLE = """
port = 9000
[key_stores.hsm]
kind = "pkcs11"
module = "/usr/lib/libhsm.so"
[key_stores.remote]
kind = "csc"
url = "https://sign.example.az/csc/v2/"
token_file = "keys/remote-token"
[key_stores.bank]
kind = "consent"
url = "https://bank.example.az/csc/v2"
client_id = "office"
client_secret_file = "keys/bank-secret"
[key_stores.nca]
kind = "agent"
url = "wss://127.0.0.1:13579"
[key_stores.phone]
kind = "mobile"
provider = "test_key_store_settings:Telephone"
options = { number = 7 }
[signature]
key_stores = ["pkcs11", "csc"]
sole_control = true
matched_by = ["number"]
algorithms = { "rsa-1900" = 2027-01-01 }
grace_hours = 24
"""
CLIENT = '[key_stores.x]\nkind = "csc"\nurl = "https://a/csc/v2"\nclient_id = "office"\n'


class Telephone:
    def __init__(self, number: int) -> None:
        self.number = number

    def start(self, question: Question) -> Ticket:
        raise StoreFailed("telephone", "down", "wait")

    def poll(self, reference: str) -> Waiting:
        return Waiting()

    def check(self) -> list[str]:
        return [f"telephone {self.number} is off"]


def written(home: Path, text: str) -> Path:
    (home / "karguzar.toml").write_text(text, encoding="utf-8")
    return home


def test_every_kind_of_store_is_set_up_by_its_table(tmp_path: Path) -> None:
    stores = read_key_stores(written(tmp_path, WHOLE))
    kinds = {name: store.kind.name for name, store in stores.stores.items()}
    assert kinds == {"hsm": "pkcs11", "remote": "csc", "bank": "consent", "nca": "agent", "phone": "mobile"}
    assert {name for name in kinds if stores.opened_here(name)} == {"hsm", "remote"}
    assert stores.policy.key_stores == {"pkcs11", "csc"}
    assert (stores.policy.sole_control, stores.policy.algorithms) == (True, {"rsa-1900": date(2027, 1, 1)})
    assert stores.policy.grace == timedelta(hours=24)
    phone = stores.named("phone")
    assert isinstance(phone, LaterStore)
    assert phone.check() == ["telephone 7 is off"]
    findings = "\n".join(stores.check())
    for told in ("/usr/lib/libhsm.so", "remote-token", "bank-secret", "telephone 7 is off"):
        assert told in findings
    assert read_settings(tmp_path, {}).port == 9000


def test_without_tables_the_built_in_stores_serve(tmp_path: Path) -> None:
    stores = read_key_stores(tmp_path)
    assert {stores.kind_of(name).manner for name in ("browser", "file")} == {Manner.PAGE}
    assert (stores.sole_control("pkcs12"), stores.sole_control("browser")) == (False, True)
    assert stores.opening("pkcs12").kind.name == "pkcs12"
    assert "not under sole control" in stores.check()[0]
    with pytest.raises(ConfigurationError, match="no key store 'hsm' is set up"):
        stores.kind_of("hsm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key_stores = 5", "key_stores in karguzar.toml must be a table"),
        ("[key_stores.x]", "key_stores.x.kind is missing"),
        ('[key_stores.x]\nkind = "floppy"', "'floppy' unknown; known are: agent, consent, csc, mobile, pkcs11"),
        ('[key_stores.csc]\nkind = "csc"', "cannot be called as a kind of store is"),
        ('[key_stores.x]\nkind = "pkcs11"', "key_stores.x.module is missing"),
        ('[key_stores.x]\nkind = "pkcs11"\nmodule = 5', "must be a text, not 5"),
        ('[key_stores.x]\nkind = "pkcs11"\nmodule = "a"\nslot = 1', "slot unknown; known are: kind, module"),
        ('[key_stores.x]\nkind = "csc"\nurl = "https://a/"\ntoken_file = "t"', "ends with /csc/v2"),
        ('[key_stores.x]\nkind = "csc"\nurl = "ftp://a/csc/v2"\ntoken_file = "t"', "must be an address"),
        ('[key_stores.x]\nkind = "csc"\nurl = "https://a/csc/v2"\ntoken_file = "t"\nscal = 3', "must be 1 or 2"),
        (f"{CLIENT}", "client_secret_file is missing"),
        (f'{CLIENT}client_secret_file = "s"\noauth = "ftp://a"', "oauth in karguzar.toml must be an address"),
        (f'{CLIENT}client_secret_file = "s"\ntoken_file = "t"', "token_file unknown"),
        ('[key_stores.x]\nkind = "consent"\nurl = "https://a/csc/v2"\ntoken_file = "t"', "client_id is missing"),
        ('[key_stores.x]\nkind = "agent"\nurl = "wss://agent.example"', "on the officer's own computer"),
        ('[key_stores.x]\nkind = "mobile"\nprovider = "nowhere:Nothing"', "'nowhere:Nothing' cannot be used"),
        ('[key_stores.x]\nkind = "mobile"\nprovider = "json"', "'json' cannot be used"),
        ('[signature]\nkey_stores = ["floppy"]', "floppy unknown; known are: agent, browser"),
        ('[signature]\nsole_control = "yes"', "must be true or false"),
        ('[signature]\nmatched_by = ["face"]', "face unknown; known are: issued, name, number"),
        ('[signature]\nalgorithms = { "rsa-7" = 2027-01-01 }', "rsa-7 unknown; known are: ecdsa-160, ecdsa-256"),
        ('[signature]\nalgorithms = { "sha256" = "soon" }', "must be a day such as"),
        ('[signature]\ngrace_hours = "a day"', "grace_hours in karguzar.toml must be"),
        ("[signature]\ngrace_hours = -1", "grace_hours in karguzar.toml must be from 0 to 720"),
        ("[signature]\nsoul_control = true", "soul_control unknown; known are: algorithms, grace_hours, key_stores"),
        ("[signature", "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_key_stores(written(tmp_path, text))
    assert message in str(refused.value)


def test_packages_know_the_same_stores_and_levels_as_the_signing_room() -> None:
    assert set(KEY_STORES) == set(KINDS)
    assert tuple(str(level) for level in SignatureLevel) == SIGNATURE_LEVELS
