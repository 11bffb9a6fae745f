"""Writes Asterisk's configuration from the templates in `asterisk-conf/`.

It decides what every generated file holds. It must not start anything nor talk to Asterisk.
"""

import hashlib
import re
import shutil
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ari_app.asterisk.browser_phones import browser_words, has_opus
from ari_app.asterisk.installation import Installation, find_installation
from ari_app.asterisk.phones import TRUNK_OUT, Phone, phone_sections, read_phones
from ari_app.passwords import Passwords, load_passwords
from ari_app.settings import PROJECT_DIR, Settings, SettingsError

TEMPLATES = PROJECT_DIR / "asterisk-conf"

PHONE_FILES = ("pjsip.conf", "queues.conf")

_HEAD = """\
; Generated from asterisk-conf/{name}: do not edit, it is overwritten at every start.
; Put local changes into {custom}

"""
# Asterisk asks for these; an absent one is an error line in its log at every start.
_EMPTY = (
    "acl", "ccss", "geolocation", "pjproject", "queuerules", "statsd", "stasis", "udptl",
    "websocket_client",
)  # fmt: skip
_MAX_DIGITS = 32
# So few duty phones ring together: one that is not there must not cost the caller 15 s.
_RING_ALL = 10
# The socket's path must fit into sockaddr_un.
_MAX_SOCKET_PATH = 107


class Template(string.Template):
    """`@{name}`, because Asterisk's own files are full of `${name}`."""

    delimiter = "@"
    pattern = r"""
        @\{(?P<braced>[a-z_]+)\} | (?P<escaped>@@) | (?P<named>(?!)) | (?P<invalid>@\{)
    """  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Folders:
    """Everything that one running Asterisk writes or reads, below one folder."""

    base: Path

    @property
    def etc(self) -> Path:
        return self.base / "etc"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def control(self) -> Path:
        return self.base / "run" / "asterisk.ctl"

    @property
    def log(self) -> Path:
        return self.base / "log" / "messages.log"

    def make(self) -> None:
        for name in ("etc", "lib", "db", "keys", "cache", "run", "log", "data/sounds"):
            (self.base / name).mkdir(parents=True, exist_ok=True)
        for name in ("monitor", "outgoing", "tmp"):
            (self.base / "spool" / name).mkdir(parents=True, exist_ok=True)


def folders_of(settings: Settings) -> Folders:
    return Folders(settings.run_dir / "asterisk")


def render(settings: Settings, installation: Installation) -> Folders:
    """Write all configuration files and the links to sounds; safe to repeat."""
    folders = folders_of(settings)
    _refuse_paths(settings, folders)
    phones = read_phones(settings.agents_file)
    if not has_opus(installation):
        phones = {name: replace(phone, has_opus=False) for name, phone in phones.items()}
    passwords = load_passwords(settings, list(phones))
    folders.make()
    settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    settings.cel_file.parent.mkdir(parents=True, exist_ok=True)
    _link_data(folders, installation, settings)
    # Where ARI writes callers' messages; it answers 500 without this folder.
    _link(folders.base / "spool" / "recording", settings.recordings_dir.resolve())
    words = _words(settings, installation, folders)
    words |= _agent_words(settings, phones, passwords)
    words |= browser_words(settings, installation)
    for template in sorted(TEMPLATES.glob("*.conf")):
        _fill_in(template, words, settings, folders)
    for name in _EMPTY:
        _write(folders.etc / f"{name}.conf", "; nothing is set\n")
    return folders


def render_phones(settings: Settings) -> None:
    """Write again what names agents and seats, for an Asterisk that runs and will reload it."""
    folders, installation = folders_of(settings), find_installation(settings)
    agents = read_phones(settings.agents_file)
    words = _words(settings, installation, folders)
    words |= _agent_words(settings, agents, load_passwords(settings, list(agents)))
    words |= browser_words(settings, installation)
    for name in PHONE_FILES:
        _fill_in(TEMPLATES / name, words, settings, folders)


def _fill_in(template: Path, words: dict[str, str], settings: Settings, folders: Folders) -> None:
    custom = settings.config_dir / "asterisk" / f"{template.stem}_custom.conf"
    head = _HEAD.format(name=template.name, custom=custom)
    body = Template(template.read_text(encoding="utf-8")).substitute(words)
    _write(folders.etc / template.name, f"{head}{body}\n#tryinclude {custom}\n")


def _words(settings: Settings, installation: Installation, folders: Folders) -> dict[str, str]:
    sip_host, sip_port = settings.sip
    identity = hashlib.sha256(f"{settings.system_name}:{sip_host}:{sip_port}".encode()).digest()
    everywhere = sip_host in {"0.0.0.0", "::"}
    return {
        "base": str(folders.base),
        "modules": str(installation.modules),
        "system_name": settings.system_name,
        # Locally administered, so that it is nobody's network card.
        "entity_id": ":".join(["02", *(f"{byte:02x}" for byte in identity[:5])]),
        "max_calls": str(settings.max_calls),
        "ari_host": settings.ari_host,
        "ari_port": str(settings.ari_http[1]),
        "ari_user": settings.ari_user,
        "ami_port": str(settings.ami[1]),
        "ari_app": settings.ari_app,
        "sip_bind": f"{sip_host}:{sip_port}",
        "media_address": (
            "" if everywhere
            else f"media_address = {sip_host}\nbind_rtp_to_media_address = yes\n"
        ),
        "rtp_start": str(settings.rtp_port_start),
        "rtp_end": str(settings.rtp_port_end),
        "trunk_match": "\n".join(f"match = {one}" for one in settings.trunk_addresses),
        "trunk_out": _trunk_out(settings.trunk_out),
        "recordings": str(settings.recordings_dir),
        "digit_patterns": _digit_patterns(),
        "call_limit_s": str(settings.call_limit_s),
        "heartbeat_limit_s": str(settings.heartbeat_limit_s),
        "fallback_wait_s": str(settings.fallback_wait_s),
        "phone_check_s": str(settings.phone_check_s),
        "music": str(_music(settings, installation)),
    }  # fmt: skip


def _trunk_out(address: str) -> str:
    """The trunk for calls outside; nothing without an address."""
    if not address:
        return "; trunk_out is not set\n"
    return (
        f"[{TRUNK_OUT}](outside)\naors = {TRUNK_OUT}\n\n"
        f"[{TRUNK_OUT}]\ntype = aor\ncontact = {address}\n"
    )


def _digit_patterns() -> str:
    """Extension patterns for every number of digits, with and without a plus."""
    return "\n".join(
        f"exten => _{plus}{'X' * digits},1,Goto(arrival,${{EXTEN}},1)"
        for digits in range(1, _MAX_DIGITS + 1)
        for plus in ("", "+")
    )


def _agent_words(
    settings: Settings, phones: Mapping[str, Phone], passwords: Passwords
) -> dict[str, str]:
    duty = settings.fallback_agents or tuple(phones)
    for agent_id in set(duty) - set(phones):
        raise SettingsError(
            [f"{settings.agents_file}:1: fallback_agents names '{agent_id}', which is no agent"]
        )
    sections = (
        phone_sections(agent_id, phone, passwords.agents[agent_id].sip)
        for agent_id, phone in phones.items()
    )
    return {
        "ari_password": passwords.ari,
        "ami_password": passwords.ami,
        "agents": "\n".join(sections),
        "fallback_strategy": "ringall" if len(duty) <= _RING_ALL else "rrmemory",
        "fallback_members": "\n".join(f"member = PJSIP/{agent_id}" for agent_id in duty),
    }


def _music(settings: Settings, installation: Installation) -> Path:
    """The installation's own music if there is some, else Asterisk's."""
    own = settings.prompts_dir / "music"
    return own if any(own.glob("*.*")) else installation.data / "moh"


def _link_data(folders: Folders, installation: Installation, settings: Settings) -> None:
    """A data folder of our own: Asterisk's, plus our prompts as `sound:hotline/<lang>/<id>`."""
    for entry in installation.data.iterdir():
        if entry.name != "sounds":
            _link(folders.data / entry.name, entry)
    for entry in (installation.data / "sounds").iterdir():
        _link(folders.data / "sounds" / entry.name, entry.resolve())
    _link(folders.data / "sounds" / "hotline", settings.prompts_dir.resolve())


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() or link.is_file():
        link.unlink()
    elif link.is_dir():
        shutil.rmtree(link)
    link.symlink_to(target)


def _refuse_paths(settings: Settings, folders: Folders) -> None:
    """Paths that Asterisk's configuration language cannot express."""
    length = len(str(folders.control))
    if length > _MAX_SOCKET_PATH:
        raise SettingsError(
            [f"run_dir: {settings.run_dir} is {length - _MAX_SOCKET_PATH} characters too long "
             "for Asterisk's control socket; set HOTLINE_RUN_DIR to a shorter path"]
        )  # fmt: skip
    paths: Iterable[Path] = (settings.run_dir, settings.recordings_dir, settings.config_dir)
    for path in paths:
        if re.search(r"[;,${}\[\]\"\s]", str(path)):
            raise SettingsError(
                [f"{path}: Asterisk cannot work with spaces or ; , $ {{ }} [ ] in a path; "
                 "move the folder or set HOTLINE_RUN_DIR / HOTLINE_CONFIG"]
            )  # fmt: skip


def _write(file: Path, text: str) -> None:
    """Passwords are inside: nobody else may read it, and Asterisk never half of it."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(file)
