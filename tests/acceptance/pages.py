"""What must hold on every page, in every language, wide and narrow."""

import gettext
import os
import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from acceptance.person import Person, catalogue
from acceptance.served_office import ROOT

LANGUAGES = ("az", "kk", "ru", "en")
WIDE, NARROW = (1360, 900), (390, 844)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
Sight = tuple[str, tuple[int, int]]
"""a language, and the width and height of the window"""
LOOKS: dict[Sight, Literal["light", "dark"]] = {("az", WIDE): "light", ("kk", NARROW): "dark"}
"""every page is judged by axe-core once by day and once by night; with ALL_PHOTOS set, photographed at every sight"""
JUDGED: tuple[Sight, ...] = tuple(LOOKS)
EVERY: tuple[Sight, ...] = tuple((language, width) for language in LANGUAGES for width in (WIDE, NARROW))
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
GRAVE = {"serious", "critical"}
TEXTS = """() => {
  const here = document.documentElement.lang;
  const own = (element) => element.closest('[lang]').lang === here;  // a part may say that it is in another language
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement;
    if (!['SCRIPT', 'STYLE', 'TEXTAREA'].includes(parent.tagName) && own(parent)) found.push(node.data);
  }
  for (const name of ['aria-label', 'title', 'alt', 'placeholder'])
    document.querySelectorAll(`[${name}]`).forEach((each) => own(each) && found.push(each.getAttribute(name)));
  return [document.title, ...found].map((text) => text.replace(/\\s+/g, ' ').trim()).filter((text) => text);
}"""
WIDER_THAN_THE_WINDOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const beyond = (each) => each.getBoundingClientRect().right > width + 1;
  const wide = [...document.querySelectorAll('body *')].filter(beyond);
  return [document.documentElement.scrollWidth, ...wide.slice(-3).map((each) => each.outerHTML.slice(0, 200))];
}"""
OVER_EACH_OTHER = """(selector) => {
  const seen = [...document.querySelectorAll(selector)].map((each) => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return seen.flatMap(([one, box], number) => seen.slice(number + 1).filter(([, other]) => over(box, other))
    .map(([other]) => `${one.textContent} over ${other.textContent}`));
}"""
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|%%")
LONG = 14
"""characters of a sentence's fixed part that do not stand in a page by chance"""


def look_through(person: Person, path: str, name: str, expected: int, sights: Sequence[Sight]) -> list[str]:
    """Open a page in each language at each width; what is wrong with it."""
    wrong: list[str] = []
    for language, seen in groupby(sights, key=lambda sight: sight[0]):
        widths = [width for _, width in seen]
        person.page.set_viewport_size({"width": widths[0][0], "height": widths[0][1]})
        answer = person.go(f"{path}{'&' if '?' in path else '?'}lang={language}")
        person.language = language
        if answer.status != expected:
            wrong.append(f"answers {answer.status}, not {expected}")
        if person.page.locator("html").get_attribute("lang") != language:
            wrong.append(f"does not say that it is in {language}")
        wrong += [f"{language}: untranslated: {text}" for text in untranslated(person, language)]
        for width in widths:
            wrong += [f"{language} {width[0]}: {each}" for each in _at(person, name, (language, width))]
    return [f"{path}: {each}" for each in wrong]


def _at(person: Person, name: str, sight: Sight) -> list[str]:
    _, width = sight
    person.page.set_viewport_size({"width": width[0], "height": width[1]})
    person.page.emulate_media(color_scheme=LOOKS.get(sight, "light"))
    wrong = [f"wider than the window: {person.page.evaluate(WIDER_THAN_THE_WINDOW)}"]
    wrong = [each for each in wrong if not each.endswith("[]")]
    if sight in LOOKS:
        wrong += grave_violations(person)
    if sight in LOOKS or "ALL_PHOTOS" in os.environ:
        person.photo(f"page-{name}-{width[0]}")
    person.page.emulate_media(color_scheme="light")
    return wrong


def grave_violations(person: Person) -> list[str]:
    """What axe-core finds serious or critical by WCAG 2.2 A and AA."""
    person.page.evaluate(AXE)
    options = {"runOnly": list(RULES), "resultTypes": ["violations"], "iframes": False}
    result: dict[str, Any] = person.page.evaluate("options => axe.run(document, options)", options)
    return [
        f"axe: {violation['id']}: {violation['help']}: {node['html'][:200]} {node['any'][:1]}"
        for violation in result["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"][:3]
    ]


def untranslated(person: Person, language: str) -> list[str]:
    """English texts of the pages on a page in another language."""
    if language == "en":
        return []
    whole, parts = _english(language)
    shown: list[str] = person.page.evaluate(TEXTS)
    return [text for text in shown if text in whole or any(part in text for part in parts)]


@cache
def _english(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole short texts, and the fixed parts of long ones, that differ in this language."""
    english = gettext.translation("messages", ROOT / "web" / "translations", ["en"])
    assert isinstance(english, gettext.GNUTranslations)
    texts = [each if isinstance(each, str) else each[0] for each in english._catalog if each]  # type: ignore[attr-defined]
    differing = [text for text in texts if catalogue(language)(text) != text]
    parts = {part.strip() for text in differing for part in PLACEHOLDER.split(text)}
    return frozenset(differing), tuple(part for part in parts if len(part) >= LONG)
