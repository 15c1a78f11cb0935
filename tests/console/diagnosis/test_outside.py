"""The look from outside: off by default, never into a private network, and what it finds becomes a dated fact."""

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from anshin.console.diagnosis import operations, outside_source
from anshin.console.diagnosis.models import OutsideCheck
from anshin.console.diagnosis.outside_source import HttpsSource, is_public, tls_facts, tls_of
from anshin.console.people.roles import Role
from anshin.risk.outside.document import Seen
from tests.console.diagnosis.conftest import answers

DAY = dt.date(2026, 11, 25)


class Looker:
    """Stands for the network."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def look(self, domain: str, at: dt.date) -> Seen:
        self.asked.append(domain)
        if domain.startswith("broken"):
            raise OSError("no network")
        key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        return Seen(domain=domain, at=at, spf=("v=spf1 -all",), dkim=(key,), dmarc=("v=DMARC1; p=none",))


def page(cast) -> str:
    return reverse("diagnosis_outside", args=[cast.company.id])


def test_it_is_off_by_default(cast):
    client = cast.client(Role.OWNER)
    assert client.post(page(cast), {"domain": "info@Towa-Seiki.example.jp "}).status_code == 302
    text = client.get(page(cast)).content.decode()
    assert "towa-seiki.example.jp" in text
    assert "止めてあります" in text
    assert operations.look_outside() == 0
    with scope(organisation=cast.company):
        assert OutsideCheck.objects.get().document is None


@pytest.mark.parametrize(
    "typed", ["", "localhost", "http://a.example/x", "a..b", "127.0.0.1", "x" * 260 + ".jp", "日本.jp"]
)
def test_no_domain_is_said(cast, typed):
    answer = cast.client(Role.OWNER).post(page(cast), {"domain": typed})
    assert answer.status_code == 422
    assert "ドメインだけを書いてください" in answer.content.decode()


def test_what_is_seen_becomes_a_dated_fact(cast):
    now = timezone.now()
    with scope(organisation=cast.company):
        operations.set_domain(actor=cast.actor(Role.OWNER), domain="towa-seiki.example.jp")
    with scope(organisation=cast.other):
        operations.set_domain(actor=cast.actor(Role.OWNER, cast.other), domain="broken.example.jp")
    looker = Looker()
    assert operations.look_outside(source=looker, now=now) == 1
    assert sorted(looker.asked) == ["broken.example.jp", "towa-seiki.example.jp"]
    with scope(organisation=cast.company):
        fact = {"fact": "outside.mail_auth_share", "value": 0.8333, "at": timezone.localdate(now).isoformat()}
        assert fact in operations.measured_facts(answers())
    text = cast.client(Role.OWNER).get(page(cast)).content.decode()
    assert "v=DMARC1; p=none" in text
    looker.asked.clear()
    operations.look_outside(source=looker, now=now + dt.timedelta(hours=2))
    assert looker.asked == ["broken.example.jp"]
    operations.look_outside(source=looker, now=now + dt.timedelta(days=1, hours=2))
    assert "towa-seiki.example.jp" in looker.asked


def resolver(answers: dict[str, object]) -> HttpsSource:
    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.params["name"], {"Status": 3})
        return httpx.Response(200, text=found) if isinstance(found, str) else httpx.Response(200, json=found)

    return HttpsSource("https://resolver.example/", httpx.Client(transport=httpx.MockTransport(answer)))


def records(*texts: str) -> dict[str, object]:
    return {
        "Status": 0,
        "Answer": [{"type": 16, "data": json.dumps(text)} for text in texts] + [{"type": 5, "data": "x"}],
    }


def test_records_are_read(monkeypatch):
    monkeypatch.setattr(outside_source, "tls_of", lambda _domain: {})
    asked = resolver(
        {
            "a.example": records("v=spf1 -all", "other"),
            "_dmarc.a.example": {"Status": 0, "Answer": [{"type": 16, "data": '"v=DMARC1; " "p=reject"'}]},
            "google._domainkey.a.example": records("v=DKIM1; p=abc"),
        }
    )
    seen = asked.look("a.example", DAY)
    assert seen.spf == ("v=spf1 -all", "other")
    assert seen.dmarc == ("v=DMARC1; p=reject",)
    assert seen.dkim == ("v=DKIM1; p=abc",)
    assert seen.tls_version is None


@pytest.mark.parametrize("answer", ["no json", "[]", '{"Status": 2}', '{"Answer": []}', '{"Status": 0, "Answer": 7}'])
def test_a_broken_resolver_is_no_answer(answer):
    assert resolver({"a.example": answer}).txt("a.example") is None


def test_no_such_name_is_an_answer():
    assert resolver({}).txt("a.example") == ()


@pytest.mark.parametrize(
    ("address", "public"),
    [("127.0.0.1", False), ("10.1.2.3", False), ("::1", False), ("fe80::1%eth0", False), ("169.254.169.254", False),
     ("8.8.8.8", True), ("2001:4860:4860::8888", True)],
)  # fmt: skip
def test_private_networks_are_never_entered(address, public):
    assert is_public(address) is public


def test_a_name_that_leads_home_is_not_followed(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    assert tls_of("evil.example") == {}


@pytest.fixture
def server(tmp_path):
    """A TLS server on loopback whose certificate nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            for _time in range(2):
                connection, _address = listening.accept()
                connection.settimeout(10)
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(15)


def test_tls_facts_of_an_untrusted_certificate(server):
    found = tls_facts("127.0.0.1", server, "a.example")
    assert found == {"tls_version": "TLSv1.3", "tls_expires": dt.date(2027, 1, 1), "tls_name_matches": False}


def test_nothing_that_answers_is_no_fact():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert tls_facts("127.0.0.1", port, "a.example") == {}
