"""Dictionaries and cross-reference tables come out the same when they are read at once."""

from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, xref
from pyhanko.pdf_utils.misc import PdfError

from signing import plain_objects


class Handler:
    """Of a file that is read: strict, without objects."""

    strict = True


REFERENCE = generic.Reference(7, 0, Handler())

ATOMS = st.sampled_from(
    [
        *("1", "-3", "+4", "0.5", "7.", "-.5", "1 0 R", "12 0 R", "0 0 R", "1  0 R", "1 0 Rx", "true", "false"),
        *(
            "/A",
            "/Sig.Name-1",
            "/A#20B",
            "(plain)",
            "(a\\056b\\777)",
            "(\\376\\377\\001Y)",
            "(a\\)b)",
            "(\xfe\xff\x00A)",
            "<4142>",
            "<414>",
            "<41 42>",
        ),
        *("null", "nul", "1e5", "12-3", "% x\n", "4294967296 65535 R"),
    ]
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{' '.join(items)}]")
        | st.lists(st.tuples(st.sampled_from("ABCD"), inner), max_size=4).map(
            lambda pairs: "<<" + "".join(f"/{name} {value} " for name, value in pairs) + ">>"
        )
    ),
    max_leaves=8,
)


def told(value):
    """An object with its type and where it stands, all the way down."""
    about = (type(value), value.container_ref)
    if isinstance(value, dict):
        inner = [(type(name), name, told(dict.__getitem__(value, name))) for name in value]
        return (*about, inner, getattr(value, "encoded_data", None))
    if isinstance(value, list):
        return (*about, [told(list.__getitem__(value, at)) for at in range(len(value))])
    if isinstance(value, generic.IndirectObject):
        return (*about, value.reference, value.reference.pdf)
    return (*about, getattr(value, "value", None), value if isinstance(value, str | bytes | int | Decimal) else None)


def outcome(read, data):
    stream = BytesIO(data)
    try:
        return told(read(stream, REFERENCE)), stream.tell()
    except (PdfError, ValueError, KeyError, RecursionError) as error:
        return type(error)


@given(VALUES, st.sampled_from(["", "\nendobj", " /Next", "x", "stream\nabc\nendstream"]))
@example("<</Length 3>>", "stream\nabc\nendstream endobj")
@example("<</A 1/A 2>>", " ")
@example("<<" + "/A <<" * 40 + ">>" * 41, " ")
@example("<</A/B/C(" + "x" * 5000 + ")>>", " ")
def test_a_dictionary_is_read_as_pyhanko_reads_it(value, after):
    data = (value if value.startswith("<<") else f"<</V {value}>>").encode("latin-1") + after.encode()
    assert outcome(plain_objects.read_dictionary, data) == outcome(plain_objects._token_by_token, data)


@given(st.binary(max_size=60).map(lambda data: b"<<" + data))
def test_any_bytes_are_read_as_pyhanko_reads_them(data):
    assert outcome(plain_objects.read_dictionary, data) == outcome(plain_objects._token_by_token, data)


def table(read, process, data):
    """What is known of a section's objects afterwards, and where the stream stands."""
    stream, section = BytesIO(data), xref.XRefSectionData()
    try:
        return process(section, read(stream, True), True), vars(section), stream.tell()
    except (PdfError, ValueError, IndexError) as error:
        return type(error)


ROW = "{:010} {:05} {}"
PLACES = st.integers(0, 10**10 - 1)
ROWS = st.lists(st.builds(ROW.format, PLACES, st.integers(0, 99999), st.sampled_from("nfx")), max_size=5) | st.lists(
    st.builds(ROW.format, PLACES, st.just(0), st.just("n")), max_size=5
).map(lambda rows: ["0000000000 65535 f", *rows])


@given(
    st.lists(st.tuples(st.integers(0, 3) | st.integers(0, 99), ROWS, st.integers(0, 9)), min_size=1, max_size=3),
    st.sampled_from([" \n", " \r", "\r\n", "\n"]),
    st.sampled_from(["trailer\n<<", "trailer <<", "\ntrailer<<", "trai", ""]),
)
def test_a_cross_reference_table_is_read_as_pyhanko_reads_it(sections, end, after):
    text = "\n" + "".join(
        f"{first} {len(rows) + (1 if odd == 0 else 0)}\n" + "".join(row + end for row in rows)
        for first, rows, odd in sections
    )
    data = (text + after).encode()
    ours = table(plain_objects.parse_xref_table, plain_objects.process_entries, data)
    assert ours == table(plain_objects._row_by_row, plain_objects._entry_by_entry, data)


@pytest.mark.parametrize("name", ["read_from_stream", "parse_xref_table"])
def test_pyhanko_reads_by_them(name):
    theirs = generic.DictionaryObject if name == "read_from_stream" else xref
    ours = plain_objects.read_dictionary if name == "read_from_stream" else plain_objects.parse_xref_table
    assert getattr(theirs, name) is ours
    assert xref.XRefSectionData.process_entries is plain_objects.process_entries
