"""Looks at a domain from outside: DNS records through DNS over HTTPS, and the web site's TLS. Needs no permission.

The standard library cannot ask for TXT records, and a resolver that answers JSON spares us a parser of DNS packets.
Off unless ANSHIN_OUTSIDE_RESOLVER names such a resolver.
"""

import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import yaml
from cryptography import x509

from anshin.risk.outside.document import Seen

SECONDS = 5.0
TXT = 16
NO_SUCH_NAME = 3
MOST_RECORDS = 50
_CHUNK = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """Asks `resolver` (an address that answers application/dns-json). A `Source` of `anshin.risk.outside`."""

    resolver: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=SECONDS, follow_redirects=False))

    def look(self, domain: str, at: date) -> Seen:
        """Return what can be seen of `domain`; what gave no answer stays None, never good and never bad."""
        keys: list[str] = []
        answered = False
        for selector in selectors():
            found = self.txt(f"{selector}._domainkey.{domain}")
            answered = answered or found is not None
            keys += found or ()
        seen = tls_of(domain)
        return Seen(
            domain=domain,
            at=at,
            spf=self.txt(domain),
            dkim=tuple(keys) if answered else None,
            dmarc=self.txt(f"_dmarc.{domain}"),
            **seen,
        )

    def txt(self, name: str) -> tuple[str, ...] | None:
        """Return the TXT records at `name`, or None when the resolver gave no usable answer."""
        try:
            answer = self.client.get(
                self.resolver, params={"name": name, "type": "TXT"}, headers={"accept": "application/dns-json"}
            )
            told = answer.raise_for_status().json()
            if told["Status"] == NO_SUCH_NAME:
                return ()
            if told["Status"] != 0:
                return None
            rows = [row["data"] for row in told.get("Answer", []) if row.get("type") == TXT]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return tuple(_joined(str(row)) for row in rows[:MOST_RECORDS])


@cache
def selectors() -> tuple[str, ...]:
    """Return the DKIM selectors that are asked for: there is no list of them in DNS."""
    text = files("anshin.console.diagnosis").joinpath("outside.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)["dkim_selectors"])


def tls_of(domain: str, *, port: int = 443) -> dict[str, Any]:
    """Return the TLS facts of `domain`; empty when it cannot be reached or lies in a private network."""
    try:
        address = next(
            (a[4][0] for a in socket.getaddrinfo(domain, port, type=socket.SOCK_STREAM) if is_public(str(a[4][0]))),
            None,
        )
    except (OSError, UnicodeError):
        return {}
    return {} if address is None else tls_facts(str(address), port, domain)


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet: the console must not be led into its own network."""
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def tls_facts(address: str, port: int, name: str) -> dict[str, Any]:
    """Return version, end of the certificate, and whether it is valid for `name`; empty when nothing answers."""
    try:
        with socket.create_connection((address, port), SECONDS) as plain:
            unchecked = ssl.create_default_context()
            unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE  # a bad certificate is a finding too
            with unchecked.wrap_socket(plain, server_hostname=name) as secured:
                version, raw = secured.version(), secured.getpeercert(binary_form=True)
        ends = x509.load_der_x509_certificate(raw).not_valid_after_utc.date() if raw else None
        return {"tls_version": version, "tls_expires": ends, "tls_name_matches": _matches(address, port, name)}
    except (OSError, ValueError):
        return {}


def _matches(address: str, port: int, name: str) -> bool:
    try:
        with (
            socket.create_connection((address, port), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=name),
        ):
            return True
    except ssl.SSLCertVerificationError:
        return False


def _joined(data: str) -> str:
    chunks = _CHUNK.findall(data)
    return "".join(re.sub(r"\\(.)", r"\1", chunk) for chunk in chunks) if chunks else data
