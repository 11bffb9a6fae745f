"""The phones of ``agents.yaml`` as Asterisk has to know them.

Decides which endpoint, address and login each agent's and each seat's phone gets. Reads the file
leniently: what is wrong with it in general is said by ``hotline check``.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ari_app.settings import SettingsError

# The endpoint over which numbers outside are called; ari/execute.py dials it.
TRUNK_OUT = "trunk-out"

_RESERVED = frozenset(
    {
        "agent", "browser", "fixed", "global", "outside", "registered", "system", "transport-udp",
        "transport-ws", "trunk", TRUNK_OUT, "wired",
    }
)  # fmt: skip


# Nothing else is offered: Asterisk would send the citizen's own codec to a page that takes it, too.
_OPUS_ALONE = """\
disallow = all
allow = opus
codec_prefs_outgoing_offer = prefer: configured, operation: only_preferred, keep: all
"""


@dataclass(frozen=True, slots=True)
class Phone:
    """A fixed address, or one that registers: a desk phone, or a page when ``is_browser``."""

    contact: str = ""
    is_browser: bool = False
    has_opus: bool = False
    """For a page far away: better over a bad network, at the price of translating."""

    @property
    def registers(self) -> bool:
        """With a password of the file of passwords."""
        return not self.contact and not self.is_browser


def read_phones(file: Path) -> dict[str, Phone]:
    """Each agent's and each seat's phone.

    An agent without a phone sits down at a seat and is not among them.
    """
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([f"{file}:{line}: this is not YAML: {error.problem}"]) from error
    agents = loaded.get("agents") if isinstance(loaded, dict) else None
    if not isinstance(agents, dict):
        raise SettingsError([f"{file}:1: expected 'agents:' with one entry for each agent"])
    seats = loaded.get("seats") or {}
    if not isinstance(seats, dict):
        raise SettingsError([f"{file}:1: expected 'seats:' with one entry for each seat"])
    places = {str(name): one for name, one in {**seats, **agents}.items()}
    for name in places:
        _check_name(file, name)
    has_phone = {n: one for n, one in places.items() if isinstance(one, dict) and one.get("phone")}
    return {name: _phone(file, name, one["phone"]) for name, one in has_phone.items()}


def phone_sections(name: str, phone: Phone, password: str) -> str:
    """What pjsip.conf says of one phone."""
    if phone.is_browser:
        # Its login is no line of a file: the service gives one to each session of a page.
        codecs = _OPUS_ALONE if phone.has_opus else ""
        return f"[{name}](browser)\naors = {name}\nauth = {name}\n{codecs}\n[{name}](registered)\n"
    if phone.contact:
        place = phone.contact.replace(";", "\\;")
        return f"[{name}](wired)\naors = {name}\n\n[{name}](fixed)\ncontact = {place}\n"
    return (
        f"[{name}](wired)\naors = {name}\nauth = {name}\n\n"
        f"[{name}](registered)\n\n"
        f"[{name}]\ntype = auth\nauth_type = userpass\n"
        f"username = {name}\npassword = {password}\n"
    )


def _check_name(file: Path, name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name) or name in _RESERVED:
        raise SettingsError(
            [f"{file}:1: agent '{name}': use 1 to 32 letters, digits, - or _ as the id"]
        )


def _phone(file: Path, agent_id: str, phone: Any) -> Phone:
    if not isinstance(phone, dict):
        return Phone()
    contact = phone.get("contact")
    if phone.get("browser") is True and contact is None:
        return Phone(is_browser=True, has_opus=phone.get("codec") == "opus")
    if contact is None:
        return Phone()
    if not re.fullmatch(r"sips?:[^\s,<>\"]+", str(contact)):
        raise SettingsError(
            [f"{file}:1: agent '{agent_id}': phone.contact is {contact!r}; "
             "write a SIP address such as sip:1001@10.0.0.21:5060"]
        )  # fmt: skip
    return Phone(str(contact))
