"""Each rule has a model that breaks it and nothing else, and a twin, different in that one point, that passes."""

import pytest

from engine.findings import Severity
from engine.lint import lint_bpmn
from engine.rules.registry import BPMN_RULES

from . import pairs_activities, pairs_collaborations, pairs_data, pairs_flows, pairs_schema, test_lint_bpmn

MODULES = (pairs_activities, pairs_collaborations, pairs_data, pairs_flows, pairs_schema)
PAIRS = [pair for module in MODULES for pair in module.PAIRS]
NAMES = [f"{number}-{pair.rule}-{pair.element}" for number, pair in enumerate(PAIRS)]
NOT_RUN_YET = frozenset({"unsupported"})
"""what the engine refuses although it is sound BPMN says nothing against the model"""
WITHOUT_A_WAY = frozenset({"reachable", "explicit-end", "end-reachable"})
"""what is broken may leave nodes without a way to or from them"""

INFORMAL = "formal-expression"
"""the expressions of these models do not say what they are; a warning"""


@pytest.mark.parametrize("pair", PAIRS, ids=NAMES)
def test_the_model_breaks_this_rule_and_no_other(pair):
    severity = BPMN_RULES[pair.rule][0].severity
    findings = [finding for finding in lint_bpmn(pair.bad) if finding.severity is severity]
    aside = NOT_RUN_YET | ((WITHOUT_A_WAY | {INFORMAL}) - {pair.rule})
    assert {finding.rule for finding in findings} - aside == {pair.rule}, [str(finding) for finding in findings]
    mine = [finding for finding in findings if finding.rule == pair.rule]
    assert any(pair.element in {finding.element, None} or f"'{pair.element}'" in finding.message for finding in mine)
    assert severity is Severity.ERROR or not [one for one in lint_bpmn(pair.bad) if one.severity is Severity.ERROR]


@pytest.mark.parametrize("pair", PAIRS, ids=NAMES)
def test_its_twin_passes(pair):
    left = NOT_RUN_YET | ({INFORMAL} - {pair.rule})
    findings = [finding for finding in lint_bpmn(pair.good) if finding.rule not in left]
    assert findings == [], [str(finding) for finding in findings]


def test_every_rule_has_a_model_that_breaks_it():
    assert {pair.rule for pair in PAIRS} | set(test_lint_bpmn.BAD) == set(BPMN_RULES)
