"""Where other devices find this machine: its addresses on the networks it is in."""
import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil

LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")
FAR = "10.255.255.255"  # nothing is sent there: the system only says by which card it would go


@dataclass(frozen=True)
class Address:
    """Where this machine is: `host`, on the network card of this name ("": as the visitor's own browser asked)."""

    host: str
    card: str


def all_of(asked: str) -> list[Address]:
    """Where students may find what a browser found at the address `asked`: there, if that is not this very machine
    under a name of its own; else by each card of this machine, the likeliest first."""
    host = urlsplit(asked).hostname or ""
    return cards() if host in LOCAL or not cards() else [Address(host, ""), *(
        address for address in cards() if address.host != host)]


def cards() -> list[Address]:
    """The IPv4 addresses of this machine that others in its networks can ask, the one of the usual way out first."""
    usual, up = _usual(), {name for name, card in psutil.net_if_stats().items() if card.isup}
    found = [Address(entry.address, name) for name, entries in psutil.net_if_addrs().items() if name in up
             for entry in entries if entry.family == socket.AF_INET and is_reachable(entry.address)]
    return sorted(found, key=lambda address: (address.host != usual, not _is_private(address.host)))


def is_reachable(host: str) -> bool:
    """Whether others may ask there: not the machine's talk to itself, nor an address that a card made up."""
    address = ipaddress.ip_address(host)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _is_private(host: str) -> bool:
    return ipaddress.ip_address(host).is_private


def _usual() -> str:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((FAR, 9))
        return way.getsockname()[0]
    return ""


def url(asked: str, host: str, view: str) -> str:
    """The address of a view on this machine, by this host, at the port at which a browser asked."""
    parts = urlsplit(asked)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme or 'http'}://{host}{port}/{view}"
