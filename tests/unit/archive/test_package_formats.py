"""Packages in every format: whole or refused by name, whatever was done to them on the way."""

import io
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree
from package_samples import EVIDENCE, NOW, NUMBERS, written

from archive.errors import PackageRefused
from archive.packages import PackageShape, check_package, is_package, opened, packaged_documents, proofs
from archive.packages.containers import write_container
from archive.packages.pages import EVENTS, LANGUAGES, LEVELS, WORDS

FOLDERS = [shape for shape in PackageShape if not shape.is_file]


@pytest.mark.parametrize("shape", PackageShape)
def test_a_package_is_whole_and_tells_its_documents(shape, tmp_path):
    target = written(tmp_path / "out", shape)
    with opened(target) as folder:
        assert is_package(folder)
        assert check_package(folder) == []
        told = list(packaged_documents(folder))
        assert [each["number"] for each, _ in told] == list(NUMBERS)
        assert [file.read_bytes() for _, file in told] == [f"%PDF-1.7 {number}".encode() for number in NUMBERS]
        assert [(folder / each["evidence"][0]).read_bytes() for each, _ in told] == [b"record 1", b"record 2"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "nothing is left beside it"
    with pytest.raises(PackageRefused, match="exists"):
        written(target, shape)


def test_what_fails_on_the_way_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("archive.packages.bag.write_pages", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(tmp_path / "out", PackageShape.BAGIT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", FOLDERS)
def test_the_pages_open_from_the_folder_in_four_languages(shape, tmp_path):
    folder = written(tmp_path / "out", shape, "kk")
    (first,) = folder.rglob("index.html")
    for language in LANGUAGES:
        page = first.with_name(f"{language}.html")
        text = page.read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in text
        assert WORDS[language]["title"] in text
        assert "Bildiriş &lt;&amp;&gt; şikayət" in text
        assert not re.search(r"<script|<link|src=|https?://|url\(", text), "nothing runs, nothing is fetched"
        links = re.findall(r'href="([^"#]+)"', text)
        assert len(links) == 4 + 3 * len(NUMBERS)
        for link in links:
            assert (page.parent / unquote(link)).is_file(), link
    assert first.read_bytes() == first.with_name("kk.html").read_bytes()


def test_the_pages_say_the_same_in_each_language():
    for words in (WORDS, LEVELS, EVENTS):
        assert len({frozenset(each) for each in words.values()}) == 1
        assert words.keys() == LANGUAGES.keys()


def test_a_container_begins_with_its_type_and_proves_all_files(tmp_path):
    target = written(tmp_path / "out.asice", PackageShape.ASICE)
    content = target.read_bytes()
    assert content[30:38] + content[38:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"
    with zipfile.ZipFile(target) as container:
        names = container.namelist()
        assert container.infolist()[0].compress_type == zipfile.ZIP_STORED
    objects = [name for name in names if not name.startswith("META-INF/") and name != "mimetype"]
    with opened(target) as folder:
        whole, *single = proofs(folder)
        assert whole[0] == EVIDENCE + bytes([len(objects)])
        assert sorted(path.relative_to(folder).as_posix() for path in whole[1]) == sorted(objects)
        assert [(record, len(files)) for record, files in single] == [(b"record 1", 1), (b"record 2", 1)]


def test_premis_and_mets_tell_each_document_and_each_event(tmp_path):
    folder = written(tmp_path / "uuid-1", PackageShape.AIP)
    mets = etree.parse(folder / "METS.xml").getroot()
    assert (mets.get("OBJID"), mets.get("PROFILE")) == ("uuid-1", "https://earkaip.dilcis.eu/profile/E-ARK-AIP.xml")
    premis = etree.parse(folder / "metadata" / "preservation" / "premis.xml").getroot()
    assert [etree.QName(each).localname for each in premis] == ["object"] * 2 + ["event"] * 2 + ["agent"]
    assert premis.findtext(".//{*}agentName") == "<officer>"


def changed(folder: Path) -> None:
    file = next(path for path in sorted(folder.rglob("*.pdf")))
    file.write_bytes(file.read_bytes() + b"\0")


def missing(folder: Path) -> None:
    next(folder.rglob("*.pdf")).unlink()


def added(folder: Path) -> None:
    (folder / "more.txt").write_bytes(b"more")


def link(folder: Path) -> None:
    file = next(folder.rglob("*.pdf"))
    file.unlink()
    file.symlink_to("/etc/passwd")


def linked_folder(folder: Path) -> None:
    (folder / "else").symlink_to("/etc")


@pytest.mark.parametrize("shape", PackageShape)
@pytest.mark.parametrize(
    ("harm", "finding"),
    [(changed, "changed"), (missing, "missing"), (added, "added"), (link, "a link"), (linked_folder, "a link")],
)
def test_whatever_was_done_to_a_package_is_named(shape, harm, finding, tmp_path):
    with opened(written(tmp_path / "out", shape)) as folder:
        harm(folder)
        assert any(finding in str(each) for each in check_package(folder))


@pytest.mark.parametrize(
    ("shape", "manifest"),
    [
        (PackageShape.BAGIT, "manifest-sha256.txt"),
        (PackageShape.READABLE, "sha256sums.txt"),
        (PackageShape.SIP, "METS.xml"),
        (PackageShape.ASICE, "META-INF/ASiCEvidenceRecordManifest001.xml"),
    ],
)
def test_a_package_without_its_manifest_is_none(shape, manifest, tmp_path):
    with opened(written(tmp_path / "out", shape)) as folder:
        (folder / manifest).unlink()
        try:
            told = [str(each) for each in check_package(folder)]
        except PackageRefused as error:
            told = [str(error)]
        assert re.search("manifest-sha256.txt: not readable|no manifest|no ASiCEvidenceRecordManifest", told[0])


BOMB = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("harm", [BOMB, OUTSIDE, "<not xml"])
@pytest.mark.parametrize(
    ("shape", "name"),
    [(PackageShape.SIP, "METS.xml"), (PackageShape.ASICE, "META-INF/ASiCEvidenceRecordManifest001.xml")],
)
def test_entities_are_not_read(shape, name, harm, tmp_path):
    with opened(written(tmp_path / "out", shape)) as folder:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("?>", f"?>{harm}", 1), encoding="utf-8")
        with pytest.raises(PackageRefused, match=r"document type|no XML"):
            check_package(folder)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:/boot.ini", "..\\boot.ini", ""])
@pytest.mark.parametrize(
    ("shape", "manifest", "pattern"),
    [
        (PackageShape.SIP, "METS.xml", r'(xlink:href=")[^"]*"'),
        (PackageShape.ASICE, "META-INF/ASiCEvidenceRecordManifest001.xml", r'(DataObjectReference URI=")[^"]*"'),
    ],
)
def test_a_manifest_names_nothing_outside(shape, manifest, pattern, name, tmp_path):
    with opened(written(tmp_path / "out", shape)) as folder:
        text = (folder / manifest).read_text(encoding="utf-8")
        harmed = re.sub(pattern, lambda found: found[1] + name.replace("\\", "%5C") + '"', text, count=1)
        (folder / manifest).write_text(harmed, encoding="utf-8")
        assert any("names no file" in str(each) for each in check_package(folder))


def entry(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def zipped(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        write(container)
    return written.getvalue()


def twice(container: zipfile.ZipFile) -> None:
    container.writestr("a.txt", b"1")
    with pytest.warns(UserWarning, match="Duplicate"):
        container.writestr("a.txt", b"2")


def encrypted() -> bytes:
    content = bytearray(zipped(lambda container: container.writestr("a.txt", b"1")))
    content[6] |= 1  # the flag in the entry, and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


HOSTILE = {
    "above": (zipped(lambda z: z.writestr(entry("../a.txt"), b"1")), "outside the package"),
    "absolute": (zipped(lambda z: z.writestr(entry("/a.txt"), b"1")), "outside the package"),
    "drive": (zipped(lambda z: z.writestr(entry("C:/a.txt"), b"1")), "outside the package"),
    "link": (zipped(lambda z: z.writestr(entry("a", stat.S_IFLNK | 0o777), b"/etc")), "a link"),
    "twice": (zipped(twice), "twice"),
    "encrypted": (encrypted(), "encrypted"),
    "no zip": (b"PK\x03\x04 and no more", "no readable ZIP"),
    "empty": (b"", "no readable ZIP"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_by_name(name, tmp_path):
    content, reason = HOSTILE[name]
    (tmp_path / "package.zip").write_bytes(content)
    with pytest.raises(PackageRefused, match=reason), opened(tmp_path / "package.zip"):
        raise AssertionError("it was opened")


def test_a_bomb_is_stopped_whatever_it_says_of_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr("archive.packages.containers.SUSPICIOUS", 2**20)
    (tmp_path / "bomb.zip").write_bytes(zipped(lambda z: z.writestr("a.txt", bytes(8 * 2**20))))
    with pytest.raises(PackageRefused, match="a bomb"), opened(tmp_path / "bomb.zip"):
        raise AssertionError("it was opened")
    monkeypatch.setattr("archive.packages.containers.MOST_ENTRIES", 1)
    (tmp_path / "many.zip").write_bytes(zipped(lambda z: [z.writestr(name, b"") for name in "ab"]))
    with pytest.raises(PackageRefused, match="a bomb"), opened(tmp_path / "many.zip"):
        raise AssertionError("it was opened")


@pytest.mark.parametrize("shape", FOLDERS)
def test_a_folder_comes_back_from_a_zip(shape, tmp_path):
    folder = written(tmp_path / "out", shape)
    write_container(folder, tmp_path / "out.zip", made_at=NOW, top="out")
    shutil.rmtree(folder)
    with opened(tmp_path / "out.zip") as unpacked:
        assert unpacked.name == "out"
        assert check_package(unpacked) == []


def test_a_description_does_not_reach_outside(tmp_path):
    with opened(written(tmp_path / "out", PackageShape.READABLE)) as folder:
        path = min((folder / "metadata").iterdir())
        told = json.loads(path.read_text(encoding="utf-8"))
        for field, value in (("file", "../../etc/passwd"), ("evidence", ["../x.ers"]), ("sha256", "0" * 64), ("id", 5)):
            path.write_text(json.dumps({**told, field: value}), encoding="utf-8")
            with pytest.raises(PackageRefused, match=path.name):
                list(packaged_documents(folder))


def test_a_stranger_is_no_package(tmp_path):
    (tmp_path / "index.csv").write_text("file,number")
    assert not is_package(tmp_path)
    with pytest.raises(PackageRefused, match="no manifest"):
        check_package(tmp_path)
