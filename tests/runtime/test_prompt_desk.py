"""Prompts managed over the service: a real folder, the converting process, the trees in service."""

import shutil
from pathlib import Path

import pytest

import ivr
from ari_app.core.versions import OneTree
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.prompt_desk import PromptDesk
from ari_app.web.problems import Problem as Refusal
from recordings.prompts import Prompts, load_prompts
from tests.recordings.test_studio import CATALOGUE, config_dir, speech  # noqa: F401
from tests.recordings.wavs import write_wav

pytestmark = pytest.mark.asyncio

TREE = """\
flow: main
language: zh_CN
start: bye
last_resort: anybody
nodes:
  bye: {type: say, prompts: [goodbye], next: anybody}
  anybody: {type: queue, queue: general}
"""


def a_desk(folder: Path) -> tuple[PromptDesk, LivePrompts]:
    loaded, tree = load_prompts(folder), ivr.load(TREE, "main.yaml")
    assert isinstance(loaded, Prompts)
    assert isinstance(tree, ivr.Flow)
    live = LivePrompts(folder, loaded)
    return PromptDesk(folder, live, lambda: OneTree(tree)), live


async def test_an_upload_is_heard_by_the_next_call_and_goes_again(config_dir, tmp_path):  # noqa: F811
    desk, live = a_desk(config_dir)
    upload = desk.upload_place("yue", "goodbye")
    write_wav(upload, speech(), 16_000)
    done = await desk.put("yue", "goodbye", upload)
    assert (done["findings"], upload.exists()) == ([], False)
    assert live.sound_uri("goodbye", "yue") == "sound:hotline/yue/goodbye"
    [prompt] = (await desk.listed())["prompts"]  # type: ignore[misc]
    assert prompt["used_by"] == ["main"]  # type: ignore[index, call-overload]
    rows = {one["language"]: one["source"] for one in prompt["wordings"]}  # type: ignore
    assert rows == {"zh_CN": "voice", "yue": "studio"}
    sound = await desk.sound("yue", "goodbye")
    assert sound[:4] == b"RIFF"
    assert len(sound) > 40_000
    assert await desk.remove("yue", "goodbye") == {"source": "none", "needs_build": False}
    assert live.sound_uri("goodbye", "yue") == "sound:hotline/zh_CN/goodbye"


async def test_what_callers_would_hear_nothing_without_stays(config_dir, tmp_path):  # noqa: F811
    folder = config_dir / "prompts"
    silent = CATALOGUE.replace("voices:\n  zh_CN: {voice: zf_xiaoxiao}\n", "")
    (folder / "prompts.yaml").write_text(silent, encoding="utf-8")
    shutil.rmtree(folder / "zh_CN")
    desk, _ = a_desk(config_dir)
    upload = write_wav(desk.upload_place("zh_CN", "goodbye"), speech(), 16_000)
    await desk.put("zh_CN", "goodbye", upload)
    with pytest.raises(Refusal) as refused:
        await desk.remove("zh_CN", "goodbye")
    assert refused.value.code == "would_be_silent"
    assert await desk.sound("zh_CN", "goodbye")


@pytest.mark.parametrize(
    ("language", "prompt"),
    [("ko", "goodbye"), ("zh_CN", "nothing"), ("studio", "goodbye"), ("..", "prompts")],
)
async def test_other_files_cannot_be_reached(config_dir, language, prompt):  # noqa: F811
    desk, _ = a_desk(config_dir)
    for asked in (
        desk.sound(language, prompt),
        desk.put(language, prompt, config_dir / "x.wav"),
        desk.remove(language, prompt),
    ):
        with pytest.raises(Refusal) as refused:
            await asked
        assert refused.value.code == "no_such_prompt"


async def test_broken_audio_is_refused_in_words(config_dir):  # noqa: F811
    desk, _ = a_desk(config_dir)
    upload = desk.upload_place("zh_CN", "goodbye")
    upload.write_bytes(b"RIFF" + bytes(1000))
    with pytest.raises(Refusal) as refused:
        await desk.put("zh_CN", "goodbye", upload)
    assert (refused.value.status, refused.value.code) == (422, "not_fit")
    assert str(config_dir) not in refused.value.detail
