"""The parts of our signatures, judged by BouncyCastle and OpenSSL: CMS, signature timestamps, document timestamps."""

from datetime import datetime
from pathlib import Path

import pytest
from outside import Outside
from signing_pilot import JUDGED, SIGNED, Pilot, Tool

from signing.request import SignatureLevel
from signing.structure import open_pdf


@pytest.fixture
def parts(pilot: Pilot, tmp_path: Path) -> Path:
    """cms.der, content.bin and token.der of a document at B-T."""
    pdf = pilot.signed(level=SignatureLevel.B_T).pdf
    (signature,) = open_pdf(pdf).embedded_regular_signatures
    _, end, start, length = signature.byte_range
    (tmp_path / "cms.der").write_bytes(signature.pkcs7_content.rstrip(b"\0"))
    (tmp_path / "content.bin").write_bytes(pdf[:end] + pdf[start : start + length])
    (tmp_path / "token.der").write_bytes(signature.signer_info["unsigned_attrs"][0]["values"][0].dump())
    return tmp_path


def test_bouncycastle_verifies_the_cms_and_sees_a_changed_byte(outside: Outside, parts: Path):
    told = outside("cms", parts / "cms.der", content=parts / "content.bin")
    assert told["valid"] is True, told
    assert "Əliyev" in told["signer"]
    changed = bytearray((parts / "content.bin").read_bytes())
    changed[-1] ^= 1
    (parts / "changed.bin").write_bytes(changed)
    told = outside("cms", parts / "cms.der", content=parts / "changed.bin")
    assert told.get("valid") is not True


def test_bouncycastle_verifies_the_signature_timestamp(outside: Outside, parts: Path):
    told = outside("token", parts / "token.der")
    assert datetime.fromisoformat(told["at"]) == SIGNED


def test_openssl_verifies_the_cms_and_its_timestamp(pilot: Pilot, tool: Tool, parts: Path):
    root, at = str(pilot.authority.directory / "root.pem"), str(int(JUDGED.timestamp()))
    common = ["-attime", at, "-CAfile", root]
    cms = tool(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", *common,
        "-in", str(parts / "cms.der"), "-content", str(parts / "content.bin"), "-out", str(parts / "out.bin"),
    )  # fmt: skip
    assert "erification successful" in cms, cms
    shown = tool("openssl", "ts", "-reply", "-token_in", "-token_out", "-text", "-in", str(parts / "token.der"))
    assert "Mar 19 10:30:15 2026 GMT" in shown, shown
