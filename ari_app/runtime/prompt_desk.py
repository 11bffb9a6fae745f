"""Prompts as people manage them in the page: what is missing, how it sounds, studio files.

Decides when a studio file may go. What a recording is worth is judged by ``recordings.studio``, in
a process of its own; texts are edited in ``prompts.yaml``. Must not know who may ask.
"""

import asyncio
import json
import secrets
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import structlog

from ari_app.core.records import Json
from ari_app.core.versions import TreeSet
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.web.ports import Row
from ari_app.web.problems import Problem as Refusal
from ari_app.web.problems import tree_problems
from ivr.model import needed_prompts
from recordings.catalogue import Wording
from recordings.prompts import MENU_AT_MOST_S, Prompts, menu_duration_s
from recordings.rendering import read_index, source_key, studio_file, voice_key

_log = structlog.get_logger()

LIMIT_S: Final = 120.0
HEARD: Final = ".sln16"
"""Of the formats that callers hear, the one to listen to: 16 kHz, raw words."""
HEARD_HZ: Final = 16_000
ABANDONED: Final = ".upload-"


class PromptDesk:
    """Implements ``web.ports.PromptFiles``. ``served`` gives the trees in service."""

    def __init__(
        self, config_dir: Path, prompts: LivePrompts, served: Callable[[], TreeSet]
    ) -> None:
        self._config_dir, self._folder = config_dir, config_dir / "prompts"
        self._live, self._served = prompts, served
        self._lock = asyncio.Lock()

    # --- to look at and to hear --------------------------------------------------------------

    async def listed(self) -> Row:
        prompts = await self._live.reload()
        return await asyncio.to_thread(_listed, self._folder, prompts, self._served())

    async def sound(self, language: str, prompt: str) -> bytes:
        await self._wording(language, prompt)
        path = self._folder / language / f"{prompt}{HEARD}"
        try:
            return _as_wav(await asyncio.to_thread(path.read_bytes))
        except FileNotFoundError as error:
            said = f"{prompt} 没有 {language} 的录音。"
            raise Refusal(404, "no_sound", said) from error

    # --- studio files ------------------------------------------------------------------------

    def upload_place(self, language: str, prompt: str) -> Path:
        """Uploads that a crash left behind go, too."""
        studio = self._folder / "studio"
        studio.mkdir(parents=True, exist_ok=True)
        return studio / f"{ABANDONED}{secrets.token_hex(8)}.wav"

    async def put(self, language: str, prompt: str, upload: Path) -> Row:
        await self._wording(language, prompt)
        async with self._lock:
            found = await self._aside(language, prompt, str(upload))
            prompts = await self._live.reload()
        if "not_fit" in found:
            said = f"这个文件不能用作提示音：{found['not_fit']}"
            raise Refusal(422, "not_fit", said)
        if not found.pop("is_fit"):
            raise Refusal(422, "bad_recording", _said(found))
        _log.info("prompts.studio_file_put", prompt=prompt, language=language)
        return {**found, "findings": [*found["findings"], *_long_menu(prompts, prompt)]}

    async def remove(self, language: str, prompt: str) -> Row:
        wording = await self._wording(language, prompt)
        if not studio_file(self._folder, language, prompt).is_file():
            raise Refusal(404, "no_studio_file", f"{prompt} 没有 {language} 的录音棚文件。")
        prompts = await self._live.reload()
        if voice_key(wording) is None and _is_last(prompts, language, prompt):
            said = f"{prompt} 将没有任何语言可以播放，不能删除；请先上传另一个录音。"
            raise Refusal(409, "would_be_silent", said)
        async with self._lock:
            found = await self._aside(language, prompt, "")
            await self._live.reload()
        _log.info("prompts.studio_file_removed", prompt=prompt, language=language)
        has_voice = bool(found.get("has_voice"))
        needs_build = not has_voice and voice_key(wording) is not None
        return {"source": "voice" if has_voice else "none", "needs_build": needs_build}

    async def _wording(self, language: str, prompt: str) -> Wording:
        prompts = await self._live.reload()
        known = prompts.catalogue.prompts.get(prompt)
        wording = known.wordings.get(language) if known else None
        if wording is None:
            said = f"prompts.yaml 中没有 {prompt} 的 {language} 文字。"
            raise Refusal(404, "no_such_prompt", said)
        return wording

    async def _aside(self, language: str, prompt: str, upload: str) -> dict[str, Any]:
        asked = {"config_dir": str(self._config_dir), "language": language}
        asked |= {"prompt": prompt, "upload": upload}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "recordings.studio_process",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(LIMIT_S):
                answer, _ = await process.communicate(json.dumps(asked).encode())
        except TimeoutError as error:
            said = "录音没有在两分钟内处理完，请重试。"
            raise Refusal(503, "not_converted", said) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        found: dict[str, Any] = json.loads(answer) if process.returncode == 0 else {}
        if not found or "not_stored" in found:
            said = f"录音无法保存（{found.get('not_stored', '处理失败')}）。"
            raise Refusal(503, "not_stored", said)
        return found


def _as_wav(words: bytes) -> bytes:
    """As browsers play it."""
    layout = struct.pack("<IHHIIHH", 16, 1, 1, HEARD_HZ, 2 * HEARD_HZ, 2, 16)
    size = struct.pack("<I", 36 + len(words))
    length = struct.pack("<I", len(words))
    return b"RIFF" + size + b"WAVEfmt " + layout + b"data" + length + words


def _said(found: dict[str, Any]) -> str:
    codes = {one["code"] for one in found["findings"] if one["is_error"]}
    if "quiet" in codes:
        return f"录音几乎没有声音（{found['level_dbfs']} dBFS），请重新录制。"
    return f"录音有 {found['clipped']} 处削波失真，请降低音量重新录制。"


def _long_menu(prompts: Prompts, prompt: str) -> list[Json]:
    menu_s = menu_duration_s(prompts)
    is_part = prompt == "notice_greeting" or prompt.startswith("menu_")
    if not is_part or menu_s <= MENU_AT_MOST_S:
        return []
    return [{"code": "long_menu", "is_error": False, "value": round(menu_s, 1)}]


def _is_last(prompts: Prompts, language: str, prompt: str) -> bool:
    """Whether some callers could then hear it in no language at all."""
    rest = {key: s for key, s in prompts.durations_s.items() if key != (language, prompt)}
    without = Prompts(prompts.catalogue, rest)
    spoken = prompts.catalogue.prompts[prompt].spoken_in or prompts.catalogue.languages
    return any(
        without.played_language(prompt, one) is None and prompts.played_language(prompt, one)
        for one in spoken
    )


# --- the list ---------------------------------------------------------------------------------


def _listed(folder: Path, prompts: Prompts, trees: TreeSet) -> Row:
    index, used = read_index(folder), _used(trees)
    rows: list[Json] = [
        {
            "prompt": name,
            "spoken_in": [*prompt.spoken_in],
            "used_by": [*used.get(name, ())],
            "wordings": [
                _row(folder, index, prompts, name, language, wording)
                for language, wording in prompt.wordings.items()
            ],
        }
        for name, prompt in prompts.catalogue.prompts.items()
    ]
    return {
        "languages": [_language(prompts, one) for one in prompts.catalogue.languages],
        "prompts": rows,
        "menu_s": round(menu_duration_s(prompts), 1),
        "problems": [
            {**one, "file": Path(str(one["file"])).name} if isinstance(one, dict) else one
            for one in tree_problems(prompts.problems)
        ],
    }


def _used(trees: TreeSet) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {}
    for tree, flow in sorted(trees.flows.items()):
        for name in {prompt.id for prompt in needed_prompts(flow)}:
            used.setdefault(name, []).append(tree)
    return used


def _row(
    folder: Path,
    index: dict[str, str],
    prompts: Prompts,
    name: str,
    language: str,
    wording: Wording,
) -> Json:
    is_studio = studio_file(folder, language, name).is_file()
    seconds = prompts.durations_s.get((language, name), 0.0)
    try:
        key = source_key(folder, language, name, wording)
    except OSError:
        key = ""
    return {
        "language": language,
        "text": wording.text,
        "seconds": round(seconds, 2),
        "source": "none" if not seconds else "studio" if is_studio else "voice",
        "is_outdated": bool(seconds) and index.get(f"{language}/{name}") != key,
        "heard": prompts.played_language(name, language),
    }


def _language(prompts: Prompts, language: str) -> Json:
    wordings = [
        (name, prompt.wordings[language])
        for name, prompt in prompts.catalogue.prompts.items()
        if language in prompt.wordings
    ]
    missing = [name for name, _ in wordings if (language, name) not in prompts.durations_s]
    return {
        "language": language,
        "fallback": prompts.catalogue.fallback.get(language),
        "has_voice": any(wording.voice for _, wording in wordings),
        "missing": len(missing),
    }
