"""Files signed as foreign programs sign them: a CMS apart from its content or around it, ASiC containers."""

import base64
import hashlib
import io
import zipfile
from urllib.parse import quote

import pytest
from asn1crypto import cms

from signing.cms import signed_attributes, signed_data, signer_of

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.fixture
def sign(opened):
    """Signs bytes as a foreign program could: a CMS, apart from them or around them."""
    key = opened("Ayşən Quliyeva", "officer")
    signer = signer_of(key.certificate, key.chain)

    def signed(content, *, detached=True):
        attributes = signed_attributes(signer, hashlib.sha256(content).digest())
        made = signed_data(signer, attributes, key.sign(attributes))
        if detached:
            return made
        enveloping = cms.ContentInfo.load(made)
        enveloping["content"]["encap_content_info"] = {"content_type": "data", "content": content}
        return enveloping.dump(force=True)

    return signed


def container(files, kind=b"application/vnd.etsi.asic-e+zip"):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name, content in {"mimetype": kind, **files}.items():
            made.writestr(name, content)
    return written.getvalue()


def manifest(files, signature="META-INF/signature001.p7s"):
    listed = "".join(
        f'<DataObjectReference URI="{quote(name)}"><DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" '
        f'Algorithm="{SHA256}"/><DigestValue xmlns="http://www.w3.org/2000/09/xmldsig#">'
        f"{base64.b64encode(hashlib.sha256(content).digest()).decode()}</DigestValue></DataObjectReference>"
        for name, content in files.items()
    )
    namespace = "http://uri.etsi.org/02918/v1.2.1#"
    return f'<ASiCManifest xmlns="{namespace}"><SigReference URI="{signature}"/>{listed}</ASiCManifest>'.encode()


def signed_container(sign, files, more=None):
    listed = manifest(files)
    meta = {"META-INF/ASiCManifest001.xml": listed, "META-INF/signature001.p7s": sign(listed)}
    return container({**files, **meta, **(more or {})})
