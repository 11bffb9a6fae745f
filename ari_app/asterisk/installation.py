"""Finds an Asterisk program and what belongs to it, and says whether it is new enough.

It must not change anything on disk nor know how Asterisk is configured.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ari_app.settings import Settings

# 22.10.1 closes two holes in ARI.
MINIMUM_VERSION = "22.10.1"


class AsteriskMissing(Exception):
    """There is no Asterisk that we may use; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk on this machine: how to run it and where its parts are."""

    command: tuple[str, ...]
    modules: Path
    data: Path

    def version(self) -> str:
        """What the program says of itself, such as `22.10.1`."""
        done = subprocess.run([*self.command, "-V"], capture_output=True, text=True, check=False)
        found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)+)", done.stdout)
        if not found:
            raise AsteriskMissing(
                f"{self.command[-1]} does not say its version; "
                f"it answered: {(done.stdout + done.stderr).strip()[:200]!r}"
            )
        return found.group(1)


def find_installation(settings: Settings) -> Installation:
    """The Asterisk that the settings ask for, checked for its version."""
    if settings.asterisk is None:
        installation = find_managed(settings.asterisk_root / "root")
        if installation is None:
            raise AsteriskMissing(
                f"There is no Asterisk in {settings.asterisk_root}. Run 'make setup', or set "
                "HOTLINE_ASTERISK to one that is already installed."
            )
    else:
        installation = find_installed(Path(settings.asterisk))
    require_new_enough(installation.version(), installation.command[-1])
    return installation


def require_new_enough(version: str, where: str) -> None:
    if version_key(version) < version_key(MINIMUM_VERSION):
        raise AsteriskMissing(
            f"{where} is Asterisk {version}, but {MINIMUM_VERSION} or newer is needed (older "
            "ones have known holes in ARI). Update it, or unset HOTLINE_ASTERISK."
        )


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def find_managed(root: Path) -> Installation | None:
    """The private copy, run through its own loader because its libc is newer than ours."""
    if not (root / "hotline-asterisk-version").exists():
        return None
    program = root / "usr" / "sbin" / "asterisk"
    for modules in root.glob("usr/lib/*/asterisk/modules"):
        libraries = modules.parent.parent
        for loader in sorted(libraries.glob("ld-linux*.so.*")):
            path = f"{libraries}:{root / 'usr' / 'lib'}"
            command = (str(loader), "--library-path", path, str(program))
            return Installation(command, modules, root / "usr" / "share" / "asterisk")
    return None


def find_installed(program: Path) -> Installation:
    """An Asterisk that the machine's owner installed, wherever its prefix is."""
    if not program.is_file():
        raise AsteriskMissing(f"HOTLINE_ASTERISK is {program}, but there is no such program.")
    prefix = program.resolve().parent.parent
    modules = [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    shares = (prefix / "share/asterisk", prefix / "var/lib/asterisk", Path("/var/lib/asterisk"))
    data = [folder for folder in shares if (folder / "sounds").is_dir()]
    if not modules or not data:
        raise AsteriskMissing(
            f"{program}: its {'data' if modules else 'modules'} were not found under {prefix}. "
            "Give the path of an asterisk whose modules are in <prefix>/lib/asterisk/modules "
            "and whose sounds are in <prefix>/share/asterisk or /var/lib/asterisk."
        )
    return Installation((str(program),), modules[0], data[0])
