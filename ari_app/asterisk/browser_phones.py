"""What phones in a browser need of Asterisk's configuration: where their audio comes in.

Asterisk tells a browser the addresses at which it may send audio (ICE candidates), but never
127.0.0.0/8; with no other address both sides would be silent. So on loopback the machine's own
addresses are told as 127.0.0.1. Decides that, and which codecs there are; knows no phone by name.
"""

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path

from ari_app.asterisk.installation import Installation
from ari_app.settings import Settings

_ADDRESSES = Path("/proc/net/fib_trie")
_OPUS = ("res_format_attr_opus.so", "codec_opus_open_source.so")
NO_ADDRESS = "this machine has no address besides 127.0.0.1: phones in a browser stay silent"
ADD_ADDRESS = "give it one, such as: ip address add 198.51.100.1/32 dev lo"


def own_addresses(table: str | None = None) -> list[str]:
    """The machine's IPv4 addresses outside 127.0.0.0/8, on whichever interface, lo included."""
    text = _ADDRESSES.read_text() if table is None and _ADDRESSES.exists() else table or ""
    local = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", text)
    found = {ipaddress.IPv4Address(one) for one in local}
    return [str(one) for one in sorted(found) if not one.is_loopback]


def media_host(settings: Settings, own: Iterable[str] | None = None) -> str:
    """Where browsers send their audio; empty when that cannot be said."""
    if settings.media_host:
        return settings.media_host
    host = settings.sip[0]
    if host not in {"0.0.0.0", "::"}:
        return host
    return next(iter(own_addresses() if own is None else own), "")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def has_opus(installation: Installation) -> bool:
    return all((installation.modules / name).exists() for name in _OPUS)


def browser_words(settings: Settings, installation: Installation) -> dict[str, str]:
    """The words of the templates that concern phones in a browser."""
    host = media_host(settings)
    opus = "\n".join(f"load = {name}" for name in _OPUS)
    return {
        "browser_media": (
            f"media_address = {host}\nbind_rtp_to_media_address = yes\n" if host else ""
        ),
        "ice_addresses": _ice_addresses(host),
        "opus": opus if has_opus(installation) else "; this Asterisk has no Opus",
    }


def _ice_addresses(host: str) -> str:
    if not host:
        return ""
    if is_loopback(host):
        lines = [f"{address} => {host}" for address in own_addresses()]
        return "\n".join(["[ice_host_candidates]", *lines]) + "\n"
    # Audio is bound to this address: to be told of another one would only cost time.
    return f"ice_deny = 0.0.0.0/0\nice_permit = {host}/32\n"
