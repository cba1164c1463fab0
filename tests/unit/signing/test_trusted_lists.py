"""Trusted lists: only what their known operator has signed is believed, and only of the times they tell."""

from dataclasses import replace
from datetime import timedelta

import pytest
from signing_lists import GRANTED, QTST, SITES, WITHDRAWN, Listed, ListText, operator, signed
from signing_pilot import CREATED, JUDGED, SIGNED, Pilot

from signing.errors import NotSignable, TrustedListRefused
from signing.report import Process, ValidationReport
from signing.request import SignatureLevel
from signing.service import Signing
from signing.services import Period, Purpose, TrustedService
from signing.trust import TrustStore, require_chain
from signing.trusted_lists import TrustedList, read_operators, read_trusted_list, require_newer

DAY = timedelta(days=1)
WITHDRAWN_ON = SIGNED + 30 * DAY


def read(text: ListText | bytes, *operators: bytes) -> TrustedList:
    data = text if isinstance(text, bytes) else text.signed()
    known = [one for pem in operators or (operator().pem,) for one in read_operators(pem)]
    return read_trusted_list(data, known, at=JUDGED)


def refusal(text: ListText | bytes, *operators: bytes) -> str:
    with pytest.raises(TrustedListRefused) as error:
        read(text, *operators)
    return error.value.rule


def services(pilot: Pilot, *, ca: tuple = ((GRANTED, CREATED),), tsa: tuple = ((GRANTED, CREATED),)) -> ListText:
    """The pilot's issuing CA and its time-stamping unit, as a list would name them."""
    authority = pilot.authority
    issuing, unit = authority.certificate("issuing"), authority.certificate("tsa")
    return ListText((Listed(issuing, ca), Listed(unit, tsa, QTST, "Time")))


def judged(pilot: Pilot, text: ListText, pdf: bytes, at=JUDGED) -> ValidationReport:
    trust = pilot.trust(at=at)
    listed = TrustStore((), trust.intermediates, trust.crls, read(text).services)
    return pilot.signing.validate(pdf, listed, at=at)


def codes(report: ValidationReport) -> list[str]:
    return [finding.partition(":")[0] for finding in report.findings]


# --- reading


@pytest.mark.parametrize("version", [5, 6])
def test_a_signed_list_tells_its_services_and_since_when(pilot: Pilot, version: int):
    history = ((WITHDRAWN, SIGNED), (GRANTED, CREATED + DAY), (GRANTED, CREATED), (WITHDRAWN, CREATED - DAY))
    found = read(replace(services(pilot, ca=history), version=version))
    assert (found.territory, found.operator, found.sequence, found.version) == ("AZ", "The Ministry", 7, version)
    ca, tsa = found.services
    assert (ca.purpose, ca.name, ca.periods) == (Purpose.SIGNATURES, "Provider, Issuing", (Period(CREATED, SIGNED),))
    assert (tsa.purpose, tsa.periods) == (Purpose.TIMESTAMPS, (Period(CREATED),))
    assert [TrustedService.from_json(one.as_json()) for one in found.services] == [ca, tsa]


def test_what_anchors_nothing_is_left_out(pilot: Pilot):
    issuing = pilot.authority.certificate("issuing")
    other = Listed(issuing, kind="http://uri.etsi.org/TrstSvc/Svctype/EDS/Q")
    found = read(ListText((other, Listed(issuing, extension=SITES), Listed(b"no certificate"), Listed(issuing))))
    assert (len(found.services), found.left_out) == (1, 3)


# --- refusing


def test_a_list_signed_by_somebody_else_is_refused(pilot: Pilot):
    text = services(pilot)
    assert refusal(text.signed(operator("Stranger"))) == "signature"
    assert refusal(text.xml()) == "signature"
    assert read(text, operator("Stranger").pem, operator().pem).sequence == 7, "one of several known certificates"
    with pytest.raises(TrustedListRefused, match="no certificate of its operator"):
        read_trusted_list(text.signed(), (), at=JUDGED)


def test_a_changed_list_is_refused(pilot: Pilot):
    good = services(pilot, ca=((WITHDRAWN, SIGNED), (GRANTED, CREATED))).signed()
    assert refusal(good.replace(b"Svcstatus/withdrawn", b"Svcstatus/granted")) == "signature"
    assert refusal(good.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA")) == "signature"


def test_a_signature_over_another_list_inside_is_refused(pilot: Pilot):
    """XML signature wrapping: a good old list inside a new one of the attacker's."""
    good = services(pilot).signed().partition(b"?>")[2]
    start, end = good.index(b"<ds:Signature "), good.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    bare = good[:start] + good[end:]
    forged = replace(services(pilot), sequence=99).xml().replace(b'Id="list"', b'Id="forged"')
    for inside in (good, bare, good[start:end]):
        wrapped = forged.replace(b"</TrustServiceStatusList>", inside + b"</TrustServiceStatusList>")
        assert refusal(wrapped) in {"signature", "shape"}
    reference = forged.replace(b"</TrustServiceStatusList>", good[start:end] + bare + b"</TrustServiceStatusList>")
    assert b'URI="#list"' in reference
    assert refusal(reference) == "shape"


def test_bombs_entities_and_giants_are_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x+AD4-<x/>'
    wide = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16")
    deep = b"<x>" * 100_000
    for hostile in (bomb, outside, hidden, wide, deep, b"", b"\0", b"<x/>", b"%PDF-1.7", b"<x>&undeclared;</x>"):
        assert refusal(hostile) == "shape"
    assert refusal(b"<x>" + bytes(11 * 1024 * 1024)) == "size"


def test_a_list_that_ended_or_comes_from_the_future_is_refused(pilot: Pilot):
    text = services(pilot)
    assert refusal(replace(text, next_update=JUDGED - DAY)) == "expired"
    assert refusal(replace(text, issued_at=JUDGED + DAY)) == "future"
    assert refusal(text.signed(operator("Late", JUDGED + DAY)), operator("Late", JUDGED + DAY).pem) == "operator"
    assert read(replace(text, next_update=None)).next_update is None


def test_another_kind_of_list_is_refused(pilot: Pilot):
    text = services(pilot)
    assert refusal(replace(text, version=4)) == "kind"
    assert refusal(replace(text, kind="http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists")) == "kind"
    for hole in (b"<TSLVersionIdentifier>6</TSLVersionIdentifier>", b"<TSLSequenceNumber>7</TSLSequenceNumber>"):
        assert refusal(signed(text.xml().replace(hole, b""), operator())) == "shape"
    for nonsense in (b"2026-01-05T09:00:00Z", b"7</TSLSequenceNumber>"):
        spoilt = text.xml().replace(nonsense, b"soon</TSLSequenceNumber>" if nonsense[:1] == b"7" else b"soon")
        assert refusal(signed(spoilt, operator())) == "shape"
    assert refusal(b"operator") == "shape"
    with pytest.raises(TrustedListRefused, match="operator"):
        read_operators(b"-----BEGIN CERTIFICATE-----")


def test_a_list_never_goes_back(pilot: Pilot):
    found = read(services(pilot))
    require_newer(6, found, same=False)
    require_newer(7, found, same=True)
    for known, same in ((7, False), (8, False), (8, True)):
        with pytest.raises(TrustedListRefused, match="stale"):
            require_newer(known, found, same=same)


# --- judging by a list


def test_a_signature_passes_by_the_list_alone(pilot: Pilot):
    report = judged(pilot, services(pilot), pilot.signed().pdf)
    assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())
    assert report.signatures[0].proven_at is not None, "the time-stamping service is on the list"


def test_withdrawn_after_a_proven_signature_it_stays_good_and_is_told(pilot: Pilot):
    text = services(pilot, ca=((WITHDRAWN, WITHDRAWN_ON), (GRANTED, CREATED)))
    report = judged(pilot, text, pilot.signed().pdf)
    assert (report.verdict, codes(report)) == ("TOTAL-PASSED", ["WITHDRAWN_LATER"])
    assert "Provider, Issuing was withdrawn on 2026-04-18" in report.findings[0]


def test_withdrawn_and_nothing_proves_that_it_signed_before(pilot: Pilot):
    text = services(pilot, ca=((WITHDRAWN, WITHDRAWN_ON), (GRANTED, CREATED)))
    untimed = Signing(clock=pilot.clock).sign(pilot.request(pilot.fielded()), pilot.key).pdf
    report = judged(pilot, text, untimed)
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["SERVICE_NOT_GRANTED"])
    assert report.signatures[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert "withdrawn on 2026-04-18" in report.findings[0]


@pytest.mark.parametrize(
    ("statuses", "why"),
    [
        (((WITHDRAWN, SIGNED - DAY), (GRANTED, CREATED)), "withdrawn on 2026-03-18"),
        (((GRANTED, SIGNED + DAY),), "was not granted on 2026-03-19"),
        (((GRANTED, SIGNED + DAY), (WITHDRAWN, SIGNED - DAY), (GRANTED, CREATED)), "withdrawn on 2026-03-18"),
    ],
)
def test_not_granted_at_the_time_of_signing(pilot: Pilot, statuses: tuple, why: str):
    report = judged(pilot, services(pilot, ca=statuses), pilot.signed().pdf)
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["SERVICE_NOT_GRANTED"])
    assert why in report.findings[0]


def test_a_stamp_of_an_authority_that_was_not_granted_proves_nothing(pilot: Pilot):
    text = services(pilot, tsa=((WITHDRAWN, SIGNED - DAY), (GRANTED, CREATED)))
    report = judged(pilot, text, pilot.signed().pdf)
    (signature,) = report.signatures
    assert (report.verdict, signature.proven_at) == ("INDETERMINATE", None)
    assert "Provider, Time was withdrawn" in signature.timestamps[0].reason
    later = services(pilot, tsa=((WITHDRAWN, WITHDRAWN_ON), (GRANTED, CREATED)))
    assert judged(pilot, later, pilot.signed().pdf).verdict == "TOTAL-PASSED"


def test_services_vouch_for_their_own_purpose_only(pilot: Pilot):
    issuing, root = pilot.authority.certificate("issuing"), pilot.authority.certificate("root")
    only_signers = ListText((Listed(issuing), Listed(root)))
    assert judged(pilot, only_signers, pilot.signed().pdf).signatures[0].proven_at is None
    only_time = ListText((Listed(root, kind=QTST), Listed(issuing, kind=QTST)))
    report = judged(pilot, only_time, pilot.signed().pdf)
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["NOT_TRUSTED"])


def test_of_what_comes_after_its_end_a_list_knows_nothing(pilot: Pilot):
    text = replace(services(pilot), next_update=JUDGED + DAY)
    untimed = Signing(clock=pilot.clock).sign(pilot.request(pilot.fielded()), pilot.key).pdf
    assert judged(pilot, text, untimed).verdict == "TOTAL-PASSED"
    after = JUDGED + 2 * DAY
    report = judged(pilot, text, untimed, at=after)
    assert codes(report) == ["SERVICE_NOT_GRANTED"]
    assert "trusted list that names Provider, Issuing ended" in report.findings[0]
    assert judged(pilot, text, pilot.signed().pdf, at=after).verdict == "TOTAL-PASSED", "proven before"


def test_years_later_an_archived_signature_is_judged_by_the_list_of_its_time(pilot: Pilot):
    text = services(pilot, ca=((WITHDRAWN, WITHDRAWN_ON), (GRANTED, CREATED)))
    pdf = pilot.raising().raise_level(pilot.signed().pdf, SignatureLevel.B_LTA).pdf
    report = judged(pilot, text, pdf, at=SIGNED + 6 * 365 * DAY)
    assert (report.verdict, report.signatures[0].process) == ("TOTAL-PASSED", Process.ARCHIVAL)
    never = services(pilot, ca=((GRANTED, WITHDRAWN_ON),))
    assert codes(judged(pilot, never, pdf, at=SIGNED + 6 * 365 * DAY)) == ["SERVICE_NOT_GRANTED"]


def test_signing_asks_the_list_as_of_now(pilot: Pilot):
    def ask(text: ListText) -> None:
        listed = TrustStore(services=read(text).services)
        require_chain(pilot.key.certificate, pilot.key.chain, listed, at=SIGNED)

    ask(services(pilot))
    with pytest.raises(NotSignable, match="chain"):
        ask(services(pilot, ca=((WITHDRAWN, SIGNED - DAY), (GRANTED, CREATED))))
    with pytest.raises(NotSignable, match="chain"):
        ask(ListText((Listed(pilot.authority.certificate("issuing"), kind=QTST),)))
