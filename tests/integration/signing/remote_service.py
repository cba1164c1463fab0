"""A remote signing service: certomancer-csc-dummy (CSC API 1), and the same behind the names of API 2 with a PIN, or
with a page of its own where the signer consents (OAuth 2.0 authorization code with PKCE).
"""

import asyncio
import base64
import hashlib
import json
import secrets
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from certomancer.registry import CertomancerConfig
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams

SERVICE_PIN = "8642"
CONFIG = """
keysets:
  office:
    path-prefix: "."
    keys: {root: {path: root.pem}, rsa: {path: rsa.pem}, ec: {path: ec.pem}}
pki-architectures:
  office:
    keyset: office
    entity-defaults: {country-name: AZ, organization-name: Xidmət}
    entities:
      root: {common-name: Remote Root}
      rsa: {common-name: Əliyev Şükür İsmayıl oğlu, serial-number: AZ-7}
      ec: {common-name: Əliyev Şükür İsmayıl oğlu, serial-number: AZ-8}
    certs:
      root:
        subject: root
        issuer: root
        validity: {valid-from: "2026-01-01T00:00:00+0000", valid-to: "2036-01-01T00:00:00+0000"}
        extensions:
          - {id: basic_constraints, critical: true, value: {ca: true}}
          - {id: key_usage, critical: true, smart-value: {schema: key-usage, params: [key_cert_sign, crl_sign]}}
      rsa: &officer
        subject: rsa
        issuer: root
        validity: {valid-from: "2026-01-01T00:00:00+0000", valid-to: "2030-01-01T00:00:00+0000"}
        extensions:
          - {id: key_usage, critical: true, smart-value: {schema: key-usage, params: [non_repudiation]}}
      ec: {<<: *officer, subject: ec}
"""


@dataclass
class RemoteService:
    """The service as a test sees it."""

    url: str
    asked: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    """(path, body, Authorization) of every question"""
    status: int = 200
    """anything else is answered instead"""
    delay: float = 0.0
    signing: dict[str, Any] = field(default_factory=dict)
    """put into the answer of signatures/signHash"""
    info: dict[str, Any] = field(default_factory=dict)
    """put into the answer of credentials/info"""
    secret: str = ""
    """of the client `office`; set, only tokens that were given for it are taken"""
    lifetime: int = 3600
    given: list[str] = field(default_factory=list)
    """tokens that are taken"""
    passwords: list[str] = field(default_factory=list)
    """of the signer's generator, each good for one authorisation"""
    wants_password: bool = False
    """an authorisation takes one of them beside the PIN"""
    back: str = ""
    """where officers are led back to; set, credentials ask on the service's own page"""
    consent: str = "yes"
    """what the officer says there: yes, or an error of RFC 6749, 4.1.2.1"""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """what each code was given for"""
    bearer: bool = False
    """authorisations are access tokens, not SAD"""


class _Renamed:
    """A question of API 2 in the words of API 1."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = {**body, "hash": body.get("hashes"), "hashAlgo": body.get("hashAlgorithmOID")}
        if self._body["hash"] is None:
            del self._body["hash"]

    async def json(self) -> dict[str, Any]:
        return self._body


def _second_version(server: CSCWithCertomancer, service: RemoteService) -> list[web.RouteDef]:
    async def listed(request: web.Request) -> web.StreamResponse:
        return await server.credentials_list(_Renamed(await request.json()))

    async def info(request: web.Request) -> web.StreamResponse:
        answer = json.loads((await server.credentials_info(_Renamed(await request.json()))).text or "")
        del answer["authMode"]
        if service.back:
            return web.json_response({**answer, "auth": {"mode": "oauth2code"}, **service.info})
        names = ["PIN", "OTP"] if service.wants_password else ["PIN"]
        objects = [{"type": "Password", "id": name} for name in names]
        answer["auth"] = {"mode": "explicit", "expression": " AND ".join(names), "objects": objects}
        return web.json_response(answer | service.info)

    async def authorize(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        told = {one["id"]: one["value"] for one in body.get("authData") or ()}
        if told.pop("PIN", "") != SERVICE_PIN:
            return web.json_response({"error": "invalid_pin", "error_description": "The PIN is invalid"}, status=400)
        if service.wants_password:
            if told.get("OTP") not in service.passwords:
                return web.json_response(
                    {"error": "invalid_otp", "error_description": "The OTP is invalid"}, status=400
                )
            service.passwords.remove(told.pop("OTP"))
        if told:
            return web.json_response({"error": "invalid_request"}, status=400)
        return await server.credentials_authorize(_Renamed(body))

    async def sign(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if service.bearer:
            body = {**body, "SAD": request.headers["Authorization"].removeprefix("Bearer ")}
        answer = json.loads((await server.signatures_sign_hash(_Renamed(body))).text or "")
        return web.json_response(answer | service.signing)

    base = "/csc/v2"
    return [
        web.post(f"{base}/credentials/list", listed),
        web.post(f"{base}/credentials/info", info),
        web.post(f"{base}/credentials/authorize", authorize),
        web.post(f"{base}/signatures/signHash", sign),
    ]


def _page_of_its_own(service: RemoteService) -> web.RouteDef:
    async def authorize(request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        right = ("code", "office", service.back, "credential", "S256", "1")
        names = ("response_type", "client_id", "redirect_uri", "scope", "code_challenge_method", "numSignatures")
        if tuple(asked.get(name) for name in names) != right or not asked.get("code_challenge"):
            return web.Response(status=400, text="not led back to strangers")
        told = {"state": asked["state"]}
        if service.consent == "yes":
            told["code"] = secrets.token_urlsafe(12)
            service.codes[told["code"]] = asked
        else:
            told["error"] = service.consent
        raise web.HTTPFound(f"{service.back}?{urlencode(told)}")

    return web.get("/oauth2/authorize", authorize)


async def _authorised(server: CSCWithCertomancer, service: RemoteService, fields: dict[str, Any]) -> dict[str, Any]:
    """For a code, which is good once and for who has its verifier."""
    asked = service.codes.pop(str(fields.get("code")), None)
    challenge = hashlib.sha256(str(fields.get("code_verifier")).encode()).digest()
    if (
        asked is None
        or fields.get("redirect_uri") != asked["redirect_uri"]
        or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
    ):
        return {"error": "invalid_grant"}
    digest = base64.b64encode(base64.urlsafe_b64decode(asked["hashes"])).decode()
    permit = {"credentialID": asked["credentialID"], "numSignatures": 1, "hashes": [digest]}
    answer = await server.credentials_authorize(_Renamed(permit))
    activation = json.loads(answer.text or "")["SAD"]
    if service.bearer:
        service.given.append(activation)
    return {"access_token": activation, "token_type": "Bearer" if service.bearer else "SAD", "expires_in": 60}


def _token_giver(server: CSCWithCertomancer, service: RemoteService) -> web.RouteDef:
    async def token(request: web.Request) -> web.StreamResponse:
        fields = dict(await request.post())
        if (fields.get("client_id"), fields.get("client_secret")) != ("office", service.secret):
            return web.json_response({"error": "invalid_client"}, status=401)
        if fields.get("grant_type") == "authorization_code":
            answer = await _authorised(server, service, fields)
            return web.json_response(answer, status=400 if "error" in answer else 200)
        if fields.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        service.given.append(f"token-{len(service.given)}")
        told = {"access_token": service.given[-1], "token_type": "Bearer", "expires_in": service.lifetime}
        return web.json_response(told)

    return web.post("/oauth2/token", token)


def _application(folder: Path, service: RemoteService) -> web.Application:
    for name, key in (
        ("root", ec.generate_private_key(ec.SECP256R1())),
        ("rsa", rsa.generate_private_key(65537, 2048)),
        ("ec", ec.generate_private_key(ec.SECP256R1())),
    ):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    config = CertomancerConfig.from_yaml(CONFIG, key_search_dir=str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it keeps its settings in aiohttp's application the old way
        server = CSCWithCertomancer(config, service_params=DummyServiceParams(hash_pinning_required=True))
    server.register_routes()
    server.app.add_routes([*_second_version(server, service), _token_giver(server, service), _page_of_its_own(service)])

    @web.middleware
    async def watched(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/oauth2/"):
            return await handler(request)
        token = request.headers.get("Authorization", "")
        service.asked.append((request.path, await request.json(), token))
        if service.secret and token.removeprefix("Bearer ") not in service.given:
            return web.json_response({"error": "invalid_token"}, status=401)
        await asyncio.sleep(service.delay)
        if service.status != 200:
            return web.Response(status=service.status, text="<html>out of order</html>")
        return await handler(request)

    server.app.middlewares.append(watched)
    return server.app


@contextmanager
def remote_service(folder: Path) -> Iterator[RemoteService]:
    """The service on a port of its own, in a thread of its own."""
    service, ready = RemoteService(""), threading.Event()
    runner = web.AppRunner(_application(folder, service), access_log=None)
    loop = asyncio.new_event_loop()

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/csc"
        ready.set()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(20)
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
