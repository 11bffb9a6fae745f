"""Decides where every setting comes from: `HOTLINE_*` > `config/hotline.yaml` > the default.

It is the only module that reads the environment. It must not open a socket, start anything
or know what the settings are used for.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.positions import Positions
from ivr.problems import Problem, cannot_read, did_you_mean, render_problems
from ivr.yaml_source import parse, validate

PROJECT_DIR = Path(__file__).resolve().parent.parent

_NAMES_OF_ENTRIES = ("callback", "missed", "duty", "visit")

_CONFIG_DIR_VARIABLE = "HOTLINE_CONFIG"
_PREFIX = "HOTLINE_"
_LIST_FIELDS = frozenset({"trunk_addresses", "fallback_agents", "ice_servers"})
_PATH_FIELDS = ("asterisk_root", "recordings_dir", "ari_password_file")
# Where one process tells its child something; they make no sense in a file.
_ENV_ONLY = frozenset({"config_dir", "watchdog_fd"})


StunServer = Annotated[str, Field(pattern=r"^stuns?:[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]


class SettingsError(Exception):
    """The configuration cannot be used; `problems` holds one `file:line: ...` each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """Every setting of the program. `HOTLINE_<FIELD>` overrides the field of that name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    config_dir: Path = PROJECT_DIR / "config"
    run_dir: Path = PROJECT_DIR / "var"
    port_offset: int = Field(0, ge=0, le=50000)

    sip_host: str = "127.0.0.1"
    sip_port: int = Field(5060, ge=1, le=65535)
    web_host: str = "127.0.0.1"
    web_port: int = Field(8080, ge=1, le=65535)
    ari_host: str = "127.0.0.1"
    ari_port: int = Field(8088, ge=1, le=65535)
    # Asterisk's manager, on loopback only: it mutes recordings.
    ami_port: int = Field(5038, ge=1, le=65535)
    # Where phones in a browser send their audio; empty: sip_host, or the machine's own address.
    media_host: str = Field("", pattern=r"^([0-9]{1,3}(\.[0-9]{1,3}){3})?$")
    # Whom a phone in a browser asks for its own address (STUN); none within one network.
    ice_servers: tuple[StunServer, ...] = ()
    rtp_port_start: int = Field(10000, ge=1024, le=65535)
    rtp_port_end: int = Field(19999, ge=1024, le=65535)

    # A path of an asterisk program, or the ARI address of a remote one.
    asterisk: str | None = None
    asterisk_root: Path = PROJECT_DIR / ".asterisk"
    system_name: str = Field("hotline", pattern=r"^[a-z][a-z0-9]{0,15}$")
    trunk_addresses: tuple[str, ...] = ("127.0.0.2",)
    # Where numbers outside are called; empty: a tree's transfers fail and go on to a person.
    trunk_out: str = Field("", pattern=r"^(sips?:[A-Za-z0-9.:\[\]-]+)?$")
    max_calls: int = Field(600, ge=1)
    transport: Literal["websocket", "http"] = "websocket"
    ari_user: str = Field("hotline", pattern=r"^[A-Za-z0-9_]+$")
    ari_app: str = Field("hotline", pattern=r"^[A-Za-z0-9_-]+$")
    ari_password_file: Path | None = None

    # Where ticket events are posted; empty: they wait in the outbox.
    webhook_url: str = Field("", pattern=r"^(https?://[^\s@]+)?$")

    database_url: str = ""
    redis_url: str | None = None
    recordings_dir: Path = Path()

    # Apply a saved flow file by itself; otherwise only on command and at start.
    watch_flows: bool = False

    # May auditors play recordings.
    auditors_hear: bool = False

    # Empty means all agents.
    fallback_agents: tuple[str, ...] = ()
    fallback_wait_s: int = Field(120, ge=5, le=3600)
    call_limit_s: int = Field(7200, ge=60)
    phone_check_s: int = Field(0, ge=0, le=3600)
    heartbeat_limit_s: int = Field(3, ge=2, le=60)
    watchdog_s: float = Field(10.0, ge=0.5)
    watchdog_fd: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Defaults that follow from other settings."""
        values = dict(raw)
        offset = str(values.get("port_offset", 0))
        # Two copies in one folder must not share a run folder either.
        own_run = f"var/offset-{offset}" if offset.isdigit() and int(offset) else "var"
        run_dir = _absolute(values.get("run_dir", own_run))
        values["run_dir"] = run_dir
        values.setdefault("recordings_dir", f"{run_dir}/recordings")
        for name in _PATH_FIELDS:
            values[name] = _absolute(values.get(name, cls.model_fields[name].default))
        if not values.get("database_url"):
            values["database_url"] = f"sqlite+aiosqlite:///{run_dir}/hotline.sqlite3"
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.system_name in _NAMES_OF_ENTRIES:
            raise ValueError(
                f"system_name: '{self.system_name}' begins the ids of calls that we place; take "
                "another one, such as hotline"
            )
        if self.rtp_port_end - self.rtp_port_start < 2 * self.max_calls:
            raise ValueError(
                f"rtp_port_start to rtp_port_end is too narrow for max_calls={self.max_calls}: "
                f"leave at least {2 * self.max_calls} ports"
            )
        return self

    @property
    def sip(self) -> tuple[str, int]:
        return self.sip_host, self.sip_port + self.port_offset

    @property
    def web(self) -> tuple[str, int]:
        return self.web_host, self.web_port + self.port_offset

    @property
    def web_url(self) -> str:
        return f"http://{self.web_host}:{self.web[1]}"

    @property
    def remote_ari(self) -> str | None:
        """Address of an Asterisk that somebody else runs, without the trailing /ari."""
        if self.asterisk is None or "://" not in self.asterisk:
            return None
        return self.asterisk.rstrip("/").removesuffix("/ari")

    @property
    def ari_http(self) -> tuple[str, int]:
        return self.ari_host, self.ari_port + self.port_offset

    @property
    def ami(self) -> tuple[str, int]:
        """Asterisk's manager listens on loopback only, whoever runs it."""
        return "127.0.0.1", self.ami_port + self.port_offset

    @property
    def ari_url(self) -> str:
        """Base address of Asterisk's HTTP server: requests go to `<ari_url>/ari/...`."""
        return self.remote_ari or f"http://{self.ari_host}:{self.ari_http[1]}"

    @property
    def agents_file(self) -> Path:
        return self.config_dir / "agents.yaml"

    @property
    def prompts_dir(self) -> Path:
        return self.config_dir / "prompts"

    @property
    def cel_file(self) -> Path:
        """Where Asterisk's cel_custom writes: a fixed place below its log folder."""
        return self.run_dir / "asterisk" / "log" / "cel-custom" / "hotline.csv"

    @property
    def flows_dir(self) -> Path:
        """Every version of the trees; what admins edit is below ``config_dir``."""
        return self.run_dir / "flows"

    @property
    def secrets_file(self) -> Path:
        return self.run_dir / "secrets.yaml"


def _absolute(value: Any) -> Any:
    """Relative paths start at the project's folder; what is no path is left to be refused."""
    return PROJECT_DIR / value if isinstance(value, str | Path) else value


def child_environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment in which a child process loads exactly these settings."""
    ours = {_CONFIG_DIR_VARIABLE: str(settings.config_dir)}
    for name, value in settings:
        if name not in _ENV_ONLY and value is not None:
            text = ",".join(value) if name in _LIST_FIELDS else str(value)
            ours[_PREFIX + name.upper()] = text
    return dict(os.environ) | ours | more


def load_settings(config_dir: Path | None = None, env: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings, or raise `SettingsError` with every problem found."""
    folder = PROJECT_DIR / (config_dir or env.get(_CONFIG_DIR_VARIABLE) or "config")
    file = str(folder / "hotline.yaml")
    values, positions, found = _from_file(file)
    variables: dict[str, str] = {}
    problems = [_line(problem, {}) for problem in found]
    values |= _from_environment(env, variables, problems)
    settings = validate(Settings, values | {"config_dir": folder}, positions, file)
    if isinstance(settings, list):
        problems += [_line(problem, variables) for problem in settings]
    if problems or isinstance(settings, list):
        raise SettingsError(problems)
    return settings


def _from_file(file: str) -> tuple[dict[str, Any], Positions, list[Problem]]:
    try:
        raw = Path(file).read_bytes()
    except FileNotFoundError:
        return {}, Positions(), []
    except OSError as error:
        return {}, Positions(), [cannot_read(file, error)]
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return {}, Positions(), []
    parsed = parse(raw, file)
    if isinstance(parsed, list):
        return {}, Positions(), parsed
    data, positions = parsed
    if not isinstance(data, dict):
        problem = Problem(file, 1, 1, "E203", "expected lines of the form 'setting: value'.")
        return {}, positions, [problem]
    hidden = [_no_setting(file, positions, key) for key in data if key in _ENV_ONLY]
    return {key: value for key, value in data.items() if key not in _ENV_ONLY}, positions, hidden


def _no_setting(file: str, positions: Positions, key: str) -> Problem:
    place = positions.key((key,))
    return Problem(file, place.line, place.col, "E202", f"{key}: cannot be set in a file.")


def _line(problem: Problem, variables: Mapping[str, str]) -> str:
    """What is wrong with a value of the environment has its variable for a place."""
    variable = variables.get(problem.message.partition(":")[0])
    if variable is None:
        return render_problems([problem])
    return f"environment: {variable}: {problem.message} {problem.hint}".rstrip()


def _from_environment(
    env: Mapping[str, str], variables: dict[str, str], problems: list[str]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in sorted(env.items()):
        if not name.startswith(_PREFIX) or name == _CONFIG_DIR_VARIABLE:
            continue
        key = name.removeprefix(_PREFIX).lower()
        if key not in Settings.model_fields:
            known = (_PREFIX + one.upper() for one in Settings.model_fields)
            problems.append(f"environment: there is no setting {name}. {did_you_mean(name, known)}")
        elif text:
            variables[key] = name
            values[key] = _split(text) if key in _LIST_FIELDS else text
    return values


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
