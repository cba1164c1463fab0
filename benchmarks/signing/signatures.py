"""B-B with three kinds of keys: the raw signature as the limit, pyHanko's SimpleSigner, npm's @signpdf, turn about."""

import asyncio
import json
import logging
import subprocess
from io import BytesIO
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from benchmarks.peers import npm_peer
from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import FIELD, KINDS, NOW, Material, make
from benchmarks.signing.stock import simple_signer
from signing.algorithms import sign_with
from signing.certificates import Certified, Profile, authority_name, issue_root
from signing.keys.software import SoftwareKey
from signing.request import SignatureLevel
from signing.service import Signing

SOURCES = Path(__file__).parent / "peer"


def measure(run: Run) -> Figures:
    """Signatures a second of one core: by the wall, and in processor time."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    material = make(run.folder / "signatures")
    run.say(f"  the document has {len(material.pdf)} bytes")
    figures: Figures = {"document_bytes": len(material.pdf)}
    for kind in KINDS:
        figures |= _against_pyhanko(run, material, kind)
    return figures | _against_signpdf(run, material)


def _against_pyhanko(run: Run, material: Material, kind: str) -> Figures:
    key, signing = material.key(kind), Signing(clock=lambda: NOW)
    request = material.request(key, SignatureLevel.B_B)
    theirs_key = simple_signer(key)
    ours, theirs, raw = Clock(), Clock(), Clock()
    signing.sign(request, key)
    for _ in range(run.times(30, 4)):
        for _ in range(5):
            ours.measure(lambda: signing.sign(request, key))
            raw.measure(lambda: sign_with(key.private_key, material.pdf))
        theirs.measure(lambda: _simply_signed(material.pdf, theirs_key))
    figures = {
        f"bb_{kind}_per_second": round(1 / median(ours.cpu), 1),
        f"bb_{kind}_per_wall_second": round(1 / median(ours.wall), 1),
        f"bb_{kind}_raw_signature_ms": round(median(raw.cpu) * 1000, 2),
        f"bb_{kind}_vs_simplesigner": round(median(theirs.cpu) / median(ours.cpu), 1),
        f"bb_{kind}_vs_simplesigner_wall": round(median(theirs.wall) / median(ours.wall), 1),
    }
    run.say(
        f"  B-B {kind}: {figures[f'bb_{kind}_per_second']}/s of a core ({median(ours.cpu) * 1000:.1f} ms, the raw "
        f"signature alone {figures[f'bb_{kind}_raw_signature_ms']}), SimpleSigner {median(theirs.cpu) * 1000:.0f} ms: "
        f"{figures[f'bb_{kind}_vs_simplesigner']} times as fast"
    )
    return figures


def _simply_signed(pdf: bytes, signer: SimpleSigner) -> None:
    metadata = PdfSignatureMetadata(field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    work = PdfSigner(metadata, signer).async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=BytesIO())
    asyncio.run(work)


def _against_signpdf(run: Run, material: Material) -> Figures:
    """The plain placeholder of @signpdf, the faster of its two; it measures itself."""
    name = "bb_rsa2048_vs_signpdf"
    folder = npm_peer(run, SOURCES, "signpdf")
    if folder is None:
        return {name: None}
    key, signing = material.key("rsa2048"), Signing(clock=lambda: NOW)
    request = material.request(key, SignatureLevel.B_B)
    # it places its own field, so it gets the document as rendered; both read a file of the same content
    (folder / "document.pdf").write_bytes(material.pdf)
    (folder / "key.p12").write_bytes(_bundle(key))
    ours, theirs = Clock(), Clock()
    for _ in range(run.times(5, 2)):
        count = run.times(20, 6)
        answer = subprocess.run(["node", "sign.js", str(count)], cwd=folder, check=True, capture_output=True, text=True)
        told = json.loads(answer.stdout)
        for wall, cpu in zip(told["wall"], told["cpu"], strict=True):
            theirs.note(wall / 1000, cpu / 1000)
        for _ in range(count):
            ours.measure(lambda: signing.sign(request, key))
    figures = {
        name: round(median(theirs.cpu) / median(ours.cpu), 1),
        f"{name}_wall": round(median(theirs.wall) / median(ours.wall), 1),
        "signpdf_ms": round(median(theirs.cpu) * 1000, 1),
    }
    run.say(f"  @signpdf: {figures['signpdf_ms']} ms of the processor, ours is {figures[name]} times as fast")
    return figures


def _bundle(key: SoftwareKey) -> bytes:
    """PKCS#12 with a certificate signed by its own RSA key: its library reads no other."""
    certified = Certified(authority_name("Officer"), key.private_key.public_key(), Profile.OFFICER, NOW)
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .kdf_rounds(2000)
        .hmac_hash(hashes.SHA1())
        .build(b"pin")
    )
    certificate = issue_root(certified, key.private_key)
    return serialize_key_and_certificates(b"officer", key.private_key, certificate, None, encryption)
