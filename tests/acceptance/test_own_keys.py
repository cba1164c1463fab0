"""A new officer's key is their own: made in the browser, or in their file; it never leaves the page."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from playwright.sync_api import Browser, expect

from acceptance.appeals import submit_quickly
from acceptance.newcomer import (
    NAME,
    KeyFile,
    PrivateKey,
    Watched,
    admit,
    encrypted_with_rc2,
    kept_by_the_office,
    key_file,
    written,
)
from acceptance.person import PATIENCE, Person
from acceptance.served_office import Account, ServedOffice
from acceptance.services import claim
from acceptance.town import Town

LIVES_IN_THE_BROWSER = """async () => {
  const opened = await new Promise((done, failed) => {
    const request = indexedDB.open('karguzar-keys');
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const all = await new Promise((done) => {
    const request = opened.transaction('keys').objectStore('keys').getAll();
    request.onsuccess = () => done(request.result);
  });
  const told = [];
  for (const { privateKey } of all) {
    let exported = 'refused';
    try { await crypto.subtle.exportKey('pkcs8', privateKey); exported = 'exported'; } catch {}
    told.push(`${privateKey.algorithm.name} ${privateKey.extractable} ${exported}`);
  }
  opened.close();
  return told;
}"""


@pytest.fixture(scope="module")
def account(whole_town: Town, served: ServedOffice) -> Account:
    return admit(whole_town.another_browser("admin"), served, "gunay")


@pytest.fixture
def newcomer(town: Town, chromium: Browser, served: ServedOffice, account: Account) -> Iterator[Watched]:
    person = Watched(chromium, served, account)
    yield person
    assert person.troubles == []
    person.close()


def prepare_a_document(officer: Person, number: str) -> None:
    claim(officer, number)
    officer.fill({"decision": "consider"})
    officer.press("Go on to signing")
    officer.page.wait_for_url("**/sign/*")


def make_a_key(officer: Person, kind: str = "P-256") -> None:
    officer.go("/me")
    officer.page.check(f'input[value="{kind}"]', force=True)
    officer.press("Make the key and ask for the certificate")
    officer.reads("Your key is made and certified. It stays in this browser: sign from here.")


def test_a_new_officer_makes_a_key_in_the_browser_and_signs_with_it(town: Town, newcomer: Watched) -> None:
    newcomer.go("/me")
    newcomer.reads("You have no certificate in force: make a key, and you can sign.")
    newcomer.photo("own-key-01-none")
    make_a_key(newcomer)
    newcomer.photo("own-key-02-made")
    assert newcomer.page.evaluate(LIVES_IN_THE_BROWSER) == ["ECDSA false refused"]
    prepare_a_document(newcomer, submit_quickly(town, "housing").number)
    newcomer.photo("own-key-03-sign")
    newcomer.press("Sign the document")
    newcomer.reads("Signed and safely kept")

    elsewhere = town.another_browser("clerk")
    elsewhere.account = newcomer.account
    elsewhere.context.clear_cookies()
    elsewhere.sign_in()
    prepare_a_document(elsewhere, submit_quickly(town, "housing").number)
    expect(elsewhere.page.locator("[data-elsewhere]")).to_be_visible()
    elsewhere.reads("Your key is not in this browser.")
    expect(elsewhere.page.locator("form[data-sign]")).to_be_hidden()
    elsewhere.photo("own-key-04-elsewhere")

    make_a_key(elsewhere, "RSA-3072")
    assert elsewhere.page.evaluate(LIVES_IN_THE_BROWSER) == ["RSASSA-PKCS1-v1_5 false refused"]
    for officer in (newcomer, elsewhere):  # each browser signs with its own key
        prepare_a_document(officer, submit_quickly(town, "housing").number)
        officer.press("Sign the document")
        officer.reads("Signed and safely kept")


@pytest.mark.parametrize(
    ("kind", "new"),
    [
        pytest.param("rsa", False, id="RSA, old encryption"),
        pytest.param("rc2", False, id="RSA, oldest encryption", marks=pytest.mark.long),
        pytest.param("rsa", True, id="RSA, new encryption", marks=pytest.mark.long),
        pytest.param("ec", False, id="EC, old encryption", marks=pytest.mark.long),
        pytest.param("ec", True, id="EC, new encryption", marks=pytest.mark.long),
    ],
)
def test_an_own_file_is_opened_in_the_page_and_nothing_of_it_leaves_it(
    town: Town, newcomer: Watched, served: ServedOffice, tmp_path: Path, kind: str, new: bool
) -> None:
    key: PrivateKey = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    file = key_file(served, NAME, key, old=not new)
    if kind == "rc2":
        file = encrypted_with_rc2(file, tmp_path)
    newcomer.go("/me")
    choose(newcomer, tmp_path, file, pin="not this one")
    newcomer.press("Make the certificate known")
    newcomer.sees(newcomer.words("The PIN does not open this file."), "form[data-register]")
    choose(newcomer, tmp_path, file)
    newcomer.press("Make the certificate known")
    newcomer.reads("The certificate of your file is entered. Choose the file each time you sign.")
    prepare_a_document(newcomer, submit_quickly(town, "housing").number)
    choose(newcomer, tmp_path, file)
    if new == (kind == "ec"):
        newcomer.photo(f"own-file-{kind}")
    newcomer.press("Sign the document")
    newcomer.reads("Signed and safely kept")
    assert_nowhere(file, b"\n".join(newcomer.sent), kept_by_the_office(served))


@pytest.mark.long
def test_another_persons_file_is_refused(newcomer: Watched, served: ServedOffice, tmp_path: Path) -> None:
    newcomer.go("/me")
    choose(newcomer, tmp_path, key_file(served, "Başqa Adam", ec.generate_private_key(ec.SECP256R1()), old=False))
    newcomer.press("Make the certificate known")
    newcomer.sees(newcomer.words("The certificate names somebody else than you."))


def test_many_documents_are_signed_in_one_authentication_and_a_reload_goes_on(town: Town, newcomer: Watched) -> None:
    make_a_key(newcomer)
    numbers = [submit_quickly(town, "housing").number for _ in range(3)]
    answer_alike(newcomer, numbers)
    newcomer.photo("many-02-sign")
    newcomer.page.reload()
    rows = newcomer.page.locator("tbody tr")
    waiting = rows.count()
    assert waiting >= len(numbers)
    shown = newcomer.get(rows.first.get_attribute("data-document") or "")
    assert hashlib.sha256(shown).hexdigest() == rows.first.get_attribute("data-sha256")
    rows.first.locator("input").uncheck()
    sign_the_selected(newcomer, waiting - 1)
    newcomer.photo("many-03-signed")
    newcomer.go("/sign/many")
    assert rows.count() == 1, "what was not ticked still waits"
    sign_the_selected(newcomer, 1)


@pytest.mark.long
def test_many_documents_are_signed_with_the_key_the_server_keeps(town: Town) -> None:
    clerk = town.another_browser("housing.clerk")
    answer_alike(clerk, [submit_quickly(town, "housing").number for _ in range(2)])
    clerk.page.fill("#pin", "not this one")
    clerk.press("Sign the selected documents")
    clerk.sees(clerk.words("The PIN does not open your key."), "form[data-many-sign]")
    waiting = clerk.page.locator("tbody tr").count()
    assert clerk.account is not None
    clerk.page.fill("#pin", clerk.account.pin)
    sign_the_selected(clerk, waiting)


def answer_alike(officer: Person, numbers: Sequence[str]) -> None:
    """Tick the steps in the inbox, answer them alike, go on to their documents."""
    for number in numbers:
        row = officer.page.locator("tbody tr").filter(has_text=number)
        officer.wait_for("/inbox?tab=group", lambda row=row: row.count() > 0)  # type: ignore[misc]
    for number in numbers:
        officer.page.locator("tbody tr").filter(has_text=number).locator("input[type=checkbox]").check()
    officer.press("Answer and sign the selected")
    officer.page.check('input[value="consider"]', force=True)
    officer.photo("many-01-answer")
    officer.press("Make the documents")
    officer.page.wait_for_url("**/sign/many")
    for number in numbers:
        officer.sees(number)


def sign_the_selected(officer: Person, count: int) -> None:
    officer.press("Sign the selected documents")
    expect(officer.page.locator("[data-finished]")).to_be_visible(timeout=PATIENCE)
    assert officer.page.locator("[data-state] .tag.ok").count() == count


def choose(officer: Watched, folder: Path, file: KeyFile, pin: str = "") -> None:
    officer.page.set_input_files("#own-file", written(folder, file))
    officer.page.fill("#own-pin", pin or file.pin)


def assert_nowhere(file: KeyFile, *places: bytes) -> None:
    for secret in file.secrets():
        for place in places:
            assert secret not in place
            assert secret.hex().encode() not in place.lower()
            # base64 of these bytes at any offset has the middle of one of three texts
            for offset in range(3):
                middle = base64.b64encode(bytes(offset) + secret)[4:-4]
                assert middle not in place
