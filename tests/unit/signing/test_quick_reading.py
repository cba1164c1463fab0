"""What pyHanko does byte by byte comes out the same when it is done at once."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError, PdfWriteError

from signing import reading


def _outcome(action, *arguments):
    try:
        return action(*arguments)
    except (PdfReadError, PdfWriteError) as error:
        return type(error)


def _written(write, value):
    stream = BytesIO()
    refused = _outcome(write, value, stream)
    return refused or stream.getvalue()


@given(st.binary(max_size=40) | st.from_regex(rb"[A-Za-z0-9#./+-]{0,20}", fullmatch=True))
def test_a_name_is_read_as_pyhanko_reads_it(name):
    ours, theirs = _outcome(reading.decode_name, name), _outcome(reading._name_by_byte, name)
    assert ours == theirs
    assert type(ours) is type(theirs)


@given(st.text(max_size=40) | st.from_regex(r"/[A-Za-z0-9#. +-]{0,20}", fullmatch=True))
def test_a_name_is_written_as_pyhanko_writes_it(name):
    value = generic.NameObject(name or "x")
    assert _written(reading.write_name, value) == _written(reading._write_name_by_byte, value)


@given(st.text(max_size=60))
def test_a_text_is_written_as_pyhanko_writes_it(text):
    value = generic.TextStringObject(text)
    assert _written(reading.write_text, value) == _written(reading._write_text_by_byte, value)


@pytest.mark.parametrize("text", ["", "Qəbul edildi (1)", "a\\b\r\n", "plain"])
def test_a_text_in_an_encoding_asked_for_is_written_by_pyhanko(text):
    value = generic.TextStringObject(text)
    value.force_output_encoding = generic.TextStringEncoding.UTF8
    assert _written(reading.write_text, value) == _written(reading._write_text_by_byte, value)
