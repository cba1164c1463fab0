"""Who signs a document beside its maker: worked out from the model when the document is made, and linted."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cosigning import MOST, Cosigner, cosigners
from engine.deadlines import WorkingCalendar
from engine.definition import Instances
from engine.errors import CosignersUnclear
from engine.expressions import ExpressionContext
from engine.lint import HandlerNames, lint_package
from engine.package import package_from_files, read_package

FOLDER = Path(__file__).parents[3] / "bpmn" / "joint-act"
CONTEXT = ExpressionContext(
    now=datetime(2026, 4, 6, 6, 0, tzinfo=UTC), time_zone="Asia/Baku", calendar=WorkingCalendar("AZ")
)
CASE = {"members": ["a", "b", "c"], "quorum": 2, "member": ""}


@pytest.fixture(scope="module")
def package():
    return read_package(FOLDER)


def told(package, **variables):
    return [
        (one.element, one.role, one.person, one.needed)
        for one in cosigners(package, "draft_act", {**CASE, **variables}, CONTEXT)
    ]


def altered(package, element, **changes):
    elements = {**package.elements, element: replace(package.elements[element], **changes)}
    return replace(package, elements=elements)


def test_two_of_three_members_and_then_the_head(package):
    members = [("sign_member", "executor", person, 2) for person in "abc"]
    assert told(package) == [*members, ("sign_head", "head", None, 1)]


def test_a_step_that_nobody_cosigns_has_no_cosigners(package):
    assert cosigners(package, "sign_head", CASE, CONTEXT) == ()


def test_all_of_those_asked_unless_the_model_says_how_many(package):
    whole = altered(package, "sign_member", needed=None)
    assert {one[3] for one in told(whole) if one[0] == "sign_member"} == {3}


def test_none_needed_none_asked(package):
    amount = altered(package, "sign_head", needed="1 if len(members) > 3 else 0")
    assert "sign_head" not in {one[0] for one in told(amount)}
    assert ("sign_head", "head", None, 1) in told(amount, members=["a", "b", "c", "d"])


def test_a_number_of_people_whoever_they_are(package):
    loop = Instances(collection=None, cardinality="quorum + 1", items=())
    unnamed = altered(package, "sign_member", instances=loop, assignee=None)
    assert told(unnamed)[:3] == [("sign_member", "executor", None, 2)] * 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"members": ["a", "a", "b"]}, "twice"),
        ({"members": "abc"}, "no list"),
        ({"members": ["a"]}, "2 are to sign, and 1 are asked"),
        ({"quorum": "two"}, "whole number"),
        ({"quorum": True}, "whole number"),
        ({"quorum": -1}, "whole number"),
        ({"members": [f"p{number}" for number in range(MOST + 5)]}, "people would sign"),
    ],
)
def test_what_a_model_does_not_say_clearly_is_refused(package, changes, reason):
    with pytest.raises(CosignersUnclear, match=reason):
        told(package, **changes)


def test_nobody_asked_is_no_signature(package):
    with pytest.raises(CosignersUnclear, match="0 are to sign, and 0 are asked"):
        told(altered(package, "sign_member", needed=None), members=[])


# --- the linter


def findings(find, put, known=("joint-act", "document-archival"), file="process.bpmn"):
    files = dict(read_package(FOLDER).files)
    text = files[file].decode()
    assert find in text
    files[file] = text.replace(find, put).encode()
    return {(one.rule, one.element) for one in lint_package(package_from_files(files), HandlerNames(), known)}


MEMBER = 'cosigns="draft_act" needed="quorum" assignee="member"'


@pytest.mark.parametrize(
    ("find", "put", "rule", "element"),
    [
        ('cosigns="draft_act" />', 'cosigns="sign_member" />', "cosigns", "sign_head"),
        ('cosigns="draft_act" />', 'cosigns="archival_call" />', "cosigns", "sign_head"),
        ('form="act" document="generic"', 'form="act" cosigns="sign_head"', "cosigns", "draft_act"),
        (MEMBER, 'cosigns="draft_act" needed="quorum" assignee="subject"', "cosigns-people", "sign_member"),
        (MEMBER, 'needed="quorum" assignee="member"', "cosigns-needed", "sign_member"),
        (MEMBER, 'cosigns="draft_act" needed="gone" assignee="member"', "cosigns-needed", "sign_member"),
        ("<bpmn:loopDataInputRef>members", "<bpmn:loopDataInputRef>subject", "cosigns-people", "sign_member"),
        (
            'signature="personal" cosigns="draft_act" />',
            'signature="personal" cosigns="draft_act" needed="2" />',
            "cosigns-needed",
            "sign_head",
        ),
        ('form="consent" signature="personal" cosigns="draft_act" />',
         'form="act" signature="personal" cosigns="draft_act" />', "cosigns-form", "sign_head"),
    ],
)  # fmt: skip
def test_a_model_that_could_not_be_signed_is_refused(find, put, rule, element):
    assert (rule, element) in findings(find, put)


def test_a_task_that_waits_for_all_although_fewer_are_needed_is_refused():
    text = (FOLDER / "process.bpmn").read_text(encoding="utf-8")
    start = text.index("<bpmn:completionCondition")
    condition = text[start : text.index("</bpmn:completionCondition>") + len("</bpmn:completionCondition>")]
    assert ("cosigns-needed", "sign_member") in findings(condition, "")


def test_a_document_that_is_not_there_yet_is_refused():
    # members first, then the draft: no path leads from the draft to them any more
    text = (FOLDER / "process.bpmn").read_text(encoding="utf-8")
    for find, put in (
        ('sourceRef="start" targetRef="draft_act"', 'sourceRef="start" targetRef="sign_member"'),
        ('sourceRef="draft_act" targetRef="sign_member"', 'sourceRef="draft_act" targetRef="sign_head"'),
        ('sourceRef="is_signed" targetRef="sign_head"', 'sourceRef="is_signed" targetRef="draft_act"'),
        ('sourceRef="is_approved" targetRef="draft_act"', 'sourceRef="is_approved" targetRef="archival_call"'),
    ):
        assert find in text
        text = text.replace(find, put)
    files = {**read_package(FOLDER).files, "process.bpmn": text.encode()}
    found = lint_package(package_from_files(files), HandlerNames(), ("joint-act", "document-archival"))
    assert ("cosigns", "sign_member") in {(one.rule, one.element) for one in found}


def test_who_refuses_has_a_field_for_the_reason():
    found = findings('"reason": { "type": "string", "maxLength": 2000 },', "", file="forms/consent.schema.json")
    assert ("cosigns-form", "sign_head") in found


def test_the_package_that_ships_is_sound():
    known = {"joint-act", "document-archival"}
    assert lint_package(read_package(FOLDER), HandlerNames(), known) == []
    assert Cosigner(element="sign_head", role="head", person=None, needed=1) in cosigners(
        read_package(FOLDER), "draft_act", CASE, CONTEXT
    )
