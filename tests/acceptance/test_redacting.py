"""Areas to be redacted are drawn on the pages: with a mouse, with keys, with a finger; the copy is black there."""

from io import BytesIO

import pypdfium2
from playwright.sync_api import FloatRect

from acceptance.person import Person
from acceptance.town import Town

Place = tuple[float, float]
"""across and down a page's picture, in hundredths"""


def lines(archivist: Person) -> list[list[float]]:
    return [[float(number) for number in line.split()] for line in archivist.value_of("areas").splitlines()]


def shown(archivist: Person) -> tuple[int, int]:
    """How many areas the pages show, and the list beside them."""
    page = archivist.page
    return page.locator(".redacting .area").count(), page.locator("#area-list li").count()


def picture(archivist: Person) -> FloatRect:
    box = archivist.page.locator("svg.redacting").first.bounding_box()
    assert box is not None
    return box


def at(box: FloatRect, place: Place) -> Place:
    return box["x"] + box["width"] * place[0] / 100, box["y"] + box["height"] * place[1] / 100


def draw_with_the_mouse(archivist: Person, start: Place, end: Place) -> None:
    mouse, box = archivist.page.mouse, picture(archivist)
    mouse.move(*at(box, start))
    mouse.down()
    mouse.move(*at(box, end), steps=4)
    mouse.up()


def draw_with_a_finger(archivist: Person, start: Place, end: Place) -> None:
    touch, box = archivist.context.new_cdp_session(archivist.page), picture(archivist)
    for kind, places in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        points = [dict(zip("xy", at(box, place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.detach()


def shade(pdf: bytes, place: Place) -> int:
    """Of the first page: 0 is black, 255 is white."""
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        seen = document[0].render(scale=0.5, grayscale=True)
        across, down = int(seen.width * place[0] / 100), int(seen.height * place[1] / 100)
        shade = bytes(seen.buffer)[seen.stride * down + across]
        seen.close()
    return shade


def near(found: list[float], wanted: list[float]) -> bool:
    return all(abs(one - other) < 0.6 for one, other in zip(found, wanted, strict=True))


def test_areas_are_drawn_with_mouse_keys_and_finger_removed_and_black_in_the_copy(town: Town) -> None:
    archivist = town.another_browser("archivist", has_touch=True)
    archivist.language = "en"
    archivist.go(f"{town.registered_service.record_path}/redact?lang=en")
    page = archivist.page

    draw_with_the_mouse(archivist, (10, 10), (60, 22))
    (drawn,) = lines(archivist)
    assert near(drawn, [1, 10, 10, 50, 12])
    draw_with_the_mouse(archivist, (30, 15), (35, 17))
    (moved,) = lines(archivist)
    assert near(moved, [1, 15, 12, 50, 12]), "an area is dragged, not another one begun on it"
    draw_with_the_mouse(archivist, (64.8, 23.9), (69.8, 25.9))
    assert near(lines(archivist)[0], [1, 15, 12, 55, 14]), "its corner changes its size"

    page.locator("[data-add-area]").first.focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Alt+ArrowUp"):
        page.keyboard.press(key)
    assert lines(archivist)[1] == [1, 42, 44.8, 20, 6]
    page.keyboard.press("Delete")
    assert len(lines(archivist)) == 1

    before = page.evaluate("scrollY")
    page.locator("#by-finger").check()
    draw_with_a_finger(archivist, (20, 30), (40, 38))
    assert near(lines(archivist)[1], [1, 20, 30, 20, 8])
    assert page.evaluate("scrollY") == before
    assert shown(archivist) == (2, 2)
    archivist.photo("redacting-drawn")
    page.locator("#area-list button").nth(1).click()
    assert (len(lines(archivist)), shown(archivist)) == (1, (1, 1))
    page.fill("#areas", archivist.value_of("areas") + "\n1 1 98 5 1")
    assert shown(archivist) == (2, 2), "what is typed is drawn, too"

    archivist.fill({"copy_title": "Açıq surət", "ground": "B9"})
    archivist.press("Make and seal the copy")
    page.wait_for_url(lambda url: "/redact" not in url)
    copy = archivist.get(f"/documents/{page.url.rpartition('/')[2]}.pdf")
    assert all(shade(copy, (across, down)) < 30 for across in (16, 40, 69) for down in (13, 25))
    assert shade(copy, (2, 20)) > 200
