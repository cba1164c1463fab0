"""The table of a legacy intake: each line is complete, or refused with the column and the reason."""

from datetime import date

import pytest

from archive.errors import IngestRefused
from archive.ingest import LegacyEntry, Refusal, read_folder, read_text


def read(folder, table, *, encoding="utf-8"):
    (folder / "index.csv").write_bytes(table.encode(encoding))
    return list(read_folder(folder, no_sheet))


def no_sheet(content):
    raise AssertionError("there is no spreadsheet")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1.txt").write_text("mətn", encoding="utf-8")
    return tmp_path


def test_a_complete_line_is_read_with_columns_in_any_of_the_languages(folder):
    names = "Fayl;Nömrə;Başlıq;Tarix;Dil;İmzalayan;Giriş;Əsas"
    table = f"{names}\nscans/1.txt;12-a;Əmr;21.03.2009;az;Əliyev Ş.;official_use;§ 3\n"
    for encoding in ("utf-8", "utf-8-sig"):
        (entry,) = read(folder, table, encoding=encoding)
        assert isinstance(entry, LegacyEntry)
        assert (entry.line, entry.file, entry.number, entry.title) == (2, "scans/1.txt", "12-a", "Əmr")
        assert (entry.dated_on, entry.language, entry.type) == (date(2009, 3, 21), "az", "legacy")
        assert (entry.signer, entry.access_level, entry.access_ground) == ("Əliyev Ş.", "official_use", "§ 3")
    (entry,) = read(folder, 'файл,номер,название,дата\nscans/1.txt,5,"Приказ, общий",2009-03-21\n\n')
    assert isinstance(entry, LegacyEntry)
    assert entry.title == "Приказ, общий"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("scans/1.txt,,Title,2009-03-21,open", "number", "empty"),
        ("scans/1.txt,1,Title,21 March,open", "date", "no date"),
        ("scans/1.txt,1,Title,31.02.2009,open", "date", "no date"),
        ("scans/2.txt,1,Title,2009-03-21,open", "file", "no such file"),
        ("scans,1,Title,2009-03-21,open", "file", "no such file"),
        ("../../etc/passwd,1,Title,2009-03-21,open", "file", "outside the folder"),
        ("/etc/passwd,1,Title,2009-03-21,open", "file", "outside the folder"),
        ("a\0b,1,Title,2009-03-21,open", "file", "no such file"),
        ("scans/1.txt,1,Title,2009-03-21,state_secret", "access", "never taken in"),
        ("scans/1.txt,1,Title,2009-03-21,hidden", "access", "unknown"),
        ("scans/1.txt,1,Title,2009-03-21,official_use", "ground", "needs its ground"),
        (f"scans/1.txt,1,{'x' * 1001},2009-03-21,open", "title", "longer than 1000"),
    ],
)
def test_a_line_is_refused_with_its_column_and_the_reason(folder, line, column, reason):
    (refusal,) = read(folder, f"file,number,title,date,access\n{line}\n")
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.column) == (2, column)
    assert reason in refusal.reason


def test_a_table_that_cannot_be_used_is_told_why(folder):
    for table, reason in (
        ("file,title,date\n", "no column number"),
        ("", "no column file"),
        ('file,number,title,date\n"x', "line"),
    ):
        with pytest.raises(IngestRefused, match=reason):
            read(folder, table)
    for table, reason in (
        ("file,number,title,date,number\n", "two columns say number"),
        ("file,number,title,date,box,box\n", "two columns say box"),
        ("file,number,title,date," + ",".join(f"c{n}" for n in range(41)), "more than 40 columns"),
    ):
        with pytest.raises(IngestRefused, match=reason):
            read(folder, table)
    with pytest.raises(IngestRefused, match="neither UTF-8 nor Windows-1251 at byte 39"):
        read(folder, "file,number,title,date\nscans/1.txt,1,Başlıq: şöbənin işi,2".replace("ə", "e"), encoding="cp1254")
    (folder / "index.xlsx").write_bytes(b"PK")
    with pytest.raises(IngestRefused, match=r"index\.csv and index\.xlsx"):
        list(read_folder(folder, no_sheet))
    (folder / "index.csv").unlink()
    (folder / "index.xlsx").unlink()
    with pytest.raises(IngestRefused, match="No such file"):
        list(read_folder(folder, no_sheet))


def test_a_table_is_read_in_the_encodings_of_its_time(folder):
    line = "scans/1.txt;5;Ақпараттық жүйелерді енгізу бойынша мемлекеттік органның қызметі;2009-03-21\n"
    for encoding in ("utf-16", "kz1048"):
        (entry,) = read(folder, f"файл;номер;название;дата\n{line}", encoding=encoding)
        assert isinstance(entry, LegacyEntry)
        assert entry.title == "Ақпараттық жүйелерді енгізу бойынша мемлекеттік органның қызметі", encoding
    (entry,) = read(folder, "файл;номер;название;дата\nscans/1.txt;5;О приёме;2009-03-21\n", encoding="cp1251")
    assert isinstance(entry, LegacyEntry)
    assert entry.title == "О приёме"


def test_columns_may_have_names_of_their_own_and_further_ones_are_kept(folder):
    (folder / "index.csv").write_text("path;reg;title;date;box\nscans/1.txt;5;Əmr;2009-03-21;17\n", encoding="utf-8")
    (entry,) = read_folder(folder, no_sheet, {"file": "Path", "number": "Reg"})
    assert isinstance(entry, LegacyEntry)
    assert (entry.number, dict(entry.others)) == ("5", {"box": "17"})


def test_a_spreadsheet_is_read_as_a_table_would_be(folder):
    (folder / "index.xlsx").write_bytes(b"whatever the reader makes of it")
    rows = [["Fayl", "Nömrə", "Başlıq", "Tarix"], ["scans/1.txt", "5", "Əmr", "2009-03-21"], ["", "", "", ""]]
    (entry,) = read_folder(folder, lambda content: rows)
    assert isinstance(entry, LegacyEntry)
    assert (entry.line, entry.number) == (2, "5")


def test_old_text_files_are_read_whatever_their_encoding():
    kazakh = "Ақпараттық жүйелерді енгізу бойынша мемлекеттік органның қызметінің дәрежесі."
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "kz1048"):
        assert read_text(kazakh.encode(encoding)).text == kazakh, encoding
    assert read_text("Приказ № 5".encode("cp1251")).text == "Приказ № 5"
