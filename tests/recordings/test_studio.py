"""Studio files: what is said of a recording, what callers hear, how the voice comes back."""

import shutil
from array import array
from pathlib import Path

import pytest

from ari_app.settings import PROJECT_DIR
from recordings import studio
from recordings.catalogue import Wording
from recordings.convert import BadSound
from recordings.prompts import Prompts, load_prompts
from recordings.rendering import read_index, studio_file, voice_key
from recordings.studio_process import answer
from tests.recordings.wavs import tone, write_wav

SHIPPED = PROJECT_DIR / "config" / "prompts"
CATALOGUE = """\
languages: [zh_CN, yue]
fallback: {yue: zh_CN}
voices:
  zh_CN: {voice: zf_xiaoxiao}
prompts:
  goodbye: {zh_CN: 再见。, yue: 再會。}
"""


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """One prompt, with the shipped audio of its Mandarin as if it had just been rendered."""
    folder = tmp_path / "config" / "prompts"
    (folder / "zh_CN").mkdir(parents=True)
    (folder / "prompts.yaml").write_text(CATALOGUE, encoding="utf-8")
    formats = {}
    for suffix in studio.SUFFIXES:
        formats[suffix] = (SHIPPED / "zh_CN" / f"goodbye{suffix}").read_bytes()
    key = voice_key(wording(tmp_path / "config", "zh_CN"))
    assert key is not None
    studio.write_audio(folder, "zh_CN/goodbye", key, formats)
    return tmp_path / "config"


def loaded(config_dir: Path) -> Prompts:
    found = load_prompts(config_dir)
    assert isinstance(found, Prompts), found
    return found


def wording(config_dir: Path, language: str) -> Wording:
    return loaded(config_dir).catalogue.prompts["goodbye"].wordings[language]


def speech(seconds: float = 1.5, rate: int = 16_000, loudness: float = 0.2) -> bytes:
    return tone(seconds, rate, 300.0, loudness)


def ask(config_dir: Path, language: str, upload: Path | None) -> dict[str, object]:
    return answer(
        {
            "config_dir": str(config_dir), "language": language, "prompt": "goodbye",
            "upload": str(upload or ""),
        }
    )  # fmt: skip


def heard(config_dir: Path, language: str) -> dict[str, bytes]:
    stem = config_dir / "prompts" / language / "goodbye"
    return {one: Path(f"{stem}{one}").read_bytes() for one in studio.SUFFIXES}


def test_an_upload_becomes_what_callers_hear_and_the_original_is_kept(config_dir, tmp_path):
    upload = write_wav(tmp_path / "up.wav", speech(), 16_000)
    original, before = upload.read_bytes(), heard(config_dir, "zh_CN")
    found = ask(config_dir, "zh_CN", upload)
    assert (found["is_fit"], found["findings"]) == (True, ())
    assert found["seconds"] == pytest.approx(1.5, abs=0.1)
    assert heard(config_dir, "zh_CN") != before
    assert studio_file(config_dir / "prompts", "zh_CN", "goodbye").read_bytes() == original
    assert not upload.exists()
    assert "W501" not in {one.code for one in loaded(config_dir).problems}


def test_a_language_without_a_voice_is_heard_once_it_has_a_studio_file(config_dir, tmp_path):
    assert loaded(config_dir).played_language("goodbye", "yue") == "zh_CN"
    ask(config_dir, "yue", write_wav(tmp_path / "up.wav", speech(), 16_000))
    assert loaded(config_dir).played_language("goodbye", "yue") == "yue"
    assert ask(config_dir, "yue", None) == {"has_voice": False}
    assert loaded(config_dir).played_language("goodbye", "yue") == "zh_CN"


def test_the_voice_comes_back_bit_by_bit_without_any_voice_software(config_dir, tmp_path):
    before, index = heard(config_dir, "zh_CN"), read_index(config_dir / "prompts")
    for loudness in (0.2, 0.3):  # the second in place of the first
        upload = write_wav(tmp_path / "up.wav", speech(loudness=loudness), 16_000)
        ask(config_dir, "zh_CN", upload)
    assert ask(config_dir, "zh_CN", None) == {"has_voice": True}
    assert heard(config_dir, "zh_CN") == before
    assert read_index(config_dir / "prompts") == index


def test_a_voice_of_an_older_wording_does_not_come_back(config_dir, tmp_path):
    ask(config_dir, "zh_CN", write_wav(tmp_path / "up.wav", speech(), 16_000))
    catalogue = config_dir / "prompts" / "prompts.yaml"
    catalogue.write_text(CATALOGUE.replace("再见。", "祝您生活愉快，再见。"), encoding="utf-8")
    assert ask(config_dir, "zh_CN", None) == {"has_voice": False}
    assert loaded(config_dir).durations_s == {}


def clipped(seconds: float) -> bytes:
    loud = array("h", tone(seconds, 16_000, 300.0, 1.0))
    return array("h", (max(-32768, min(32767, 3 * one)) for one in loud)).tobytes()


@pytest.mark.parametrize(
    ("samples", "rate", "code", "is_error"),
    [
        (clipped(1.0), 16_000, "clipped", True),
        (speech(loudness=0.01), 16_000, "quiet", False),
        (speech(loudness=0.0015), 16_000, "quiet", True),
        (speech(loudness=0.9), 16_000, "loud", False),
        (tone(1.0, 8000, 300.0, 0.2), 8000, "narrow", False),
        (bytes(2 * 16_000 * 3) + speech(), 16_000, "much_silence", False),
    ],
)
def test_what_is_wrong_with_a_recording_is_said(
    config_dir, tmp_path, samples, rate, code, is_error
):
    before = heard(config_dir, "zh_CN")
    found = ask(config_dir, "zh_CN", write_wav(tmp_path / "up.wav", samples, rate))
    findings = {one["code"]: one["is_error"] for one in found["findings"]}  # type: ignore[attr-defined]
    assert findings[code] is is_error
    assert found["is_fit"] is not is_error
    assert (heard(config_dir, "zh_CN") == before) is is_error


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"ID3" + bytes(500), b"RIFF\xff\xff\xff\xffWAVEfmt ", bytes(10_000),
     b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"],
)  # fmt: skip
def test_what_is_no_sound_is_refused_and_changes_nothing(config_dir, tmp_path, content):
    upload, before = tmp_path / "up.wav", heard(config_dir, "zh_CN")
    upload.write_bytes(content)
    found = ask(config_dir, "zh_CN", upload)
    assert str(found["not_fit"])
    assert str(tmp_path) not in str(found["not_fit"])
    assert heard(config_dir, "zh_CN") == before


def test_silence_alone_and_two_minutes_too_much_are_refused(config_dir, tmp_path):
    for samples in (bytes(32_000), bytes(2 * 8000 * 121)):
        upload = write_wav(tmp_path / "up.wav", samples, 8000)
        with pytest.raises(BadSound):
            studio.inspect(upload)


def test_a_wording_that_is_not_there_takes_no_file(config_dir, tmp_path):
    upload = write_wav(tmp_path / "up.wav", speech(), 16_000)
    assert "not_fit" in ask(config_dir, "ko", upload)
    assert not (config_dir / "prompts" / "studio").exists()
    shutil.rmtree(config_dir / "prompts")
    assert "not_fit" in ask(config_dir, "zh_CN", upload)
