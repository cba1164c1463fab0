"""A head appoints and lets people stand in by signed orders, within what is the head's to give (C7, B22)."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from rehearsal import Rehearsal

from processes.errors import EntryRefused, NotPermitted
from processes.queries.orders import orders_page
from processes.tables import NumberRow
from processes.use_cases.appoint import Appoint, appoint


def test_a_head_gives_by_order_what_is_the_heads_to_give(rehearsal: Rehearsal) -> None:
    office, head, executor = rehearsal.office, rehearsal.person("head"), rehearsal.person("executor2")
    page = orders_page(office, head, rehearsal.body("executive"))
    assert {line.mandate.holder_id for line in page.lines} >= {rehearsal.person("responsible1")}
    assert executor in dict(page.people)
    order = Appoint(
        by=head,
        pin=rehearsal.accounts["head"].pin,
        holder_id=executor,
        role="clerk",
        capacity="clerk",
        body_id=rehearsal.body("executive"),
        valid_from=office.clock(),
    )
    headship = next(each for each in page.substitutable if each.role == "head")
    wrong: dict[str, list[dict[str, Any]]] = {
        "role": [{"role": role} for role in ("supervisor", "administrator", "designer", "head", "wizard")],
        "capacity": [{"capacity": "wizard"}],
        "valid_to": [{"valid_to": order.valid_from}],
        "person": [{"holder_id": rehearsal.person("housing.clerk")}],
        "acts_for": [
            {"acts_for_id": headship.id},
            {"acts_for_id": headship.id, "role": "head", "holder_id": head},
            {"acts_for_id": uuid4(), "role": "head"},
        ],
    }
    for field, changes in wrong.items():
        for change in changes:
            with pytest.raises(EntryRefused) as refused:
                appoint(office, replace(order, **change))
            assert refused.value.field == field, change
    assert {each.state for each in rehearsal.rows(NumberRow, register="orders")} == {"used"}
    substitution = replace(order, role="head", capacity="substitute", acts_for_id=headship.id)
    given = appoint(office, substitution)
    lines = {line.mandate.id: line for line in orders_page(office, head, rehearsal.body("executive")).lines}
    assert lines[given].in_force
    assert lines[given].mandate.acts_for == "Əliyev Şükür İsmayıl oğlu"
    with pytest.raises(NotPermitted):
        orders_page(office, rehearsal.person("clerk"), rehearsal.body("executive"))
