"""The configuration as an admin edits it in the page: shown, checked, changed, put into service.

Decides whose text counts when two have edited: whoever saves second is told. Must not know who may
ask, nor what a file means; the page and a text editor are equals.
"""

import asyncio
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from ari_app.configuration_files import (
    FILES,
    Checked,
    Text,
    check_folder,
    check_text,
    data_of,
    path_of,
    read_text,
)
from ari_app.core.records import Json
from ari_app.flows.durable import write_file
from ari_app.passwords import renew_password
from ari_app.runtime.clock import Clock
from ari_app.runtime.live_configuration import LiveConfiguration
from ari_app.settings import Settings
from ari_app.web.ports import Changed, Row
from ari_app.web.problems import Problem as Refusal
from ari_app.web.problems import tree_problems
from ari_app.yaml_edit import CannotEdit, put_entry, remove_entry
from ivr.yaml_source import MAX_BYTES

_log = structlog.get_logger()

NEW_MODE: Final = 0o644
"""Who edits these files is often not the service's own account."""

RESTART_ONLY: Final = ("hotline.yaml",)

Edit = Callable[[str], str]


class ConfigurationDesk:
    """Implements ``web.ports.Configurations``."""

    def __init__(self, settings: Settings, live: LiveConfiguration, clock: Clock) -> None:
        self._settings, self._live, self._clock = settings, live, clock
        self._dir = settings.config_dir
        self._lock = asyncio.Lock()
        self._loaded = self._hashes()

    # --- to look at --------------------------------------------------------------------------

    async def listed(self) -> Row:
        """Every file, and whether what lies there is what holds now."""
        return await asyncio.to_thread(self._listed)

    def _listed(self) -> Row:
        now = self._hashes()
        files: list[Json] = [
            {"file": name, "sha256": sha256, "is_live": sha256 == self._loaded[name]}
            for name, sha256 in now.items()
        ]
        problems: list[Json] = []
        if now != self._loaded:
            problems = tree_problems(check_folder(self._dir, self._clock.now()).problems)
        return {
            "files": files,
            "problems": problems,
            "phones_problem": self._live.phones_problem,
            "restart_only": [*RESTART_ONLY],
        }

    async def show(self, name: str) -> Row:
        text = await self._read(name)
        return {
            "file": name,
            "is_there": text.is_there,
            "is_live": text.sha256 == self._loaded[name],
            "sha256": text.sha256,
            "text": _decoded(text),
            "data": data_of(name, text.raw) if text.raw else {},  # type: ignore[dict-item]
        }

    async def check(self, name: str, text: str) -> Row:
        """What would be said if this were saved."""
        raw = _encoded(name, text)
        checked = await asyncio.to_thread(check_text, self._dir, name, raw, self._clock.now())
        return {
            "is_fit": checked.ground is not None,
            "problems": tree_problems(checked.problems),
            "data": data_of(name, raw),  # type: ignore[dict-item]
        }

    # --- to change ---------------------------------------------------------------------------

    async def write(self, name: str, text: str, seen: str | None) -> Changed:
        """The whole file, byte for byte."""
        return await self._change(name, seen, lambda _: text)

    async def put(self, name: str, path: tuple[str, ...], value: Json, seen: str | None) -> Changed:
        """One entry; the rest of the file stays as it is."""
        return await self._change(name, seen, lambda text: put_entry(text, path, value))

    async def remove(self, name: str, path: tuple[str, ...], seen: str | None) -> Changed:
        def edit(text: str) -> str:
            try:
                return remove_entry(text, path)
            except KeyError as error:
                said = f"{name}.yaml 中没有 {'.'.join(path)}。"
                raise Refusal(404, "no_such_entry", said) from error

        return await self._change(name, seen, edit)

    async def reload(self) -> Row:
        """Bring into service what lies in the folder, whoever wrote it."""
        async with self._lock:
            before = dict(self._loaded)
            found = await asyncio.to_thread(self._hashes)
            checked = await asyncio.to_thread(check_folder, self._dir, self._clock.now())
            await self._serve(checked, lambda: None, found)
            changed = [name for name in found if found[name] != before[name]]
        return self._done(checked, changed)

    async def renew_password(self, agent_id: str, which: str) -> Row:
        """Shown once, here; the old one opens nothing any more."""
        if agent_id not in self._live.ground.centre.agents:
            raise Refusal(404, "no_such_agent", f"没有工号 {agent_id}。")
        is_phone = which == "sip"
        made = await asyncio.to_thread(
            renew_password, self._settings, agent_id, "sip" if is_phone else "api"
        )
        await self._live.passwords_changed(phones=is_phone)
        return {"agent": agent_id, "which": which, "password": made}

    async def _change(self, name: str, seen: str | None, edit: Edit) -> Changed:
        async with self._lock:
            before = await self._read(name)
            if seen is not None and seen != before.sha256:
                said = f"{name}.yaml 已被他人修改，请重新打开后再保存；您的修改没有写入。"
                raise Refusal(409, "changed_meanwhile", said)
            raw = _encoded(name, _edited(edit, _decoded(before)))
            after = Text(raw)
            if before.is_there and raw == before.raw and after.sha256 == self._loaded[name]:
                raise Refusal(409, "nothing_changed", "内容没有变化，无需保存。")
            checked = await asyncio.to_thread(check_text, self._dir, name, raw, self._clock.now())
            hashes = {**await asyncio.to_thread(self._hashes), name: after.sha256}
            await self._serve(checked, lambda: self._store(name, before, raw), hashes)
        done = self._done(checked, [name])
        return Changed({**done, "sha256": after.sha256}, before.raw, raw)

    def _store(self, name: str, before: Text, raw: bytes) -> None:
        """In place of the file that was read, and of no other."""
        path = path_of(self._dir, name).resolve()
        if read_text(self._dir, name) != before:
            raise OSError(0, "the file has just been changed by somebody else")
        mode = stat.S_IMODE(path.stat().st_mode) if before.is_there else NEW_MODE
        write_file(path, raw, mode)

    async def _serve(
        self, checked: Checked, commit: Callable[[], None], hashes: Mapping[str, str]
    ) -> None:
        if checked.ground is None:
            said = "配置有错误，没有写入，仍使用原来的配置。"
            raise Refusal(422, "config_not_fit", said, problems=checked.problems)
        await self._live.change(checked.ground, commit)
        self._loaded = dict(hashes)
        _log.info("configuration.changed", files=sorted(hashes))

    def _done(self, checked: Checked, changed: list[str]) -> Row:
        return {
            "changed": [*changed],
            "problems": tree_problems(checked.problems),
            "phones_problem": self._live.phones_problem,
        }

    # --- files -------------------------------------------------------------------------------

    async def _read(self, name: str) -> Text:
        if name not in FILES:
            raise Refusal(404, "no_such_file", f"没有配置文件 {name}。")
        return await asyncio.to_thread(read_text, self._dir, name)

    def _hashes(self) -> dict[str, str]:
        """What cannot be read is like nothing that was ever loaded."""
        return {name: _sha256(self._dir, name) for name in FILES}


def _sha256(config_dir: Path, name: str) -> str:
    try:
        return read_text(config_dir, name).sha256
    except OSError:
        return "unreadable"


def _edited(edit: Edit, text: str) -> str:
    try:
        return edit(text)
    except CannotEdit as error:
        said = "这一项的写法无法单独修改，请直接编辑 YAML 文本。"
        raise Refusal(409, "edit_the_text", f"{said}（{error}）") from error


def _decoded(text: Text) -> str:
    try:
        if len(text.raw) > MAX_BYTES:
            raise Refusal(409, "too_large_to_edit", "文件超过 256 KB，请在服务器上编辑。")
        return text.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        said = "文件不是 UTF-8 文本，请在服务器上另存为 UTF-8。"
        raise Refusal(409, "no_text", said) from error


def _encoded(name: str, text: str) -> bytes:
    if name not in FILES:
        raise Refusal(404, "no_such_file", f"没有配置文件 {name}。")
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise Refusal(413, "too_large", "文件最多 256 KB。")
    return raw
