"""`hotline doctor`: looks whether everything that a call needs is there, and says what to do.

Each check only looks. It must not start, repair or create anything.
"""

import asyncio
import json
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from ari_app.asterisk.browser_phones import (
    ADD_ADDRESS,
    NO_ADDRESS,
    is_loopback,
    media_host,
    own_addresses,
)
from ari_app.asterisk.installation import AsteriskMissing, find_installation
from ari_app.asterisk.phones import read_phones
from ari_app.asterisk.ports import needed_ports
from ari_app.asterisk.process import AsteriskFailed, find_version
from ari_app.asterisk.render import TEMPLATES
from ari_app.settings import Settings, SettingsError
from ivr.problems import render_problems

State = Literal["ok", "warning", "failure"]

_GIB = 2**30
_LEAST_FREE = 1 * _GIB
# A day of recordings: 10,000 calls of 3 minutes at 16 kB/s take 27 GiB.
_GOOD_FREE = 30 * _GIB
_FILES_PER_CALL = 8
_SIGNS: dict[State, str] = {"ok": "[green]ok", "warning": "[yellow]!", "failure": "[red]FAIL"}


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: State
    detail: str
    remedy: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def doctor(settings: Settings, as_json: bool) -> int:
    """Print what was found; returns 1 when something stops calls."""
    findings = [finding for check in CHECKS for finding in _run(check, settings)]
    failed = any(finding.state == "failure" for finding in findings)
    if as_json:
        answer = {"ok": not failed, "checks": [asdict(finding) for finding in findings]}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print_table(findings)
    return 1 if failed else 0


def _run(check: Check, settings: Settings) -> list[Finding]:
    name = check.__name__.removeprefix("check_")
    try:
        return list(check(settings))
    except (AsteriskMissing, AsteriskFailed) as error:
        return [Finding(name, "failure", str(error), "run 'make setup'")]
    except SettingsError as error:
        return [Finding(name, "failure", str(error), "mend the file, then run 'hotline check'")]


def check_asterisk(settings: Settings) -> Iterator[Finding]:
    # Asking needs the password, which the first start makes; a look must not make it.
    is_known = settings.secrets_file.exists() or settings.remote_ari is not None
    running = asyncio.run(find_version(settings)) if is_known else None
    if settings.remote_ari is None:
        version = find_installation(settings).version()
        text = f"{version}, {'running' if running else 'not running'}"
        yield Finding("asterisk", "ok", text)
    elif running:
        yield Finding("asterisk", "ok", f"{running} at {settings.ari_url}")
    else:
        text = f"nobody answers at {settings.ari_url}"
        yield Finding("asterisk", "failure", text, "start it, or unset HOTLINE_ASTERISK")


def check_modules(settings: Settings) -> Iterator[Finding]:
    if settings.remote_ari is not None:
        yield Finding("modules", "warning", "cannot be seen from here", "ask its 'module show'")
        return
    installation = find_installation(settings)
    wanted = re.findall(r"^load = (\S+)", (TEMPLATES / "modules.conf").read_text(), re.M)
    missing = [name for name in wanted if not (installation.modules / name).exists()]
    if missing:
        text = f"missing in {installation.modules}: {', '.join(missing)}"
        yield Finding("modules", "failure", text, "install asterisk-modules, or 'make setup'")
    else:
        yield Finding("modules", "ok", f"all {len(wanted)} are there")


def check_browser_phones(settings: Settings) -> Iterator[Finding]:
    """Without an address that may be told to a browser, calls connect and both sides are silent."""
    try:
        phones = read_phones(settings.agents_file)
    except SettingsError as error:
        yield Finding("browser_phones", "failure", str(error), "see 'hotline check'")
        return
    browsers = [name for name, phone in phones.items() if phone.is_browser]
    host = media_host(settings)
    if not browsers:
        yield Finding("browser_phones", "ok", "no agent's phone is in the browser")
    elif not host or (is_loopback(host) and not own_addresses()):
        yield Finding("browser_phones", "failure", NO_ADDRESS, ADD_ADDRESS)
    else:
        where = f"only on this machine ({host})" if is_loopback(host) else f"at {host}"
        yield Finding("browser_phones", "ok", f"{len(browsers)} send their audio {where}")


def check_prompts(settings: Settings) -> Iterator[Finding]:
    from ari_app.cli.prompts import check

    problems = check(settings.config_dir)
    if not problems:
        yield Finding("prompts", "ok", str(settings.prompts_dir))
    for problem in problems:
        state: State = "warning" if problem.is_warning else "failure"
        yield Finding("prompts", state, render_problems([problem]), "see 'hotline check'")


def check_ports(settings: Settings) -> Iterator[Finding]:
    is_ours = _supervisor_runs(settings)
    for port in needed_ports(settings):
        name = f"{port.host}:{port.number}/{port.protocol}"
        if port.is_free():
            yield Finding("ports", "ok", f"{name} is free")
        elif is_ours:
            yield Finding("ports", "ok", f"{name} is used by the running hotline")
        else:
            what, _, remedy = port.complaint().partition(". ")
            yield Finding("ports", "failure", what, remedy)


def check_disk(settings: Settings) -> Iterator[Finding]:
    for folder in dict.fromkeys((settings.run_dir, settings.recordings_dir)):
        free = shutil.disk_usage(_existing(folder)).free
        text = f"{free / _GIB:.1f} GiB free for {folder}"
        if free < _LEAST_FREE:
            yield Finding("disk", "failure", text, "delete or move old recordings at once")
        elif free < _GOOD_FREE:
            yield Finding("disk", "warning", text, "a busy day of recordings needs 30 GiB")
        else:
            yield Finding("disk", "ok", text)


def check_database(settings: Settings) -> Iterator[Finding]:
    from ari_app.db import schema

    problem = asyncio.run(schema.check_database(settings.database_url))
    if problem is None:
        yield Finding("database", "ok", "reachable, with the newest tables")
    else:
        yield Finding("database", "failure", problem, "as it says")


def check_clock(settings: Settings) -> Iterator[Finding]:
    newest = max((file.stat().st_mtime for file in settings.config_dir.glob("*")), default=0.0)
    if time.time() < newest - 60:
        text = "the clock is earlier than the configuration was written"
        yield Finding("clock", "failure", text, "set the clock, then keep it with NTP")
    elif _is_synchronised() is False:
        text = "the clock is not kept by NTP"
        yield Finding("clock", "warning", text, "install chrony: a step of the clock drops calls")
    else:
        yield Finding("clock", "ok", time.strftime("%F %T %Z"))


def check_open_files(settings: Settings) -> Iterator[Finding]:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = settings.max_calls * _FILES_PER_CALL
    if limit != resource.RLIM_INFINITY and limit < needed:
        text = f"at most {limit} open files, {needed} are needed for {settings.max_calls} calls"
        yield Finding("open_files", "failure", text, f"'ulimit -Hn {needed}', or lower max_calls")
    else:
        yield Finding("open_files", "ok", f"{needed} of {limit} may be needed")


CHECKS: tuple[Check, ...] = (
    check_asterisk, check_modules, check_browser_phones, check_prompts, check_ports, check_disk,
    check_database,
    check_clock, check_open_files,
)  # fmt: skip


def _supervisor_runs(settings: Settings) -> bool:
    try:
        pid = int((settings.run_dir / "up.lock").read_text())
    except (OSError, ValueError):
        return False
    return Path(f"/proc/{pid}").exists()


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _is_synchronised() -> bool | None:
    if shutil.which("timedatectl") is None:
        return None
    done = subprocess.run(
        ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return {"yes": True, "no": False}.get(done.stdout.strip())


def _print_table(findings: list[Finding]) -> None:
    table = Table(box=None)
    for heading in ("", "check", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(_SIGNS[finding.state], finding.check, finding.detail, finding.remedy)
    Console(file=sys.stdout).print(table)
