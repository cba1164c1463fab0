"""Evidence records: one timestamp for many, renewed twice, and every rule by which one falls (RFC 4998)."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signing_evidence import (
    DOCUMENTS,
    LATER,
    MUCH_LATER,
    Office,
    office,
    renewed_by_hash_tree,
    renewed_by_timestamp,
    sha256,
)
from signing_pilot import JUDGED, SIGNED

from signing import der
from signing.algorithms import digest_identifier
from signing.authority import PilotAuthority, Revoked
from signing.cms import load_certificate
from signing.errors import EvidenceUnreadable, TimestampFailed
from signing.evidence import (
    MOST_TIMESTAMPS,
    ArchiveTimestamp,
    EvidenceRecord,
    archive_timestamp,
    hash_of_token,
    make_batch,
    read_record,
    with_validation_data,
)
from signing.evidence_renewal import renewal_term
from signing.evidence_validation import EvidenceReport, EvidenceTrust, hashes_of, validate_evidence
from signing.hash_trees import fold, grow, reduced
from signing.trust import TrustStore

__all__ = ["office"]


def judged(record: EvidenceRecord | bytes, trust: EvidenceTrust, *documents: bytes) -> EvidenceReport:
    data = record if isinstance(record, bytes) else record.der
    return validate_evidence(data, hashes_of(*documents), trust)


@pytest.mark.parametrize("count", range(1, 10))
def test_one_timestamp_proves_each_of_many_documents(office: Office, count: int):
    documents = [f"document {number}".encode() for number in range(count)]
    batch = office.batch(documents)
    for one in documents:
        record = batch.record([sha256(one)])
        assert judged(record, office.trust(), one) == EvidenceReport("TOTAL-PASSED", SIGNED, (SIGNED,))
        assert record.newest.lists[0] == (sha256(one),), "nobody else's hash beside the own one"
        assert judged(record, office.trust(), one + b"!").rule == "not-covered"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_group_is_proven_as_exactly_this_group(office: Office, algorithm: str):
    group = hashes_of(b"letter", b"first annex", b"second annex")(algorithm)
    batch = make_batch(algorithm, [group, *([one] for one in hashes_of(*DOCUMENTS)(algorithm))], office.stamp)
    record = batch.record(group)
    assert judged(record, office.trust(), b"second annex", b"letter", b"first annex").proven_at == SIGNED
    assert judged(record, office.trust(), b"letter", b"first annex").rule == "other-objects"
    assert judged(record, office.trust(), b"letter", b"another annex").rule == "not-covered"
    assert judged(record, office.trust(), b"letter").proven_at == SIGNED, "one of a group existed then, too"


def test_equal_documents_are_one_leaf(office: Office):
    batch = office.batch([b"same", b"same", b"other"])
    assert batch.tree.leaves == 2
    assert judged(batch.record([sha256(b"same")] * 2), office.trust(), b"same", b"same").proven_at == SIGNED


def test_a_lone_hash_is_not_hashed_again_and_several_are_sorted():
    low, high = sorted((sha256(b"a"), sha256(b"b")))
    assert fold("sha256", [[low]]) == low
    assert fold("sha256", [[high, low]]) == sha256(low + high)
    assert fold("sha256", [[high], [low]]) == sha256(low + high)
    assert grow("sha256", [low]).root == low


def test_an_odd_node_moves_up_as_it_is():
    leaves = sorted(hashes_of(*DOCUMENTS)("sha256"))
    tree = grow("sha256", leaves)
    assert [len(level) // 32 for level in tree.levels] == [7, 4, 2, 1]
    for place, leaf in enumerate(leaves):
        assert fold("sha256", reduced([leaf], tree.leaves, place, tree.node)) == tree.root


def test_renewed_by_timestamp_the_proof_outlives_the_first_authority(office: Office):
    first = office.batch().record([sha256(DOCUMENTS[3])])
    office.clock.now = LATER
    successor = office.succeeded()
    renewed = renewed_by_timestamp(successor, first)
    assert judged(first, office.trust(MUCH_LATER), DOCUMENTS[3]).rule == "authority-validity"
    report = judged(renewed, office.trust(MUCH_LATER), DOCUMENTS[3])
    assert (report.verdict, report.proven_at, report.timestamps) == ("TOTAL-PASSED", SIGNED, (SIGNED, LATER))


def test_renewed_by_hash_tree_the_proof_outlives_the_first_algorithm(office: Office):
    group = DOCUMENTS[:3]
    own = hashes_of(*group)("sha256")
    first = make_batch("sha256", [own, [sha256(b"z")]], office.stamp).record(own)
    office.clock.now = LATER
    twice = renewed_by_hash_tree(office.succeeded(), first, *group)
    trust = replace(office.trust(datetime(2035, 1, 1, tzinfo=UTC)), sooner={"sha256": date(2034, 1, 1)})
    assert judged(first, trust, *group).rule == "algorithm-lifetime"
    # the authority's own signature is ECDSA with SHA-256, but the trees no longer are
    assert [chain[0].algorithm for chain in twice.chains] == ["sha256", "sha512"]
    assert judged(twice, trust, *group).verdict == "TOTAL-PASSED"
    assert judged(twice, trust, *group[:2], b"z").rule == "not-covered"


def test_renewals_of_both_kinds_follow_each_other(office: Office):
    record = office.batch().record([sha256(DOCUMENTS[0])])
    moments = [SIGNED]
    for number, renew in enumerate((renewed_by_timestamp, renewed_by_hash_tree, None)):
        office.clock.now = SIGNED + timedelta(days=300 * (number + 1))
        moments.append(office.clock.now)
        if renew is renewed_by_timestamp:
            record = renew(office, record)
        elif renew is renewed_by_hash_tree:
            record = renew(office, record, DOCUMENTS[0])
        else:
            own = [hash_of_token(record.newest)]
            batch = make_batch("sha512", [own, hashes_of(b"x")("sha512")], office.stamp)
            record = record.renewed_by_timestamp(batch.archive_timestamp(own))
    assert [len(chain) for chain in record.chains] == [2, 2]
    report = judged(record, office.trust(datetime(2030, 1, 1, tzinfo=UTC)), DOCUMENTS[0])
    assert (report.verdict, report.timestamps) == ("TOTAL-PASSED", tuple(moments))
    assert read_record(record.der) == record, "what is read is what was written"


def chained(office: Office, *, wrong: Callable[[EvidenceRecord], EvidenceRecord]) -> str | None:
    record = office.batch().record([sha256(DOCUMENTS[0])])
    office.clock.now = SIGNED + timedelta(days=300)
    renewed = wrong(renewed_by_timestamp(office, record))
    return judged(renewed, office.trust(datetime(2028, 1, 1, tzinfo=UTC)), DOCUMENTS[0]).rule


def test_links_that_do_not_hold_are_named(office: Office, authority: PilotAuthority):
    def token_changed(record: EvidenceRecord) -> EvidenceRecord:
        old, new = record.chains[0]
        more = with_validation_data(old.token, (authority.issuing.certificate,), ())
        return EvidenceRecord(((archive_timestamp(old.algorithm, old.lists, more), new),))

    def other_algorithm(record: EvidenceRecord) -> EvidenceRecord:
        old, _new = record.chains[0]
        own = [hash_of_token(replace(old, algorithm="sha512"))]
        return record.renewed_by_timestamp(make_batch("sha512", [own], office.stamp).archive_timestamp(own))

    def backwards(record: EvidenceRecord) -> EvidenceRecord:
        office.clock.now = SIGNED - timedelta(days=1)
        own = [hash_of_token(record.newest)]
        return record.renewed_by_timestamp(make_batch("sha256", [own], office.stamp).archive_timestamp(own))

    assert chained(office, wrong=token_changed) == "not-covered"
    office.clock.now = SIGNED
    assert chained(office, wrong=other_algorithm) == "one-algorithm-a-chain"
    office.clock.now = SIGNED
    assert chained(office, wrong=backwards) == "order-of-times"


def test_a_tree_that_leads_elsewhere_is_named(office: Office):
    archived = office.batch().archive_timestamp([sha256(DOCUMENTS[0])])
    own, first, *rest = archived.lists
    swapped = archive_timestamp("sha256", (own, (sha256(b"another"),), *rest), archived.token)
    assert judged(EvidenceRecord(((swapped,),)), office.trust(), DOCUMENTS[0]).rule == "imprint"
    cut = archive_timestamp("sha256", (own, first), archived.token)
    assert judged(EvidenceRecord(((cut,),)), office.trust(), DOCUMENTS[0]).rule == "imprint"


def test_a_list_that_smuggles_an_inner_node_in_as_one_long_hash_is_refused(office: Office):
    """A single hash stands for itself: two hashes glued together would pass for their own parent."""
    archived = office.batch([b"a", b"b"]).archive_timestamp([sha256(b"a")])
    glued = b"".join(sorted((sha256(b"a"), sha256(b"b"))))
    forged = archive_timestamp("sha256", ((glued,),), archived.token)
    assert fold("sha256", forged.lists) == glued, "so the length has to be looked at"
    report = judged(EvidenceRecord(((forged,),)), office.trust(), b"a")
    assert (report.rule, "32 octets" in report.reason) == ("format", True)


def test_times_and_authorities_that_are_not_to_be_believed(office: Office, authority: PilotAuthority):
    record = office.batch().record([sha256(DOCUMENTS[0])])
    serial = f"{load_certificate(office.tsa.certificate).serial_number:x}"

    def rule(trust: EvidenceTrust) -> tuple[str, str | None]:
        report = judged(record, trust, DOCUMENTS[0])
        return report.verdict, report.rule

    assert rule(office.trust(SIGNED - timedelta(hours=1))) == ("INDETERMINATE", "time-in-future")
    assert rule(office.trust(MUCH_LATER)) == ("INDETERMINATE", "authority-validity")
    assert rule(replace(office.trust(), store=TrustStore())) == ("INDETERMINATE", "authority-chain")
    without_list = TrustStore(anchors=(authority.root.certificate,))
    assert rule(replace(office.trust(), store=without_list)) == ("INDETERMINATE", "authority-revocation-unknown")
    later = SIGNED + timedelta(days=1)
    assert rule(office.trust(JUDGED, Revoked(serial, later))) == ("INDETERMINATE", "authority-revoked")
    stolen = Revoked(serial, later, "keyCompromise")
    assert rule(office.trust(JUDGED, stolen)) == ("INDETERMINATE", "authority-revoked")
    assert rule(office.trust(JUDGED, Revoked(serial, later, "superseded"))) == ("TOTAL-PASSED", None)
    sooner = Revoked(serial, SIGNED - timedelta(days=1), "superseded")
    assert rule(office.trust(JUDGED, sooner)) == ("INDETERMINATE", "authority-revoked")
    assert rule(replace(office.trust(), sooner={"ecdsa-256": date(2026, 6, 1)})) == (
        "INDETERMINATE",
        "algorithm-lifetime",
    )


def test_revocation_data_put_into_a_token_prove_offline(office: Office, authority: PilotAuthority):
    archived = office.batch().archive_timestamp([sha256(DOCUMENTS[0])])
    filled = with_validation_data(archived.token, (authority.root.certificate,), (office.crl(),))
    record = EvidenceRecord(((archive_timestamp("sha256", archived.lists, filled),),))
    alone = EvidenceTrust(TrustStore(anchors=(authority.root.certificate,)), JUDGED)
    assert judged(record, alone, DOCUMENTS[0]).verdict == "TOTAL-PASSED"
    assert with_validation_data(filled, (authority.root.certificate,), (office.crl(),)).count(b"CRL") == 0
    with pytest.raises(EvidenceUnreadable):
        with_validation_data(b"no token", (), ())


def test_a_forged_signature_of_the_authority_is_named(office: Office):
    record = office.batch().record([sha256(DOCUMENTS[0])])
    forged = record.der[:-5] + bytes((record.der[-5] ^ 1,)) + record.der[-4:]
    report = judged(forged, office.trust(), DOCUMENTS[0])
    assert (report.verdict, report.rule) == ("TOTAL-FAILED", "token-signature")


def test_no_token_no_evidence(office: Office):
    def silent(digest: bytes, algorithm: str) -> bytes:
        raise TimestampFailed("no answer")

    with pytest.raises(TimestampFailed):
        make_batch("sha256", [[sha256(b"a")]], silent)
    with pytest.raises(ValueError, match="32 octets"):
        make_batch("sha256", [[b"no hash"]], office.stamp)
    with pytest.raises(ValueError, match="32 octets"):
        make_batch("sha256", [], office.stamp)


def test_too_much_of_anything_is_refused_before_it_costs(office: Office):
    archived = office.batch().archive_timestamp([sha256(DOCUMENTS[0])])

    def refused(*archives: ArchiveTimestamp) -> str:
        return judged(EvidenceRecord((archives,)), office.trust(), DOCUMENTS[0]).reason

    def deep(lists: int, hashes: int) -> ArchiveTimestamp:
        return archive_timestamp("sha256", ((sha256(b"x"),) * hashes,) * lists, archived.token)

    assert "archive timestamps" in refused(*[archived] * (MOST_TIMESTAMPS + 1))
    assert "lists in a reduced hash tree" in refused(deep(65, 1))
    assert "list of hashes" in refused(deep(1, 10_001))
    assert "larger than 4 MB" in judged(bytes(4 * 1024 * 1024 + 1), office.trust(), b"").reason


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_verdict(data: bytes):
    trust = EvidenceTrust(TrustStore(), JUDGED)
    for candidate in (data, der.sequence(der.integer(1), der.sequence(), der.sequence(data))):
        report = validate_evidence(candidate, hashes_of(b"x"), trust)
        assert (report.verdict, report.rule) == ("TOTAL-FAILED", "format")


def test_no_changed_byte_of_the_proof_passes(office: Office):
    """What passes says nothing, or says it again: algorithms, and what CMS leaves unsigned in the newest token."""
    renewed = renewed_by_timestamp(office, office.batch().record([sha256(DOCUMENTS[0])]))
    record, trust = renewed.der, office.trust()
    newest = record.index(renewed.newest.token)
    passed = []
    for place in range(0, len(record), 5):
        changed = record[:place] + bytes((record[place] ^ 1,)) + record[place + 1 :]
        if judged(changed, trust, DOCUMENTS[0]).verdict == "TOTAL-PASSED":
            passed.append(place)
    named = der.implicit(der.CONTEXT_0, digest_identifier("sha256"))
    said_twice = {place for place in passed if record[place : place + len(named)] == named}
    assert [place for place in passed if 24 <= place <= newest and place not in said_twice] == []
    assert len(passed) < 30


def test_a_record_among_thousands_is_small_and_quick(office: Office):
    leaves = [[sha256(f"{number}".encode())] for number in range(20_000)]
    asked: list[bytes] = []

    def stamp(digest: bytes, algorithm: str) -> bytes:
        asked.append(digest)
        return office.stamp(digest, algorithm)

    batch = make_batch("sha256", leaves, stamp)
    assert len(asked) == 1
    record = batch.record(leaves[4_711]).der
    assert len(record) < 4_000
    trust = office.trust()
    assert judged(record, trust, b"4711").verdict == "TOTAL-PASSED"
    began = time.process_time()
    for _ in range(20):
        judged(record, trust, b"4711")
    assert (time.process_time() - began) / 20 < 0.05, "ten times what it takes: only a lost cache is caught here"


def test_evidence_is_renewed_before_what_holds_it_up_ends(office: Office):
    archived = office.batch().archive_timestamp([sha256(DOCUMENTS[0])])
    term = renewal_term(archived)
    ends = load_certificate(office.tsa.certificate).not_valid_after_utc
    assert (term.until, term.kind) == (ends, "timestamp")
    assert not term.due(ends - timedelta(days=181), timedelta(days=180))
    assert term.due(ends - timedelta(days=180), timedelta(days=180))
    weak = renewal_term(archived, {"sha256": date(2030, 6, 30)})
    assert (weak.until.date(), weak.kind, weak.because) == (date(2030, 6, 30), "hash-tree", ANY)
    assert renewal_term(archived, {"ecdsa-256": date(2030, 6, 30)}).kind == "timestamp"
    both = renewal_term(archived, {"sha256": date(2030, 6, 30), "ecdsa-256": date(2030, 6, 30)})
    assert both.kind == "hash-tree", "a new tree also brings a new timestamp"


def test_der_is_read_strictly():
    assert [one.tag for one in der.read(der.integer(1) + der.octets(bytes(300)))] == [der.INTEGER, der.OCTET_STRING]
    hostile = (
        b"\x30",
        b"\x30\x02\x05",
        b"\x30\x80\x00\x00",
        b"\x30\x81\x01\x00",
        b"\x30\x85\0\0\0\0\0",
        b"\x1f\x81\x01\0",
    )
    for data in (*hostile, b"\x30\x82\x00\x80" + bytes(128), b"\x30\x84\xff\xff\xff\xff"):
        with pytest.raises(ValueError, match=r"DER|cut off|tag"):
            der.read(data)
    with pytest.raises(ValueError, match="one value"):
        der.read_one(der.integer(1), der.SEQUENCE)
