"""Makes the passwords of an installation once and keeps them in `run_dir/secrets.yaml`.

It decides who gets one (ARI, each agent's phone and API account, programs). It must
not know what they open.
"""

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from ari_app.settings import Settings, SettingsError

MACHINES = ("operator", "city", "intake")
"""Programs that call the API: commands here, the city's ticket system, other channels."""

_HEAD = "# Made by the program on its first start. Keep it private; delete it to make new ones.\n"


Which = Literal["sip", "api"]
"""Of the agent's phone, or to sign in."""


class AgentPasswords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sip: str
    api: str


class Passwords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    ari: str
    operator: str = ""
    ami: str = ""
    city: str = ""
    intake: str = ""
    webhook: str = ""
    """Signs what leaves for the city's ticket system."""
    agents: dict[str, AgentPasswords]


def load_passwords(settings: Settings, agent_ids: list[str]) -> Passwords:
    """Read the passwords, making those that are missing."""
    file = settings.secrets_file
    with _locked(file):
        found = _read(file)
        complete = _complete(found, agent_ids)
        if complete != found:
            _write(file, complete)
    passwords = _parse(file, complete)
    if settings.ari_password_file is not None:
        return passwords.model_copy(update={"ari": _read_override(settings.ari_password_file)})
    return passwords


def renew_password(settings: Settings, agent_id: str, which: Which) -> str:
    """A new one in place of the old, which opens nothing any more."""
    file = settings.secrets_file
    with _locked(file):
        complete = _complete(_read(file), [agent_id])
        made = _new()
        complete["agents"] = {
            **complete["agents"], agent_id: {**complete["agents"][agent_id], which: made}
        }  # fmt: skip
        _write(file, complete)
    return made


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _complete(found: dict[str, Any], agent_ids: list[str]) -> dict[str, Any]:
    agents = dict(found.get("agents") or {})
    for agent_id in agent_ids:
        agents.setdefault(agent_id, {"sip": _new(), "api": _new()})
    keys = {name: found.get(name) or _new() for name in ("ari", "ami", *MACHINES)}
    webhook = found.get("webhook") or _new_webhook_secret()
    return {**keys, "webhook": webhook, "agents": agents}


def _new() -> str:
    return secrets.token_urlsafe(18)


def _new_webhook_secret() -> str:
    """As the Standard Webhooks specification writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _read(file: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError([_broken(file)]) from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get("agents"), dict | None):
        raise SettingsError([_broken(file)])
    return loaded


def _parse(file: Path, values: dict[str, Any]) -> Passwords:
    try:
        return Passwords.model_validate(values)
    except ValueError as error:
        raise SettingsError([_broken(file)]) from error


def _broken(file: Path) -> str:
    return f"{file}:1: this is not the file that was made here; delete it to make new passwords"


def _write(file: Path, values: dict[str, Any]) -> None:
    new = file.with_suffix(".new")
    handle = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(_HEAD)
        yaml.safe_dump(values, stream, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def _read_override(file: Path) -> str:
    try:
        password = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError([f"{file}:1: ari_password_file: {error.strerror}"]) from error
    if not password:
        raise SettingsError([f"{file}:1: ari_password_file: the file is empty"])
    return password
