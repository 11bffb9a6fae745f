"""Prompts from the command line: render what changed, and tell what is missing.

Decides the order of a build. Knows no Asterisk; the voices run in a process of their own.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.problems import Problem, render_problems
from recordings.catalogue import FILE, Wording
from recordings.convert import BadSound, as_a_trunk_says, convert, sln
from recordings.music import MUSIC_VERSION, RATE, hold_music
from recordings.prompts import MENU_AT_MOST_S, Prompts, load_prompts, menu_duration_s
from recordings.rendering import (
    read_index,
    source_key,
    studio_file,
    write_index,
    write_whole,
)
from recordings.resample import resample
from recordings.speech.environment import INSTALL, SpeechEnvironment, SpeechUnavailable

_MUSIC = "music/hold"
_SOURCE_ROOT = Path(__file__).resolve().parents[2]

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Task:
    """One prompt to make: from a studio file, or by the voice when ``studio`` is None."""

    language: str
    prompt_id: str
    wording: Wording
    key: str
    studio: Path | None

    @property
    def name(self) -> str:
        return f"{self.language}/{self.prompt_id}"


def check(config_dir: Path) -> list[Problem]:
    """Everything that is wrong with the prompts; an empty list when all is well."""
    prompts = load_prompts(config_dir)
    if isinstance(prompts, list):
        return prompts
    problems = list(prompts.problems)
    menu_s = menu_duration_s(prompts)
    if menu_s > MENU_AT_MOST_S:
        text = f"greeting and menu take {menu_s:.1f} s. Shorten them to {MENU_AT_MOST_S:.0f} s."
        problems.append(Problem(str(config_dir / FILE), 1, 1, "W503", text))
    return problems


def build(
    config_dir: Path,
    *,
    install: bool = False,
    root: Path = _SOURCE_ROOT,
    tell: Tell = print,
) -> int:
    """Render every prompt whose wording or studio file changed. Returns the exit code."""
    prompts = load_prompts(config_dir)
    if isinstance(prompts, list):
        return _stop(tell, render_problems(prompts))
    folder = config_dir / "prompts"
    try:
        _forget_removed(folder, prompts)
        _make_music(folder, tell)
        _make_all(folder, _changed(folder, prompts), SpeechEnvironment(root), install, tell)
    except (SpeechUnavailable, BadSound) as error:
        return _stop(tell, f"hotline prompts: {error}")
    except OSError as error:
        return _stop(tell, f"hotline prompts: {error.filename}: {error.strerror}")
    return _report(config_dir, tell)


def _stop(tell: Tell, *lines: str) -> int:
    for line in lines:
        tell(line)
    return 1


def _changed(folder: Path, prompts: Prompts) -> list[_Task]:
    """What must be made: no audio yet, half of it, or made from something else."""
    index = read_index(folder)
    tasks = []
    for prompt_id, prompt in prompts.catalogue.prompts.items():
        for language, wording in prompt.wordings.items():
            key = source_key(folder, language, prompt_id, wording)
            if key is None:
                continue
            studio = studio_file(folder, language, prompt_id)
            task = _Task(language, prompt_id, wording, key, studio if studio.is_file() else None)
            stem = folder / language / prompt_id
            there = all(Path(f"{stem}{end}").is_file() for end in (".sln", ".sln16"))
            if not there or index.get(task.name) != key:
                tasks.append(task)
    return tasks


def _make_all(
    folder: Path, tasks: list[_Task], speech: SpeechEnvironment, install: bool, tell: Tell
) -> None:
    spoken = [task for task in tasks if task.studio is None]
    if spoken and not speech.is_ready():
        if not install:
            raise SpeechUnavailable(
                f"{len(spoken)} prompts changed and the voices are not installed "
                f"(needed only to change wording). Run: {INSTALL}"
            )
        speech.install(tell)
    done = 0
    for task in tasks:
        if task.studio is not None:
            done += 1
            _keep(folder, task, task.studio, f"[{done}/{len(tasks)}]", tell)
    with tempfile.TemporaryDirectory() as scratch:
        wavs = [Path(scratch) / f"{number}.wav" for number in range(len(spoken))]
        jobs = [_job(task, wav) for task, wav in zip(spoken, wavs, strict=True)]
        rendered = speech.render(jobs) if jobs else iter(())
        for _, task, wav in zip(rendered, spoken, wavs, strict=True):
            done += 1
            _keep(folder, task, wav, f"[{done}/{len(tasks)}]", tell)


def _job(task: _Task, wav: Path) -> dict[str, object]:
    return {
        "name": task.name,
        "language": task.language,
        "say": task.wording.say,
        "pinyin": dict(task.wording.pinyin),
        "voice": task.wording.voice,
        "speed": task.wording.speed,
        "out": str(wav),
    }


def _keep(folder: Path, task: _Task, wav: Path, progress: str, tell: Tell) -> None:
    sound = convert(wav)
    _write(folder, task.name, task.key, sound.sln_8k, sound.sln_16k)
    made_by = "studio" if task.studio else task.wording.voice
    tell(f"{progress} {task.name} {sound.duration_s:.2f} s ({made_by})")


def _write(folder: Path, name: str, key: str, sln_8k: bytes, sln_16k: bytes) -> None:
    """Both formats, then the index: an interrupted build only repeats its last prompt."""
    write_whole(folder / f"{name}.sln", sln_8k)
    write_whole(folder / f"{name}.sln16", sln_16k)
    write_index(folder, {**read_index(folder), name: key})


def _make_music(folder: Path, tell: Tell) -> None:
    there = all((folder / f"{_MUSIC}{end}").is_file() for end in (".sln", ".sln16"))
    if there and read_index(folder).get(_MUSIC) == MUSIC_VERSION:
        return
    tell(f"{_MUSIC} ...")
    wide = hold_music()
    narrow = resample(wide, RATE, 8000, 3400)
    _write(folder, _MUSIC, MUSIC_VERSION, as_a_trunk_says(sln(narrow)), sln(wide))


def _forget_removed(folder: Path, prompts: Prompts) -> None:
    """Delete audio that this program made and that no text asks for any longer."""
    index = read_index(folder)
    wanted = {
        f"{language}/{name}"
        for name, prompt in prompts.catalogue.prompts.items()
        for language in prompt.wordings
    } | {_MUSIC}
    gone = sorted(set(index) - wanted)
    for name in gone:
        language, _, prompt_id = name.partition("/")
        if (language + prompt_id).replace("_", "").isalnum():
            for end in (".sln", ".sln16"):
                (folder / f"{name}{end}").unlink(missing_ok=True)
    if gone:
        write_index(folder, {name: key for name, key in index.items() if name in wanted})


def _report(config_dir: Path, tell: Tell) -> int:
    prompts = load_prompts(config_dir)
    if isinstance(prompts, list):
        return _stop(tell, render_problems(prompts))
    menu_s = menu_duration_s(prompts)
    tell(f"greeting and menu: {menu_s:.1f} s (at most {MENU_AT_MOST_S:.0f} s)")
    problems = check(config_dir)
    if problems:
        tell(render_problems(problems))
    return 0 if all(problem.is_warning for problem in problems) else 1
