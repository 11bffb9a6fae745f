"""The prompts that a running service can play: which file, in which language, how long.

Decides the fall-back order and reports what is missing. Reads prompts.yaml and file sizes, plays
nothing, renders nothing; knows no call and no tree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.positions import Place
from ivr.problems import Problem, cannot_read
from recordings.catalogue import FILE, Catalogue, read_catalogue
from recordings.rendering import read_index, source_key

BYTES_A_SECOND = 16_000
_SHORTEST_BYTES = BYTES_A_SECOND // 10
# Two conversions of one sound may differ in their last sample.
_SIZE_SLACK = 64
MENU_AT_MOST_S = 15.0
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


def menu_duration_s(prompts: Prompts) -> float:
    """Seconds from the greeting to the end of the last menu line, as a Mandarin caller hears it."""
    language = prompts.catalogue.languages[0]
    spoken = [
        name
        for name in prompts.catalogue.prompts
        if name == "notice_greeting" or name.startswith("menu_")
    ]
    return sum(prompts.duration_s(name, language) for name in spoken)


def load_prompts(config_dir: Path) -> Prompts | list[Problem]:
    """Read the catalogue and look at the audio; a list of problems when the text is unusable."""
    file = config_dir / FILE
    try:
        catalogue = read_catalogue(file.read_bytes(), str(file))
    except OSError as error:
        return [cannot_read(str(file), error)]
    if isinstance(catalogue, list):
        return catalogue
    return _with_audio(file, catalogue)


def _with_audio(file: Path, catalogue: Catalogue) -> Prompts:
    prompts_dir = file.parent
    durations: dict[tuple[str, str], float] = {}
    problems: list[Problem] = []
    index = read_index(prompts_dir)
    for name, prompt in catalogue.prompts.items():
        for language, wording in prompt.wordings.items():
            stem = prompts_dir / language / name
            bytes_8k, bytes_16k = _size(stem, ".sln"), _size(stem, ".sln16")
            fault = _fault(bytes_8k, bytes_16k)
            if bytes_8k >= _SHORTEST_BYTES:
                durations[language, name] = bytes_8k / BYTES_A_SECOND
            try:
                key = source_key(prompts_dir, language, name, wording)
            except OSError as error:
                key, fault = None, f"its studio file cannot be read ({error.strerror})"
            if fault is None and key and index.get(f"{language}/{name}") != key:
                fault = "its audio was made from an older wording"
            if fault and (key or bytes_8k or bytes_16k):
                text = f"{name} in {language}: {fault}."
                problems.append(_problem(file, wording.place, "W501", text, REBUILD))
    prompts = Prompts(catalogue, durations)
    problems += [*_silent(prompts, file), *_unspoken(prompts, file)]
    return Prompts(catalogue, durations, tuple(problems))


def _problem(file: Path, place: Place, code: str, message: str, hint: str) -> Problem:
    return Problem(str(file), place.line, place.col, code, message, hint)


def _size(stem: Path, suffix: str) -> int:
    try:
        return Path(f"{stem}{suffix}").stat().st_size
    except OSError:
        return 0


def _fault(bytes_8k: int, bytes_16k: int) -> str | None:
    if not bytes_8k or not bytes_16k:
        return f"its {'.sln' if not bytes_8k else '.sln16'} file is missing"
    if bytes_8k < _SHORTEST_BYTES:
        return f"its .sln file has {bytes_8k} bytes only"
    if abs(bytes_16k - 2 * bytes_8k) > _SIZE_SLACK:
        return f"its .sln16 file has {bytes_16k} bytes, the .sln file {bytes_8k} (half fits)"
    return None


def _silent(prompts: Prompts, file: Path) -> Iterator[Problem]:
    """Prompts that some callers cannot hear in any language."""
    for name, prompt in prompts.catalogue.prompts.items():
        deaf = [
            language
            for language in prompt.spoken_in or prompts.catalogue.languages
            if prompts.played_language(name, language) is None
        ]
        if deaf:
            text = f"{name} has no audio that callers of {', '.join(deaf)} can hear."
            yield _problem(file, prompt.place, "E503", text, REBUILD)


def _unspoken(prompts: Prompts, file: Path) -> Iterator[Problem]:
    """Languages that wait for the studio: one line each."""
    for language in prompts.catalogue.languages:
        missing = [
            (name, prompt.wordings[language].place)
            for name, prompt in prompts.catalogue.prompts.items()
            if language in prompt.wordings
            and not prompt.wordings[language].voice
            and (language, name) not in prompts.durations_s
        ]
        if missing:
            instead = prompts.catalogue.fallback.get(language)
            heard = f"callers hear {instead}" if instead else "and no fallback: is given for it"
            yield _problem(
                file,
                missing[0][1],
                "W502" if instead else "E504",
                f"{language}: {len(missing)} prompts have no recording, {heard}.",
                f"Record {', '.join(n for n, _ in missing)} as "
                f"prompts/studio/{language}/<name>.wav, then run: hotline prompts build",
            )
