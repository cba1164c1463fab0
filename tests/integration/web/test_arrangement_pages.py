"""The archivist arranges: fonds, series and files on pages, inventories in four languages, a nomenclature's year."""

import re

from visitor import Visitor

from processes.office import Office

DATABASES = ("sqlite",)
CODES = ("az", "kk", "ru", "en")


def titles(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{code}": f"{text} {code}" for code in CODES}


def described(text: str) -> dict[str, str]:
    return {
        "_action": "describe",
        "code": "77",
        "element_scope": text,
        "element_extent": "2 m",
        **titles("title", "Yeni"),
    }


def listed(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200
    return answer.get_data().decode("utf-8-sig")


def test_a_tree_grows_is_described_moved_and_closed(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("archivist")
    visitor.get("/archive/arrangement?lang=en")
    body = re.search(r'<select[^>]*name="body".*?<option value="([^"]+)"', visitor.text, re.DOTALL)
    assert body
    new = {"body": body[1], "code": "X-1", **titles("title", "Fond")}
    visitor.post("/archive/arrangement", new)
    fonds = visitor.path
    assert "Fond en" in visitor.text
    visitor.get("/archive/arrangement")
    assert visitor.post("/archive/arrangement", new).status_code == 422
    assert visitor.errors == ["This code is taken."]

    visitor.get(fonds)
    for code in ("01", "02"):
        series = {"_action": "create", "new_code": code, "retention_class": "appeals-5-years"}
        visitor.post(fonds, {**series, **titles("new_title", f"Seriya {code}")})
    first, second = (
        visitor.link(rf"/archive/arrangement/series/[0-9a-f-]+(?=\">Seriya {code})") for code in ("01", "02")
    )
    visitor.get(first)
    visitor.post(first, {"_action": "create", "new_code": "", "new_title": "=Müraciətlər"})
    file = visitor.link(r"/archive/arrangement/file/[0-9a-f-]+")
    assert visitor.post(file, {"_action": "create", "new_title": "Altında"}).status_code == 422, (
        "nothing is below a file"
    )
    visitor.post(first, described("Vətəndaşların müraciətləri"))
    assert "Vətəndaşların müraciətləri" in visitor.text
    assert "before: 01 Seriya 01 en" in visitor.text

    visitor.get(file)
    target = second.rpartition("/")[2]
    assert visitor.post(file, {"_action": "move", "target": target, "ground": ""}).status_code == 422
    visitor.post(file, {"_action": "move", "target": target, "ground": "Səhv yerdə idi"})
    assert "moved" in visitor.text
    assert "Səhv yerdə idi" in visitor.text
    assert visitor.post(second, {"_action": "close"}).status_code == 422
    assert visitor.errors == ["Something in it is still open: close that first."]
    visitor.post(file, {"_action": "close"})
    visitor.post(second, {"_action": "close"})
    assert "It is closed." in visitor.text
    assert visitor.post(second, {"_action": "create", "new_title": "x"}).status_code == 422

    for place in (fonds, second, file):
        lists = {listed(visitor, f"{place}/inventory.csv?language={code}") for code in CODES}
        assert len(lists) == len(CODES), "each language has its own words"
        assert visitor.get(f"{place}/inventory.pdf?language=kk").get_data().startswith(b"%PDF-")
    table = listed(visitor, f"{second}/inventory.csv?language=ru")
    assert "Заголовок дела" in table
    assert "'=Müraciətlər" in table, "no cell is a formula"

    visitor.sign_in("clerk")
    for place in ("/archive/arrangement", fonds, second, file, f"{file}/inventory.csv"):
        assert visitor.get(place).status_code == 403, place
    assert visitor.get(f"/archive/arrangement/file/{target}").status_code == 404


def test_a_nomenclature_is_drafted_approved_listed_copied_and_closed(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("archivist")
    visitor.get("/archive/nomenclature?lang=en")
    body = re.search(r'<option value="([^"]+)"', visitor.text)
    assert body
    assert visitor.post("/archive/nomenclature", {"body": body[1], "year": "26"}).status_code == 422
    assert visitor.errors == ["Enter a year of four digits."]
    visitor.post("/archive/nomenclature", {"body": body[1], "year": "2026"})
    place = visitor.path
    assert visitor.post(place, {"_action": "approve", "ground": "Əmr № 3"}).status_code == 422
    assert visitor.errors == ["Add at least one line first."]
    series = re.search(r'<select[^>]*name="series">\s*<option value="([^"]+)"', visitor.text)
    assert series
    line = {"index": "01-05", "title": "Şikayətlər", "series": series[1], "retention_class": "appeals-5-years"}
    visitor.post(place, {"_action": "line", **line})
    assert "Saxlama siyahısı, m. 75" in visitor.text, "the article comes from the retention class"
    assert visitor.post(place, {"_action": "line", **line}).status_code == 422
    entry = re.search(r'value="line:([0-9a-f-]+)"', visitor.text)
    assert entry
    visitor.post(place, {"_action": f"line:{entry[1]}", **line, "title": "Ərizələr", "article": "m. 80"})
    visitor.post(place, {"_action": "approve", "ground": "Əmr № 3, 05.01.2026"})
    assert "Əmr № 3, 05.01.2026" in visitor.text
    assert "Ərizələr" in visitor.get(visitor.link(r"/archive/arrangement/file/[0-9a-f-]+")).get_data(as_text=True)
    for code, word in zip(
        CODES, ("İşin başlığı", "Істің тақырыбы", "Заголовок дела", "Title of the file"), strict=True
    ):
        assert word in listed(visitor, f"{place}/list.csv?language={code}")
    assert visitor.get(f"{place}/list.pdf?language=az").get_data().startswith(b"%PDF-")
    visitor.get(place)
    visitor.post(place, {"_action": "close"})
    visitor.post(place, {"_action": "copy", "year": "2027"})
    assert visitor.path != place
    assert "2027" in visitor.text
    visitor.sign_in("clerk")
    assert visitor.get(place).status_code == 403


def test_a_series_has_sub_series(visitor: Visitor) -> None:
    visitor.sign_in("archivist")
    visitor.get("/archive/arrangement?lang=en")
    series = visitor.link(r"/archive/arrangement/series/[0-9a-f-]+(?=\">Registry of services)")
    visitor.get(series)
    part = {"_action": "part", "part_code": "p-1", "part_retention_class": "appeals-5-years"}
    visitor.post(series, {**part, **titles("part_title", "Hissə")})
    below = visitor.link(r"/archive/arrangement/series/[0-9a-f-]+(?=\">Hissə)")
    visitor.get(below)
    assert f'href="{series}"' in visitor.text, "the way up leads through its series"
    assert "Sub-series p-1" in visitor.text
    assert "Create a sub-series" not in visitor.text
    assert "Hissə en" in (visitor.get("/archive/arrangement"), visitor.text)[1]
    assert "p-1" in listed(visitor, f"{below}/inventory.csv")
