"""The wording of all prompts, out of prompts.yaml.

Decides what a catalogue must say to be usable, and where it falls short (place and remedy). Knows
no audio file and does not touch the disk.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from ivr.fields import Language, Name, Strict, checked
from ivr.positions import Path, Place, Positions, dotted
from ivr.problems import Problem, did_you_mean
from ivr.yaml_source import parse, validate

FILE = "prompts/prompts.yaml"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Speed = Annotated[float, Field(ge=0.7, le=1.3)]
Voice = Annotated[
    str,
    AfterValidator(checked(str, r"[a-z]{2}_[a-z]{2,20}", "a voice", "Write one such as af_heart.")),
]


class VoiceEntry(Strict):
    """The synthetic voice of a language."""

    voice: Voice
    speed: Speed = 1.0


class WordingEntry(Strict):
    """What one prompt says in one language: the text alone, or more."""

    text: Text
    say: Text | None = None
    pinyin: dict[str, Text] = Field(default_factory=dict)
    voice: Voice | None = None
    speed: Speed | None = None

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, data: object) -> object:
        return {"text": data} if isinstance(data, str) else data


class PromptEntry(Strict):
    """One prompt: a wording under each language's name.

    ``spoken_in``: heard in these languages whatever the caller's. ``only_in``: it follows the
    caller's language, but is written in these alone; others hear their fallback.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, WordingEntry]

    spoken_in: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None
    only_in: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.spoken_in and self.only_in:
            raise ValueError("spoken_in and only_in exclude each other. Remove one of them.")
        return self

    @property
    def wordings(self) -> Mapping[str, WordingEntry]:
        return self.__pydantic_extra__


class CatalogueFile(Strict):
    """prompts.yaml as it is written."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    fallback: dict[Language, Language] = Field(default_factory=dict)
    voices: dict[Language, VoiceEntry] = Field(default_factory=dict)
    prompts: dict[Name, PromptEntry]


@dataclass(frozen=True, slots=True)
class Wording:
    """One prompt in one language; without a voice it waits for the studio."""

    text: str
    say: str
    voice: str | None
    speed: float
    place: Place
    pinyin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompt:
    """``spoken_in`` is empty for a prompt that follows the caller's language."""

    wordings: Mapping[str, Wording]
    spoken_in: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts; the first language is the one that is heard when all else fails."""

    languages: tuple[str, ...]
    fallback: Mapping[str, str]
    prompts: Mapping[str, Prompt]

    def order(self, prompt_id: str, language: str) -> tuple[str, ...]:
        """The languages in which to look for a prompt's audio, best first."""
        prompt = self.prompts.get(prompt_id)
        if prompt and prompt.spoken_in:
            return prompt.spoken_in
        chain = [language]
        while (following := self.fallback.get(chain[-1])) and following not in chain:
            chain.append(following)
        return tuple(dict.fromkeys([*chain, self.languages[0]]))


def read_catalogue(source: str | bytes, filename: str = FILE) -> Catalogue | list[Problem]:
    """The catalogue, or everything that is wrong with its text."""
    parsed = parse(source, filename)
    if isinstance(parsed, list):
        return parsed
    data, positions = parsed
    file = validate(CatalogueFile, data, positions, filename)
    if isinstance(file, list):
        return file
    wrong = [*_unknown_languages(file), *_gaps(file)]
    if wrong:
        return sorted(_problem(filename, positions, *one) for one in wrong)
    prompts = {
        name: Prompt(
            _wordings(file, name, positions),
            entry.spoken_in or (),
            positions.key(("prompts", name)),
        )
        for name, entry in file.prompts.items()
    }
    return Catalogue(file.languages, file.fallback, prompts)


Wrong = tuple[Path, str, str, str]


def _problem(
    filename: str, positions: Positions, path: Path, code: str, message: str, hint: str
) -> Problem:
    place = positions.key(path)
    return Problem(filename, place.line, place.col, code, f"{dotted(path)}: {message}", hint)


def _unknown_languages(file: CatalogueFile) -> Iterator[Wrong]:
    named: list[tuple[Path, str]] = []
    for name, target in file.fallback.items():
        named += [(("fallback", name), name), (("fallback", name), target)]
    named += [(("voices", name), name) for name in file.voices]
    for prompt, entry in file.prompts.items():
        named += [(("prompts", prompt, name), name) for name in entry.wordings]
        named += [(("prompts", prompt, "spoken_in"), name) for name in entry.spoken_in or ()]
        named += [(("prompts", prompt, "only_in"), name) for name in entry.only_in or ()]
    for path, name in named:
        if name not in file.languages:
            hint = did_you_mean(name, file.languages, what="Known languages")
            yield path, "E305", f"there is no language '{name}'.", hint


def _gaps(file: CatalogueFile) -> Iterator[Wrong]:
    """Languages in which a caller would hear nothing, and texts that nobody hears."""
    for name, entry in file.prompts.items():
        rule = "only_in" if entry.only_in else "spoken_in"
        wanted = entry.spoken_in or entry.only_in or file.languages
        for language in wanted:
            if language not in entry.wordings:
                yield ("prompts", name), "E501", f"there is no text in '{language}'.", "Add it."
        for language in sorted(file.languages):
            if language in entry.wordings and language not in wanted:
                path = ("prompts", name, language)
                yield path, "E502", f"{rule} does not list this language.", "Add or remove it."


def _wordings(file: CatalogueFile, prompt: str, positions: Positions) -> Mapping[str, Wording]:
    made = {}
    for language, entry in file.prompts[prompt].wordings.items():
        voice = file.voices.get(language)
        speed = entry.speed or (voice.speed if voice else 1.0)
        made[language] = Wording(
            entry.text,
            entry.say or entry.text,
            entry.voice or (voice.voice if voice else None),
            speed,
            positions.value(("prompts", prompt, language)),
            entry.pinyin,
        )
    return made
