"""The pages of work in hand: selections, views, colleagues, reminders, steps to be given on."""

from datetime import timedelta

from visitor import Visitor, work

from processes.demo.people import demo_id
from processes.demo.player import Player
from processes.office import Office
from processes.use_cases.fire_timers import fire_timers

DATABASES = ("sqlite",)
APPEAL, ANSWERED = "citizen-appeal", "answered-in-15-working-days"


def begun(office: Office, visitor: Visitor) -> str:
    """An appeal that waits for any clerk to check its registration; its number."""
    with office.reading() as uow:
        package = uow.engine.definition(APPEAL).package
    player = Player(office=office, package=package, scenario=package.scenarios[ANSWERED], accounts=visitor.accounts)
    office.clock.set_to(player.at)
    fire_timers(office)
    player.act()
    work(office)
    visitor.sign_in("clerk")
    visitor.get("/inbox?tab=group")
    return visitor.link(r"/tasks/[0-9a-f-]{36}")


def test_a_clerk_selects_sets_aside_and_keeps_views_and_the_head_gives_on(office: Office, visitor: Visitor) -> None:
    step = begun(office, visitor)
    ticked = visitor.field("item")
    visitor.post("/inbox/selected", {"_action": "claim", "item": ticked, "tab": "group"})
    assert "1 step is done as you asked." in visitor.text
    visitor.post("/inbox/selected", {"_action": "claim", "item": ticked, "tab": "group"})
    assert "1 step stayed as it was" in visitor.text, "the page is of before"
    visitor.post("/inbox/selected", {"_action": "claim"})
    assert "Tick the steps first." in visitor.text
    visitor.get("/inbox?due=week&sort=priority")
    visitor.post("/inbox/views", {"name": "This week", "due": "week", "sort": "priority"})
    assert 'aria-current="true">This week</a>' in visitor.text
    assert visitor.post("/inbox/views", {"name": "  "}).status_code == 422

    visitor.get(step)
    tomorrow = (office.clock() + timedelta(days=1)).date().isoformat()
    visitor.post(f"{step}/follow-up", {"_version": visitor.field("_version"), "on": tomorrow, "hides": "1"})
    assert "Your desk is clear" in visitor.text
    visitor.get("/inbox?tab=aside")
    assert step in visitor.text
    visitor.get(f"{step}/delegate")
    assert "Nobody else may do this step now." in visitor.text, "there is one clerk"
    assert visitor.get("/supervision/work").status_code == 403

    visitor.sign_in("head")
    visitor.get("/supervision/work")
    visitor.post("/supervision/work", {"item": visitor.field("item")})
    assert "Give steps on" in visitor.text
    chosen = {"item": visitor.field("item"), "priority": "urgent", "_action": "priority"}
    assert visitor.post("/supervision/give", chosen).status_code == 422
    assert visitor.errors == ["Say why the step is given to somebody else."]
    visitor.post("/supervision/give", {**chosen, "ground": "asked by the ministry"})
    assert '<span class="tag danger">urgent</span>' in visitor.text
    visitor.post("/supervision/work", {"item": visitor.field("item")})
    given = {"item": visitor.field("item"), "to": str(demo_id("person", "clerk")), "ground": "yours again"}
    visitor.post("/supervision/give", {**given, "_action": "assign"})
    assert "1 step is done as you asked." in visitor.text
    visitor.get(visitor.link(r"/cases/[0-9a-f-]{36}"))
    assert "asked by the ministry" in visitor.text
    assert "yours again" in visitor.text
