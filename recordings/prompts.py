"""The prompts that a running service can play: which file, in which language, how long.

Decides the fall-back order and reports what is missing. Reads prompts.yaml and file sizes, plays
nothing, renders nothing; knows no call and no tree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from recordings.catalogue import Catalogue, read_catalogue
from recordings.marked_yaml import FILE, Problem
from recordings.rendering import read_index, source_key

ALAW_RATE, SLN_BYTES_PER_ALAW = 8000, 4
_SHORTEST_BYTES = ALAW_RATE // 10
_LARGEST_CATALOGUE = 1_000_000
# Two conversions of one sound may differ in their last sample.
_SIZE_SLACK = 64
REBUILD = "Run: hotline prompts build"


@dataclass(frozen=True, slots=True)
class Prompts:
    """The catalogue with the audio that is really there; ``problems`` holds what is not."""

    catalogue: Catalogue
    durations_s: Mapping[tuple[str, str], float]
    problems: tuple[Problem, ...] = ()

    def played_language(self, prompt_id: str, language: str) -> str | None:
        """The language in which a caller of ``language`` hears a prompt, or None for silence."""
        order = self.catalogue.order(prompt_id, language)
        return next((one for one in order if (one, prompt_id) in self.durations_s), None)

    def sound_uri(self, prompt_id: str, language: str) -> str:
        """What to give to Asterisk; also for missing audio, which Asterisk reports as failed."""
        folder = self.played_language(prompt_id, language) or language
        return f"sound:hotline/{folder}/{prompt_id}"

    def duration_s(self, prompt_id: str, language: str) -> float:
        """Seconds of what ``sound_uri`` names; 0 when there is no audio."""
        folder = self.played_language(prompt_id, language)
        return self.durations_s[folder, prompt_id] if folder else 0.0

    def names(self) -> Mapping[str, frozenset[str]]:
        """For each language the prompts that its callers can hear, fall-backs included."""
        return {
            language: frozenset(
                name for name in self.catalogue.prompts if self.played_language(name, language)
            )
            for language in self.catalogue.languages
        }


def load_prompts(config_dir: Path) -> Prompts | list[Problem]:
    """Read the catalogue and look at the audio; a list of problems when the text is unusable."""
    found = _load(config_dir)
    if isinstance(found, list):
        return _located(config_dir, found)
    return replace(found, problems=tuple(_located(config_dir, found.problems)))


def _located(config_dir: Path, problems: Iterable[Problem]) -> list[Problem]:
    return [replace(problem, file=str(config_dir / FILE)) for problem in problems]


def _load(config_dir: Path) -> Prompts | list[Problem]:
    try:
        with (config_dir / FILE).open("rb") as file:
            raw = file.read(_LARGEST_CATALOGUE + 1)
        if len(raw) > _LARGEST_CATALOGUE:
            return [Problem("error", FILE, 1, "is larger than 1 MB. It should hold texts only.")]
        catalogue = read_catalogue(raw.decode("utf-8-sig"))
    except OSError as error:
        return [Problem("error", FILE, 1, f"cannot be read: {error.strerror}.")]
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return [Problem("error", FILE, line, "is not UTF-8 text here. Save it as UTF-8.")]
    if isinstance(catalogue, list):
        return catalogue
    return _with_audio(config_dir / "prompts", catalogue)


def _with_audio(prompts_dir: Path, catalogue: Catalogue) -> Prompts:
    durations: dict[tuple[str, str], float] = {}
    problems: list[Problem] = []
    index = read_index(prompts_dir)
    for name, prompt in catalogue.prompts.items():
        for language, wording in prompt.wordings.items():
            stem = prompts_dir / language / name
            bytes_8k, bytes_16k = _size(stem, ".alaw"), _size(stem, ".sln16")
            fault = _fault(bytes_8k, bytes_16k)
            if bytes_8k >= _SHORTEST_BYTES:
                durations[language, name] = bytes_8k / ALAW_RATE
            try:
                key = source_key(prompts_dir, language, name, wording)
            except OSError as error:
                key, fault = None, f"its studio file cannot be read ({error.strerror})"
            if fault is None and key and index.get(f"{language}/{name}") != key:
                fault = "its audio was made from an older wording"
            if fault and (key or bytes_8k or bytes_16k):
                text = f"{name} in {language}: {fault}. {REBUILD}"
                problems.append(Problem("warning", FILE, wording.line, text))
    prompts = Prompts(catalogue, durations)
    problems += [*_silent(prompts), *_unspoken(prompts)]
    return Prompts(catalogue, durations, tuple(problems))


def _size(stem: Path, suffix: str) -> int:
    try:
        return Path(f"{stem}{suffix}").stat().st_size
    except OSError:
        return 0


def _fault(bytes_8k: int, bytes_16k: int) -> str | None:
    if not bytes_8k or not bytes_16k:
        return f"its {'.alaw' if not bytes_8k else '.sln16'} file is missing"
    if bytes_8k < _SHORTEST_BYTES:
        return f"its .alaw file has {bytes_8k} bytes only"
    if abs(bytes_16k - SLN_BYTES_PER_ALAW * bytes_8k) > _SIZE_SLACK:
        return f"its .sln16 file has {bytes_16k} bytes, the .alaw file {bytes_8k} (a quarter fits)"
    return None


def _silent(prompts: Prompts) -> Iterator[Problem]:
    """Prompts that some callers cannot hear in any language."""
    for name, prompt in prompts.catalogue.prompts.items():
        deaf = [
            language
            for language in prompt.spoken_in or prompts.catalogue.languages
            if prompts.played_language(name, language) is None
        ]
        if deaf:
            text = f"{name} has no audio that callers of {', '.join(deaf)} can hear. {REBUILD}"
            yield Problem("error", FILE, prompt.line, text)


def _unspoken(prompts: Prompts) -> Iterator[Problem]:
    """Languages that wait for the studio: one line each."""
    for language in prompts.catalogue.languages:
        missing = [
            (name, prompt.wordings[language].line)
            for name, prompt in prompts.catalogue.prompts.items()
            if language in prompt.wordings
            and not prompt.wordings[language].voice
            and (language, name) not in prompts.durations_s
        ]
        if missing:
            line = missing[0][1]
            instead = prompts.catalogue.fallback.get(language)
            heard = f"callers hear {instead}" if instead else "and no fallback: is given for it"
            yield Problem(
                "warning" if instead else "error",
                FILE,
                line,
                f"{language}: {len(missing)} prompts have no recording, {heard}. "
                f"Record {', '.join(n for n, _ in missing)} as "
                f"prompts/studio/{language}/<name>.wav, then run: hotline prompts build",
            )
