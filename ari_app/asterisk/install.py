"""Brings Debian's Asterisk with its libraries into a private folder and keeps it whole.

It decides which suite the package comes from and when it is too old. apt does the download
and the verification of signatures; nothing of the system is changed and no root is needed.
It must not know how Asterisk is configured or started.
"""

import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ari_app.asterisk.installation import MINIMUM_VERSION, AsteriskMissing, find_managed
from ari_app.settings import load_settings

PACKAGES = ("asterisk", "asterisk-core-sounds-en", "asterisk-moh-opsound-wav")
LATER_SUITES = ("forky", "testing", "sid", "unstable")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# apt-get reads this after the machine's own configuration, whose proxies stay in force.
_APT_CONF = """\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::Retries "3";
"""


def install(root_dir: Path) -> Path:
    """Make sure that `root_dir`/root holds a usable Asterisk; returns that folder."""
    root_dir.mkdir(parents=True, exist_ok=True)
    target = root_dir / "root"
    with _locked(root_dir / "lock"):
        _remove_leftovers(root_dir)
        if find_managed(target) is not None:
            return target
        work = Path(tempfile.mkdtemp(prefix="new-", dir=root_dir))
        try:
            _bring(work)
            if target.exists():
                target.rename(work / "old")
            (work / "root").rename(target)
        finally:
            _remove_leftovers(root_dir)
    return target


def _remove_leftovers(root_dir: Path) -> None:
    """Of this set-up and of killed ones, whose downloaders may still be writing for a moment."""
    for leftover in root_dir.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _bring(work: Path) -> None:
    state = work / "apt"
    suite, version = _choose_suite(state)
    _say(f"Asterisk {version} from Debian {suite}: downloading with its libraries")
    _apt(state, "apt-get", "install", "-y", "-q", "--no-install-recommends", "--download-only",
         *PACKAGES, progress="Asterisk: downloading")  # fmt: skip
    archives = sorted((state / "cache" / "archives").glob("*.deb"))
    root = work / "root"
    root.mkdir()
    for number, archive in enumerate(archives, start=1):
        _say(f"Asterisk: unpacking {number} of {len(archives)} packages", over=True)
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
    _finish(root)
    # Written last: its presence says that everything before it was done.
    (root / "hotline-asterisk-version").write_text(f"{version}\n", encoding="ascii")
    _say(f"Asterisk: {len(archives)} packages are unpacked")


def _finish(root: Path) -> None:
    """What the packages' maintainer scripts would have done."""
    sounds = root / "usr" / "share" / "asterisk" / "sounds"
    if not (sounds / "en").exists():
        (sounds / "en").symlink_to("en_US_f_Allison")


def _choose_suite(state: Path) -> tuple[str, str]:
    own_suite, mirrors = debian_mirrors()
    tried: list[str] = []
    for suite in dict.fromkeys((own_suite, *LATER_SUITES)):
        _say(f"Asterisk: looking into Debian {suite}")
        for mirror in mirrors:
            _write_state(state, mirror, suite)
            version, problem = _look_into(state)
            if version is not None:
                return suite, version
            tried.append(f"  {suite} at {mirror}: {problem}\n")
    raise AsteriskMissing(
        f"No Debian suite carries asterisk {MINIMUM_VERSION} or newer.\n{''.join(tried)}"
        "Set HOTLINE_ASTERISK to the path of an Asterisk that you installed, "
        "or to the ARI address of one that runs elsewhere."
    )


def _look_into(state: Path) -> tuple[str | None, str]:
    """The version to take, or why this archive has none."""
    try:
        _apt_update(state)
    except AsteriskMissing as error:
        return None, str(error)
    version = _candidate(state)
    if version and _is_new_enough(version):
        return version, ""
    return None, f"only {version}" if version else "carries no asterisk"


def debian_mirrors() -> tuple[str, list[str]]:
    """This machine's suite, and where its own apt may fetch Debian from.

    Others' archives can bear Debian's suite names; they fail the check of the signature.
    """
    suite = _os_release().get("VERSION_CODENAME", "")
    # Unlike indextargets this also answers before the first 'apt-get update'.
    listing = subprocess.run(
        ["apt-get", "update", "--print-uris"], capture_output=True, text=True, check=False
    ).stdout
    found = re.findall(r"^'(\S+?/)dists/([^/\s]+)/InRelease'", listing, re.M)
    mirrors = [uri for uri, release in found if release in {suite, "stable", *LATER_SUITES}]
    if not mirrors:
        raise AsteriskMissing(
            "This machine's apt knows no Debian archive to fetch Asterisk from. Add Debian's "
            "'main' to /etc/apt, or set HOTLINE_ASTERISK to an Asterisk that is already there."
        )
    return suite, list(dict.fromkeys(mirrors))


def _os_release() -> dict[str, str]:
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


def _write_state(state: Path, mirror: str, suite: str) -> None:
    shutil.rmtree(state, ignore_errors=True)
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True)
    (state / "status").touch()
    signed_by = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (state / "sources.list").write_text(f"deb {signed_by}{mirror} {suite} main\n")
    (state / "apt.conf").write_text(_APT_CONF.format(state=state))


def _apt_update(state: Path) -> None:
    try:
        _apt(state, "apt-get", "update", "-q", "--error-on=any")
    except AsteriskMissing as error:
        if "is expired" not in str(error) and "Valid-Until" not in str(error):
            raise
        _say("Asterisk: the mirror's index is past its date; signatures are still checked")
        with (state / "apt.conf").open("a") as conf:
            conf.write('Acquire::Check-Valid-Until "false";\n')
        _apt(state, "apt-get", "update", "-q", "--error-on=any")


def _candidate(state: Path) -> str | None:
    for line in _apt(state, "apt-cache", "policy", "asterisk").splitlines():
        name, _, value = line.strip().partition(": ")
        if name == "Candidate" and value != "(none)":
            return value
    return None


def _is_new_enough(version: str) -> bool:
    epoch = f"{version.split(':')[0]}:" if ":" in version else ""
    command = ["dpkg", "--compare-versions", version, "ge", f"{epoch}{MINIMUM_VERSION}"]
    return subprocess.run(command, check=False).returncode == 0


def _apt(state: Path, program: str, *arguments: str, progress: str = "") -> str:
    process = subprocess.Popen(
        # A killed set-up takes its apt along.
        ["setpriv", "--pdeathsig", "KILL", "--",
         "env", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive",
         program, "-c", str(state / "apt.conf"), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lines = []
    with process:
        for line in process.stdout or ():
            lines.append(line)
            if progress and line.startswith("Get:"):
                _say(f"{progress} {line.split()[0].removeprefix('Get:')}", over=True)
    if process.returncode != 0:
        errors = [line.strip() for line in lines if line.startswith("E:")]
        raise AsteriskMissing("; ".join(errors) or f"{program} ended with {process.returncode}")
    return "".join(lines)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Two set-ups at once wait for each other; a killed one leaves no lock behind."""
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _say(text: str, *, over: bool = False) -> None:
    if over and not sys.stderr.isatty():
        return
    # Longer lines that this one overwrites must not shine through.
    print(f"{text:<60}\r" if over else text, end="" if over else "\n", file=sys.stderr, flush=True)


def main() -> int:
    settings = load_settings()
    if settings.asterisk is not None:
        _say(f"Asterisk: using {settings.asterisk}, nothing to bring")
        return 0
    try:
        install(settings.asterisk_root)
    except (AsteriskMissing, subprocess.CalledProcessError) as error:
        _say(f"Asterisk could not be brought: {error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
