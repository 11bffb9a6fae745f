"""The shapes of what is sent and answered about the configuration's files and the prompts.

Knows no route and no file's meaning: an entry is whatever JSON the file's own checks accept.
"""

from typing import Literal

from pydantic import Field, JsonValue

from ari_app.web.models import Answered, Asked, TreeFinding

Sha256 = str


class ConfigText(Asked):
    text: str = Field(max_length=300_000, description="The whole file, as YAML")


class ConfigEntry(Asked):
    value: JsonValue = Field(description="The entry as JSON; comments in the file stay")


class PasswordWanted(Asked):
    which: Literal["api", "sip"] = Field("api", description="To sign in, or of the desk phone")


class NewPassword(Answered):
    agent: str
    which: Literal["api", "sip"]
    password: str = Field(description="Shown this once")


class ConfigListed(Answered):
    file: str
    sha256: Sha256
    is_live: bool = Field(description="Whether this very text is in service")


class ConfigFiles(Answered):
    files: list[ConfigListed]
    problems: list[TreeFinding] = Field(description="Of what lies there and is not in service")
    phones_problem: str = Field(description="Why Asterisk does not know the phones of now")
    restart_only: list[str] = Field(description="Files that count at the next start")


class ConfigFile(Answered):
    file: str
    is_there: bool
    is_live: bool
    sha256: Sha256 = Field(description="For If-Match; also the ETag")
    text: str
    data: JsonValue = Field(description="What the text says; null while it cannot be read")


class ConfigChecked(Answered):
    is_fit: bool
    problems: list[TreeFinding]
    data: JsonValue


class ConfigReloaded(Answered):
    changed: list[str] = Field(description="Files that differed from what was in service")
    problems: list[TreeFinding] = Field(description="Warnings")
    phones_problem: str


class ConfigSaved(ConfigReloaded):
    sha256: Sha256


class PromptLanguage(Answered):
    language: str
    fallback: str | None
    has_voice: bool
    missing: int = Field(description="Prompts without audio in this language")


class Wording(Answered):
    language: str
    text: str
    seconds: float = Field(description="0 when there is no audio")
    source: Literal["studio", "voice", "none"]
    is_outdated: bool = Field(description="Made from an older wording or studio file")
    heard: str | None = Field(description="The language that callers of this one hear")


class ListedPrompt(Answered):
    prompt: str
    spoken_in: list[str] = Field(description="Always in these languages, whatever the caller's")
    used_by: list[str] = Field(description="Trees in service")
    wordings: list[Wording]


class PromptList(Answered):
    languages: list[PromptLanguage]
    prompts: list[ListedPrompt]
    menu_s: float = Field(description="Greeting and menu in the first language; 15 s at most")
    problems: list[TreeFinding]


class SoundFinding(Answered):
    code: Literal[
        "not_fit", "silent", "clipped", "quiet", "loud", "narrow", "much_silence", "long_menu"
    ]
    is_error: bool
    value: float | None = None


class StudioPut(Answered):
    seconds: float
    level_dbfs: float = Field(description="Of the speech, before it is levelled")
    peak_dbfs: float
    clipped: int = Field(description="Places at full scale")
    rate_hz: int
    channels: int
    findings: list[SoundFinding]


class StudioRemoved(Answered):
    source: Literal["voice", "none"] = Field(description="What callers hear now")
    needs_build: bool = Field(description="hotline prompts build would render it")
