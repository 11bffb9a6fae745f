"""An Asterisk that the machine's owner installed is used instead of the private copy."""

import shlex
from pathlib import Path

import pytest

from ari_app.asterisk.installation import find_managed
from ari_app.asterisk.process import find_version, running_asterisk
from ari_app.settings import Settings, load_settings
from tests.asterisk_setup.conftest import make_settings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]


def install_under(prefix: Path) -> Path:
    """A prefix as ``make install`` leaves it, made of links into the private copy."""
    ours = find_managed(load_settings().asterisk_root / "root")
    assert ours is not None
    for place, target in (("lib/asterisk/modules", ours.modules), ("share/asterisk", ours.data)):
        (prefix / place).parent.mkdir(parents=True, exist_ok=True)
        (prefix / place).symlink_to(target)
    program = prefix / "sbin" / "asterisk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(ours.command)} "$@"\n')
    program.chmod(0o755)
    return program


async def test_a_program_named_by_its_path_is_started_with_its_own_modules(tmp_path: Path):
    program = install_under(tmp_path / "given")
    settings: Settings = make_settings(tmp_path).model_copy(update={"asterisk": str(program)})
    async with running_asterisk(settings) as asterisk:
        assert await find_version(settings) is not None
        shown = await asterisk.rx("core show settings")
    assert str(tmp_path / "given") in shown
