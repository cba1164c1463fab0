"""B-LT and B-LTA: what is appended, from whom it is, of when it is, and that nothing earlier ever changes."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from signing_pilot import CREATED, JUDGED, OFFICER, PIN, SIGNED, Nobody, Pilot

from signing import algorithms, pades
from signing.authority import PilotAuthority, Revoked, Subject
from signing.cms import load_certificate
from signing.errors import (
    CertificateRevoked,
    DocumentUnusable,
    GracePeriod,
    LevelNotOffered,
    NotSignable,
    RevocationUnavailable,
    TimestampFailed,
)
from signing.fetching import InProcess
from signing.keys.pkcs12 import open_pkcs12
from signing.levels import Missing, document_state, missing, security_store
from signing.renewal import renewal_due
from signing.request import SignatureLevel
from signing.revocation import MemoryCache, RevocationSource
from signing.service import Signing
from signing.structure import open_pdf
from signing.trust import TrustStore

LATER = SIGNED + timedelta(minutes=3)
LEVELS = [SignatureLevel.B_T, SignatureLevel.B_LT, SignatureLevel.B_LTA]


class Counting:
    """A transport that counts what it is asked."""

    def __init__(self, inner: object) -> None:
        self.inner, self.asked = inner, []

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        return self.inner.get(url)

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        self.asked.append(url)
        return self.inner.post(url, body, content_type)


def store_of(pdf: bytes):
    return security_store(open_pdf(pdf))


def untimed(pilot: Pilot) -> bytes:
    """B-B: no time-stamping authority answered."""
    return Signing(clock=pilot.clock).sign(pilot.request(pilot.fielded()), pilot.key).pdf


def test_each_level_is_reached_by_appending_and_passes(pilot: Pilot):
    pdf = untimed(pilot)
    pilot.clock.now = LATER
    room = pilot.raising()
    for level in LEVELS:
        raised = room.raise_level(pdf, level)
        assert raised.pdf.startswith(pdf)
        assert len(raised.pdf) > len(pdf)
        assert raised.level == level == document_state(raised.pdf).level
        report = room.validate(raised.pdf, pilot.trust(), at=JUDGED)
        assert (report.verdict, report.level, report.findings) == ("TOTAL-PASSED", level, ())
        pdf = raised.pdf
    assert room.raise_level(pdf, SignatureLevel.B_LTA).pdf == pdf, "once is enough"


def test_every_earlier_prefix_keeps_its_hash_from_bb_to_a_renewal(pilot: Pilot):
    revisions = [pilot.fielded("Signature1", "Signature2")]
    revisions.append(Signing(clock=pilot.clock).sign(pilot.request(revisions[-1], certify=False), pilot.key).pdf)
    pilot.clock.now = LATER
    room = pilot.raising()
    revisions.append(room.raise_level(revisions[-1], SignatureLevel.B_LTA).pdf)
    pilot.clock.now = LATER + timedelta(minutes=1)
    revisions.append(room.sign(pilot.request(revisions[-1], field="Signature2", certify=False), pilot.key).pdf)
    assert document_state(revisions[-1]).level == "B-T", "the co-signature has validation data of its own to get"
    revisions.append(room.raise_level(revisions[-1], SignatureLevel.B_LTA).pdf)
    pilot.clock.now = LATER + timedelta(days=365)
    revisions.append(room.renew(revisions[-1]).pdf)
    told = [(len(one), hashlib.sha256(one).hexdigest()) for one in revisions]
    final = revisions[-1]
    assert [hashlib.sha256(final[:size]).hexdigest() for size, _ in told] == [sha256 for _, sha256 in told]
    far = JUDGED + timedelta(days=365)
    report = room.validate(final, pilot.trust(at=far), at=far)
    assert (report.verdict, report.level, report.findings) == ("TOTAL-PASSED", "B-LTA", ())


def test_the_store_holds_the_chains_and_fresh_data_and_names_the_signature(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LT).pdf
    store = store_of(raised)
    names = {one.subject.native["common_name"] for one in store.certificates}
    assert {OFFICER, "Karguzar Pilot OCSP (not qualified)", "Karguzar Pilot Root CA (not qualified)"} <= names
    (ocsp,) = store.ocsps
    (answer,) = ocsp.basic_ocsp_response["tbs_response_data"]["responses"]
    assert answer["this_update"].native >= signed_at(signed)
    assert len(store.crls) == 1, "the root's, about the issuing CA and the TSA"
    state = document_state(raised)
    contents = state.signatures[0].stamp.embedded.pkcs7_content
    key = hashlib.sha1(contents, usedforsecurity=False).hexdigest().upper()
    entries = PdfFileReader(open_pdf(raised).stream).root["/DSS"]["/VRI"]
    assert list(entries) == [f"/{key}"]
    assert {"/Cert", "/OCSP", "/CRL"} <= set(entries[f"/{key}"])


def signed_at(pdf: bytes) -> datetime:
    proven = document_state(pdf).signatures[0].proven_at
    assert proven is not None
    return proven.replace(microsecond=0)


def test_data_issued_before_the_signature_are_never_embedded(pilot: Pilot):
    signed = pilot.signed().pdf
    cache = MemoryCache()
    pilot.clock.now = SIGNED - timedelta(hours=1)
    early = pilot.signed().pdf
    pilot.raising(cache=cache).raise_level(early, SignatureLevel.B_LT)
    kept = {source: data.issued_at for source, data in cache._data.items()}
    assert any("/ocsp#" in source for source in kept)
    pilot.clock.now = LATER
    raised = pilot.raising(cache=cache).raise_level(signed, SignatureLevel.B_LT).pdf
    (ocsp,) = store_of(raised).ocsps
    (answer,) = ocsp.basic_ocsp_response["tbs_response_data"]["responses"]
    assert answer["this_update"].native == LATER.replace(microsecond=0)
    assert {source: cache._data[source].issued_at for source in kept} != kept, "the newer answer is the one kept"


def test_lists_alone_do_if_they_were_issued_after_the_signature(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    crls = tuple(pilot.authority.crl(issuer, at=LATER) for issuer in ("issuing", "root"))
    nobody = RevocationSource(Nobody())
    room = pilot.raising(revocation=nobody, trust=lambda: pilot.authority.trust(crls))
    raised = room.raise_level(signed, SignatureLevel.B_LTA)
    assert (raised.level, len(store_of(raised.pdf).crls), store_of(raised.pdf).ocsps) == ("B-LTA", 2, ())
    old = tuple(pilot.authority.crl(issuer, at=SIGNED - timedelta(days=1)) for issuer in ("issuing", "root"))
    stale = pilot.raising(revocation=nobody, trust=lambda: pilot.authority.trust(old))
    with pytest.raises(RevocationUnavailable, match="nobody answers"):
        stale.raise_level(signed, SignatureLevel.B_LT)


def test_one_answer_serves_all_documents_signed_before_it(pilot: Pilot):
    documents = [pilot.signed().pdf for _ in range(3)]
    pilot.clock.now = LATER
    cache = MemoryCache()
    room = pilot.raising(cache=cache)
    counting = Counting(room._revocation._transport)
    room._revocation._transport = counting
    for pdf in documents:
        room.raise_level(pdf, SignatureLevel.B_LTA)
    assert sorted(url.rpartition("/")[2] for url in counting.asked) == ["ocsp", "root.crl"]


@pytest.mark.parametrize("reason", ["keyCompromise", "cessationOfOperation"])
def test_who_was_revoked_before_the_proven_time_gets_no_level(pilot: Pilot, reason: str):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    room = pilot.raising(Revoked(serial=pilot.enrolled.serial, at=SIGNED - timedelta(hours=1), reason=reason))
    with pytest.raises(CertificateRevoked) as caught:
        room.raise_level(signed, SignatureLevel.B_LT)
    assert caught.value.revoked_at == (SIGNED - timedelta(hours=1)).replace(microsecond=0)


def test_who_was_revoked_afterwards_keeps_what_was_signed_and_the_data_say_so(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = SIGNED + timedelta(days=2)
    revoked = Revoked(serial=pilot.enrolled.serial, at=SIGNED + timedelta(days=1), reason="keyCompromise")
    raised = pilot.raising(revoked).raise_level(signed, SignatureLevel.B_LTA)
    (ocsp,) = store_of(raised.pdf).ocsps
    (answer,) = ocsp.basic_ocsp_response["tbs_response_data"]["responses"]
    assert answer["cert_status"].name == "revoked"
    report = pilot.signing.validate(raised.pdf, pilot.trust(revoked), at=JUDGED)
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-LTA")


def test_a_timestamping_authority_that_was_revoked_raises_nothing(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    tsa = f"{load_certificate(pilot.authority.certificate('tsa')).serial_number:x}"
    doors = pilot.doors()
    doors["/root.crl"] = lambda _: pilot.authority.crl("root", [Revoked(serial=tsa, at=LATER)], at=LATER)
    room = pilot.raising(revocation=RevocationSource(InProcess(pilot.authority.url, doors, Nobody())))
    with pytest.raises(CertificateRevoked, match="TSA"):
        room.raise_level(signed, SignatureLevel.B_LT)


def test_what_cannot_be_had_is_told_and_what_was_reached_stays(pilot: Pilot):
    signed = untimed(pilot)
    pilot.clock.now = LATER
    silent = Signing(clock=pilot.clock, trust=pilot.authority.anchors, revocation=RevocationSource(Nobody()))
    with pytest.raises(TimestampFailed):
        silent.raise_level(signed, SignatureLevel.B_LTA)
    no_data = pilot.raising(revocation=RevocationSource(Nobody()))
    with pytest.raises(RevocationUnavailable, match=r"ocsp: nobody answers.*issuing\.crl: nobody answers"):
        no_data.raise_level(signed, SignatureLevel.B_LTA)
    reached = no_data.raise_level(signed, SignatureLevel.B_T)
    assert pilot.raising().raise_level(reached.pdf, SignatureLevel.B_LTA).pdf.startswith(reached.pdf)


def test_levels_need_trust_and_a_signature(pilot: Pilot):
    signed = pilot.signed().pdf
    with pytest.raises(LevelNotOffered):
        pilot.signing.raise_level(signed, SignatureLevel.B_LT)
    with pytest.raises(NotSignable, match="trusted root"):
        pilot.raising(trust=TrustStore).raise_level(signed, SignatureLevel.B_LT)
    with pytest.raises(DocumentUnusable):
        pilot.raising().raise_level(pilot.fielded(), SignatureLevel.B_LTA)
    with pytest.raises(LevelNotOffered):
        pilot.raising().renew(signed)


def test_who_has_not_signed_yet_is_named(pilot: Pilot):
    pdf = pilot.fielded("Signature1", "Signature2")
    first = pilot.signed(pdf, certify=False).pdf
    (sentence,) = document_state(first).outstanding
    assert sentence.startswith("field Signature2 is not signed")
    second = pilot.signed(first, field="Signature2", certify=False).pdf
    assert document_state(second).outstanding == ()


def test_validation_years_later_needs_only_the_root(pilot: Pilot):
    """The issuer's list of then is in the document; who has no newer one still gets a verdict."""
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LTA).pdf
    report = pilot.signing.validate(raised, pilot.authority.anchors(), at=LATER + timedelta(days=200))
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-LTA")
    report = pilot.signing.validate(signed, pilot.authority.anchors(), at=LATER + timedelta(days=200))
    assert (report.verdict, report.level) == ("INDETERMINATE", "B-T")


def test_a_renewal_carries_a_document_over_the_end_of_its_timestamping_authority(pilot: Pilot, tmp_path):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LTA).pdf
    ends = CREATED.replace(year=CREATED.year + 10) - timedelta(seconds=1)
    due = renewal_due(raised)
    assert due is not None
    assert due.ends_at == ends
    assert "TSA" in due.why
    assert renewal_due(signed) is None, "nothing to renew before there is an archive timestamp"
    pilot.clock.now = ends - timedelta(days=90)
    other = PilotAuthority.create(tmp_path / "new", "another passphrase", at=pilot.clock.now - timedelta(days=1))
    both = TrustStore(anchors=(pilot.authority.certificate("root"), other.certificate("root")))
    room = pilot.raising(
        timestamper=other.timestamper(pilot.clock),
        trust=lambda: TrustStore(both.anchors, (), (other.crl("root", at=pilot.clock()),)),
        revocation=RevocationSource(InProcess(pilot.authority.url, pilot.doors(), Nobody())),
    )
    renewed = room.renew(raised)
    again = renewal_due(renewed.pdf)
    assert again is not None
    assert again.ends_at > due.ends_at + timedelta(days=365 * 9)
    after = ends + timedelta(days=400)
    trust = TrustStore(both.anchors, (), tuple(other.crl(issuer, at=after) for issuer in ("root", "issuing")))
    report = room.validate(renewed.pdf, trust, at=after)
    assert (report.verdict, report.level, report.findings) == ("TOTAL-PASSED", "B-LTA", ())
    lapsed = room.validate(raised, trust, at=after)
    assert lapsed.verdict == "INDETERMINATE", "without renewal nothing proves it any more"


@pytest.mark.parametrize(
    ("level", "wanted", "expected"),
    [
        ("B-B", SignatureLevel.B_LTA, list(Missing)),
        ("B-T", SignatureLevel.B_LTA, [Missing.VALIDATION_DATA, Missing.ARCHIVE_TIMESTAMP]),
        ("B-LT", SignatureLevel.B_LTA, [Missing.ARCHIVE_TIMESTAMP]),
        ("B-LTA", SignatureLevel.B_LTA, []),
        ("B-B", SignatureLevel.B_T, [Missing.TIMESTAMP]),
        (None, SignatureLevel.B_LTA, []),
    ],
)
def test_what_a_level_waits_for(level: str | None, wanted: SignatureLevel, expected: list[Missing]):
    assert list(missing(level, wanted)) == expected


def test_a_store_that_speaks_of_the_signer_alone_is_not_yet_b_lt(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    issuing = pilot.authority.crl("issuing", at=LATER)
    alone = pades.append_validation_data(signed, pades.ValidationData(crls=(issuing,)), [])
    assert document_state(alone).level == "B-T"
    whole = pades.append_validation_data(alone, pades.ValidationData(crls=(pilot.authority.crl("root", at=LATER),)), [])
    assert document_state(whole).level == "B-LT"


def test_two_officers_of_one_document_are_both_raised(pilot: Pilot, authority: PilotAuthority):
    subject = Subject(name="İkinci", organisation="Agentlik", serial_number="AZ-2")
    other = open_pkcs12(authority.enrol(subject, at=CREATED, pin=PIN).pkcs12, PIN)
    pdf = pilot.signed(pilot.fielded("Signature1", "Signature2"), certify=False).pdf
    request = pilot.request(pdf, field="Signature2", certify=False, certificate=other.certificate, chain=other.chain)
    pdf = pilot.signing.sign(request, other).pdf
    pilot.clock.now = LATER
    raised = pilot.raising().raise_level(pdf, SignatureLevel.B_LTA)
    assert len(store_of(raised.pdf).ocsps) == 2
    assert {one.level for one in document_state(raised.pdf).signatures} == {"B-LTA"}
    far = datetime(2027, 1, 4, tzinfo=UTC)
    assert {one.level for one in pilot.signing.validate(raised.pdf, pilot.trust(at=far), at=far).signatures} == {
        "B-LTA"
    }


def test_an_algorithm_that_ends_sooner_than_the_certificate_sets_the_term(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LTA).pdf
    sooner = tuple(
        replace(one, until=date(2030, 1, 1)) if one.name == "ecdsa" else one for one in algorithms.ACCEPTABLE
    )
    monkeypatch.setattr(algorithms, "ACCEPTABLE", sooner)
    due = renewal_due(raised)
    assert due is not None
    assert (due.ends_at, due.why.split(",")[0]) == (datetime(2030, 1, 1, tzinfo=UTC), "ecdsa-256")


@pytest.mark.parametrize("reason", ["keyCompromise", "certificateHold"])
def test_an_answer_of_before_that_a_document_carries_does_not_hide_a_revocation(pilot: Pilot, reason: str):
    pdf = untimed(pilot)
    pilot.clock.now = LATER
    room = pilot.raising()
    for raised in (room.raise_level(pdf, SignatureLevel.B_LT).pdf, room.raise_level(pdf, SignatureLevel.B_LTA).pdf):
        soon = LATER + timedelta(minutes=5)
        revoked = Revoked(pilot.enrolled.serial, LATER + timedelta(minutes=2), reason)
        report = room.validate(raised, pilot.trust(revoked, at=soon), at=soon)
        (signature,) = report.signatures
        assert report.verdict == "TOTAL-PASSED"
        if reason == "keyCompromise":
            assert signature.revoked is not None
            assert (signature.revoked.at, signature.revoked.reason) == (revoked.at, reason)
            assert report.findings[0].startswith("REVOKED_LATER")
        else:
            assert signature.revoked is None, "a hold may have been lifted: the answer says good"


DAY = timedelta(days=1)


def test_validation_data_wait_for_the_grace_period_and_tell_until_when(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    room = pilot.raising(trust=lambda: replace(pilot.authority.anchors(), grace=DAY))
    with pytest.raises(GracePeriod, match="count when issued from 2026-03-20 10:30:15 UTC on") as caught:
        room.raise_level(signed, SignatureLevel.B_LTA)
    assert caught.value.until == SIGNED + DAY
    assert room.raise_level(untimed(pilot), SignatureLevel.B_T).level == "B-T", "a timestamp waits for nothing"
    pilot.clock.now = SIGNED + DAY
    raised = room.raise_level(signed, SignatureLevel.B_LTA)
    assert raised.level == document_state(raised.pdf, grace=DAY).level == "B-LTA"
    far = datetime(2033, 1, 1, tzinfo=UTC)
    for at in (SIGNED + DAY, JUDGED, far):
        trust = replace(pilot.trust(at=at), grace=DAY)
        assert room.validate(raised.pdf, trust, at=at).verdict == "TOTAL-PASSED", "its own data suffice"


def test_data_of_within_the_grace_period_do_not_count(pilot: Pilot):
    signed = pilot.signed().pdf
    pilot.clock.now = LATER
    hasty = pilot.raising().raise_level(signed, SignatureLevel.B_LTA).pdf
    assert document_state(hasty, grace=DAY).level == "B-T"
    soon = LATER + timedelta(hours=1)
    for pdf in (signed, hasty, untimed(pilot)):
        early = pilot.signing.validate(pdf, replace(pilot.trust(at=soon), grace=DAY), at=soon)
        (signature,) = early.signatures
        assert (early.verdict, signature.sub_indication) == ("INDETERMINATE", "TRY_LATER")
        assert "the grace period, which ends 2026-03-20 10:3" in early.findings[0]
        later = pilot.signing.validate(pdf, replace(pilot.trust(at=JUDGED), grace=DAY), at=JUDGED)
        assert later.verdict == "TOTAL-PASSED", "today's list was issued after it"
    far = datetime(2033, 1, 1, tzinfo=UTC)
    lists = replace(pilot.trust(at=far), crls=(), grace=DAY)
    (signature,) = pilot.signing.validate(hasty, lists, at=far).signatures
    assert signature.verdict == "INDETERMINATE", "in the archive nothing but its own data speaks of it"


def test_a_revocation_told_within_the_grace_period_is_seen_by_it(pilot: Pilot):
    signed = pilot.signed().pdf
    before = Revoked(pilot.enrolled.serial, SIGNED - timedelta(minutes=5))
    after = Revoked(pilot.enrolled.serial, SIGNED + timedelta(minutes=5))
    pilot.clock.now = SIGNED + DAY
    trusted = {"trust": lambda: replace(pilot.authority.anchors(), grace=DAY)}
    with pytest.raises(CertificateRevoked, match="2026-03-19 10:25"):
        pilot.raising(before, **trusted).raise_level(signed, SignatureLevel.B_LTA)
    raised = pilot.raising(after, **trusted).raise_level(signed, SignatureLevel.B_LTA).pdf
    report = pilot.signing.validate(raised, replace(pilot.trust(after), grace=DAY), at=JUDGED)
    assert (report.verdict, report.findings[0][:13]) == ("TOTAL-PASSED", "REVOKED_LATER")
