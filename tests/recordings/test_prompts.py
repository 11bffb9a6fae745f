"""What the service knows of its prompts, and the audio that is shipped with them."""

import shutil
from array import array
from pathlib import Path

import pytest

from ari_app.cli.prompts import build, check
from ivr.problems import render_problems
from recordings.levels import active_rms, dbfs
from recordings.prompts import MENU_AT_MOST_S, Prompts, load_prompts, menu_duration_s
from recordings.rendering import read_index

from .wavs import A_LAW_SAMPLES, tone, write_wav

CONFIG = Path(__file__).parents[2] / "config"
AUDIO = sorted((CONFIG / "prompts").glob("*/*.sln"))


def _load(config: Path) -> Prompts:
    prompts = load_prompts(config)
    assert isinstance(prompts, Prompts), prompts
    return prompts


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped prompts that a test may change."""
    shutil.copytree(CONFIG / "prompts", tmp_path / "prompts")
    return tmp_path


def _reword(config: Path, old: str, new: str) -> None:
    path = config / "prompts" / "prompts.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _build(config: Path, root: Path) -> tuple[int, str]:
    told: list[str] = []
    code = build(config, root=root, tell=told.append)
    return code, "\n".join(told)


def test_the_shipped_prompts_only_lack_the_studio_languages() -> None:
    problems = check(CONFIG)
    assert [(p.code, p.message.split(":")[0]) for p in problems] == [
        ("W502", "yue"),
        ("W502", "th"),
    ]
    assert all(p.file.endswith("prompts.yaml") and "Record" in p.hint for p in problems)


def test_greeting_and_menu_are_over_in_fifteen_seconds() -> None:
    assert 8 < menu_duration_s(_load(CONFIG)) <= MENU_AT_MOST_S


@pytest.mark.parametrize(
    ("prompt", "language", "uri"),
    [
        ("connecting", "zh_CN", "sound:hotline/zh_CN/connecting"),
        ("connecting", "ko", "sound:hotline/ko/connecting"),
        ("connecting", "yue", "sound:hotline/zh_CN/connecting"),
        ("connecting", "th", "sound:hotline/en/connecting"),
        ("connecting", "fr", "sound:hotline/zh_CN/connecting"),
        ("menu_en", "zh_CN", "sound:hotline/en/menu_en"),
        ("menu_th", "zh_CN", "sound:hotline/en/menu_th"),
        ("menu_yue", "en", "sound:hotline/zh_CN/menu_yue"),
    ],
)
def test_each_caller_hears_the_best_language_there_is(prompt: str, language: str, uri: str) -> None:
    prompts = _load(CONFIG)
    assert prompts.sound_uri(prompt, language) == uri
    size = (CONFIG / "prompts" / f"{uri.removeprefix('sound:hotline/')}.sln").stat().st_size
    assert prompts.duration_s(prompt, language) == size / 16000


def test_every_language_has_every_prompt() -> None:
    prompts = _load(CONFIG)
    assert set(prompts.names()) == {"zh_CN", "yue", "en", "ja", "ko", "th"}
    assert all(names == set(prompts.catalogue.prompts) for names in prompts.names().values())


@pytest.mark.parametrize("path", AUDIO, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_audio_is_level_unclipped_and_begins_at_once(path: Path) -> None:
    said = array("h", path.read_bytes())
    assert set(said) <= A_LAW_SAMPLES, "a trunk would change it"
    narrow = [x / 32768 for x in said]
    wide = [x / 32768 for x in array("h", path.with_suffix(".sln16").read_bytes())]
    assert len(wide) == pytest.approx(2 * len(narrow), abs=4)
    target = -24 if path.parent.name == "music" else -19
    for samples, rate in ((narrow, 8000), (wide, 16000)):
        peak = max(map(abs, samples))
        assert dbfs(peak) < -2.9
        assert dbfs(active_rms(samples, rate)) == pytest.approx(target, abs=0.5)
        begin = next(i for i, x in enumerate(samples) if abs(x) > peak / 100)
        assert begin / rate < 0.150


def test_a_build_without_changes_makes_nothing(config: Path, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in config.rglob("*") if p.is_file()}
    code, told = _build(config, tmp_path)
    assert code == 0
    assert "greeting and menu: 1" in told
    assert before == {p: p.stat().st_mtime_ns for p in config.rglob("*") if p.is_file()}


def test_new_wording_asks_for_the_voices_and_keeps_the_old_audio(
    config: Path, tmp_path: Path
) -> None:
    _reword(config, "We are connecting you now.", "One moment.")
    code, told = _build(config, tmp_path)
    assert code == 1
    assert "1 prompts changed and the voices are not installed" in told
    assert "hotline prompts build --install" in told
    assert "connecting in en: its audio was made from an older wording" in str(check(config)[0])
    assert _load(config).duration_s("connecting", "en") > 1


def test_a_studio_file_wins_and_needs_no_voices(config: Path, tmp_path: Path) -> None:
    for language in ("yue", "en"):
        studio = config / "prompts" / "studio" / language / "connecting.wav"
        write_wav(studio, tone(1.5, 44100), 44100)
    code, told = _build(config, tmp_path)
    assert (code, "[2/2]" in told, "(studio)" in told) == (0, True, True)
    prompts = _load(config)
    assert prompts.sound_uri("connecting", "yue") == "sound:hotline/yue/connecting"
    assert prompts.duration_s("connecting", "en") == pytest.approx(1.5, abs=0.05)
    assert "made" not in " ".join(map(str, check(config)))


def test_a_bad_studio_file_stops_the_build_by_name(config: Path, tmp_path: Path) -> None:
    bad = config / "prompts" / "studio" / "th" / "goodbye.wav"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"ID3 this is an mp3")
    code, told = _build(config, tmp_path)
    assert code == 1
    assert f"{bad}: does not begin with RIFF" in told
    assert "Save it as WAV" in told


def test_a_removed_prompt_takes_its_audio_with_it(config: Path, tmp_path: Path) -> None:
    _reword(
        config, "  menu_urgent:\n    spoken_in: [zh_CN]\n", "  menu_rush:\n    spoken_in: [zh_CN]\n"
    )
    _build(config, tmp_path)
    assert not list((config / "prompts" / "zh_CN").glob("menu_urgent.*"))
    assert "zh_CN/menu_urgent" not in read_index(config / "prompts")


def test_missing_and_damaged_audio_is_told(config: Path) -> None:
    folder = config / "prompts"
    (folder / "en" / "goodbye.sln").unlink()
    (folder / "ja" / "goodbye.sln16").write_bytes(b"xx")
    (folder / "zh_CN" / "menu_urgent.sln").write_bytes(b"")
    told = render_problems(check(config))
    assert "W501 goodbye in en: its .sln file is missing. Run: hotline prompts build" in told
    assert "W501 goodbye in ja: its .sln16 file has 2 bytes" in told
    assert "E503 menu_urgent has no audio that callers of zh_CN can hear" in told
    assert _load(config).sound_uri("goodbye", "th") == "sound:hotline/zh_CN/goodbye"
    assert "menu_urgent" not in _load(config).names()["zh_CN"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "E101 this is not UTF-8 text."),
        (b"prompts: [", "E101 not YAML"),
        (b"#" * 1_000_002, "E102 the file is larger than 256 KB."),
        (None, "E100 the file is missing."),
    ],
)
def test_an_unusable_catalogue_is_told_and_nothing_is_built(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    (tmp_path / "prompts").mkdir()
    if content is not None:
        (tmp_path / "prompts" / "prompts.yaml").write_bytes(content)
    code, told = _build(tmp_path, tmp_path)
    assert code == 1
    assert message in told
    assert message in render_problems(check(tmp_path))
    assert f"{tmp_path}/prompts/prompts.yaml:" in told


@pytest.mark.parametrize("content", ["", "[]", "{", '{"zh_CN/menu_zh": 3}'])
def test_a_lost_index_only_means_that_all_is_made_again(config: Path, content: str) -> None:
    (config / "prompts" / "index.json").write_text(content)
    assert all(p.is_warning for p in check(config))
    assert _load(config).duration_s("connecting", "en") > 1
