"""Asterisk comes from a signed archive, is new enough, and a killed set-up is repaired."""

import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.asterisk.install import LATER_SUITES, debian_mirrors, install
from ari_app.asterisk.installation import (
    AsteriskMissing,
    find_installation,
    find_installed,
    find_managed,
    require_new_enough,
)
from ari_app.settings import load_settings


@pytest.fixture
def apt_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources.list that this machine's apt seems to have."""
    sources = tmp_path / "sources.list"
    config = tmp_path / "apt.conf"
    config.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n')
    monkeypatch.setenv("APT_CONFIG", str(config))
    return sources


def _archive(folder: Path, version: str) -> None:
    """A Debian archive without a signature that carries one package."""
    for suite in ("bookworm", "trixie", *LATER_SUITES):
        index = folder / "dists" / suite / "main"
        for name in ("binary-amd64", "binary-arm64"):
            (index / name).mkdir(parents=True)
            (index / name / "Packages").write_text(
                f"Package: asterisk\nVersion: {version}\nArchitecture: all\n"
                "Filename: a.deb\nSize: 1\nSHA256: " + "0" * 64 + "\n"
            )
        (folder / "dists" / suite / "Release").write_text(f"Codename: {suite}\nOrigin: Debian\n")


def test_an_archive_without_a_signature_is_refused_and_every_tried_suite_named(
    tmp_path: Path, apt_sources: Path
) -> None:
    _archive(tmp_path / "archive", "1:22.10.1-1")
    apt_sources.write_text(f"deb file:{tmp_path}/archive forky main\n")
    with pytest.raises(AsteriskMissing) as caught:
        install(tmp_path / "asterisk")
    for suite in LATER_SUITES:
        assert f"{suite} at file:{tmp_path}/archive/: E: The repository" in str(caught.value)
    assert "is not signed" in str(caught.value)
    assert "HOTLINE_ASTERISK" in str(caught.value)
    assert sorted(entry.name for entry in (tmp_path / "asterisk").iterdir()) == ["lock"]


def test_a_machine_without_debian_archive_is_told_what_to_do(apt_sources: Path) -> None:
    apt_sources.write_text("deb http://example.invalid/debian nosuchsuite main\n")
    with pytest.raises(AsteriskMissing, match=r"no Debian archive.*HOTLINE_ASTERISK"):
        debian_mirrors()


def test_the_mirrors_are_those_of_this_machine(apt_sources: Path) -> None:
    apt_sources.write_text(
        "deb http://other.invalid/x nodistro main\ndeb http://mirror.invalid/debian sid main\n"
    )
    assert debian_mirrors()[1] == ["http://mirror.invalid/debian/"]


@pytest.mark.asterisk
def test_a_killed_set_up_is_repaired_by_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ari_app.asterisk.install"]
    settings = load_settings(tmp_path, {"HOTLINE_ASTERISK_ROOT": str(tmp_path / "asterisk")})
    first = subprocess.Popen(
        ["env", f"HOTLINE_ASTERISK_ROOT={settings.asterisk_root}", *command],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stderr is not None
    while "downloading" not in (line := first.stderr.readline()):
        assert line, "it ended before it was downloading"
    first.kill()
    first.communicate()
    assert find_managed(settings.asterisk_root / "root") is None
    install(settings.asterisk_root)
    assert find_installation(settings).version().startswith("22.")
    left = {entry.name for entry in settings.asterisk_root.iterdir()}
    assert left == {"lock", "root"}


@pytest.mark.parametrize("version", ["22.10.0", "22.9.12", "20.20.1", "1.8.0"])
def test_an_old_asterisk_is_refused(version: str) -> None:
    with pytest.raises(AsteriskMissing, match=rf"is Asterisk {version}, but 22\.10\.1 or newer"):
        require_new_enough(version, "/usr/sbin/asterisk")


@pytest.mark.parametrize("version", ["22.10.1", "22.10.1+dfsg+~cs6.17", "22.11.0", "23.1.0"])
def test_a_new_asterisk_is_taken(version: str) -> None:
    require_new_enough(version, "/usr/sbin/asterisk")


def test_a_given_program_must_be_a_whole_asterisk(tmp_path: Path) -> None:
    with pytest.raises(AsteriskMissing, match="there is no such program"):
        find_installed(tmp_path / "asterisk")
    program = tmp_path / "sbin" / "asterisk"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho Asterisk 20.1.0\n")
    program.chmod(0o755)
    with pytest.raises(AsteriskMissing, match="its modules were not found"):
        find_installed(program)
    (tmp_path / "lib" / "asterisk" / "modules").mkdir(parents=True)
    (tmp_path / "share" / "asterisk" / "sounds").mkdir(parents=True)
    with pytest.raises(AsteriskMissing, match=r"is Asterisk 20\.1\.0"):
        find_installation(load_settings(tmp_path, {"HOTLINE_ASTERISK": str(program)}))
