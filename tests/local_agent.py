"""A program on an officer's computer that signs, as NCALayer does: complete CMS, asked over WebSocket."""

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


class Agent:
    """Makes a CMS as an agent does; each part may be made wrong."""

    def __init__(self, certificate: bytes, key: Any) -> None:
        self.certificate, self.key = asn1_x509.Certificate.load(certificate), key

    def attributes(self, content: bytes, digest: str, more: list[Any], leave_out: str = "") -> cms.CMSAttributes:
        hashed = hashlib.sha256(self.certificate.dump()).digest()
        found = [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
            {"type": "signing_certificate_v2", "values": [{"certs": [tsp.ESSCertIDv2({"cert_hash": hashed})]}]},
            *more,
        ]
        return cms.CMSAttributes([one for one in found if one["type"] != leave_out])

    def signed(
        self, content: bytes, *, digest: str = "sha256", more: Any = (), leave_out: str = "", **changes: Any
    ) -> bytes:
        attributes = changes.pop("attributes", None) or self.attributes(content, digest, list(more), leave_out)
        data, hashed = attributes.dump(), getattr(hashes, digest.upper())()
        if isinstance(self.key, rsa.RSAPrivateKey):
            value, algorithm = self.key.sign(data, padding.PKCS1v15(), hashed), f"{digest}_rsa"
        else:
            value, algorithm = self.key.sign(data, ec.ECDSA(hashed)), f"{digest}_ecdsa"
        info = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": self._identifier()},
            "digest_algorithm": {"algorithm": digest},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": changes.pop("algorithm", algorithm)},
            "signature": changes.pop("value", value),
        }
        body = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data", "content": changes.pop("carried", None)},
            "certificates": [self.certificate],
            "signer_infos": [info] * changes.pop("signers", 1),
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(body)}).dump()

    def _identifier(self) -> Any:
        return {"issuer": self.certificate.issuer, "serial_number": self.certificate.serial_number}


class LocalAgent:
    """The same behind a WebSocket: greets with its version, asks its officer, answers."""

    def __init__(self, agent: Agent) -> None:
        self.agent, self.refuse = agent, ""
        """why its officer says no; empty: they sign"""
        self.asked: list[dict[str, Any]] = []

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        assert (question["module"], question["method"]) == ("kz.gov.pki.knca.basics", "sign")
        self.asked.append(question)
        if self.refuse:
            return {"status": False, "code": "500", "message": self.refuse}
        made = self.agent.signed(base64.b64decode(question["args"]["data"]))
        return {"status": True, "body": {"result": [base64.b64encode(made).decode()]}}

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=64 * 1024 * 1024)
        await socket.prepare(request)
        await socket.send_json({"result": {"version": "1.4"}})
        async for message in socket:
            await socket.send_json(self.answer(json.loads(message.data)))
        return socket


@contextmanager
def listening(agent: LocalAgent, port: int = 0) -> Iterator[int]:
    """Until the block ends it answers on 127.0.0.1; on which port."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def begin() -> web.AppRunner:
        application = web.Application()
        application.add_routes([web.get("/", agent.serve)])
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ports.append(runner.addresses[0][1])
        return runner

    def run() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
