"""What Asterisk cannot express is refused with the place and the remedy."""

from pathlib import Path

import pytest

from ari_app.asterisk.installation import find_installation
from ari_app.asterisk.phones import read_phones
from ari_app.asterisk.render import render
from ari_app.settings import PROJECT_DIR, Settings, SettingsError, load_settings
from tests.ports import free_offset


def _agents(settings: Settings, text: str) -> None:
    settings.agents_file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agents: [", "agents.yaml:1: this is not YAML"),
        ("agent: {}", "agents.yaml:1: expected 'agents:'"),
        ('agents: {"10 01": {}}', "agent '10 01': use 1 to 32 letters, digits"),
        ('agents: {"trunk": {}}', "agent 'trunk': use"),
        ('agents: {"trunk-out": {}}', "agent 'trunk-out': use"),
        ('agents: {"1": {phone: {contact: "127.0.0.1"}}}', "phone.contact is '127.0.0.1'; write"),
        ('agents: {"1": {phone: {contact: "sip:1@x\\n[trunk]"}}}', "phone.contact is"),
    ],
)
def test_an_agent_that_asterisk_could_not_ring_is_refused(
    settings: Settings, text: str, words: str
) -> None:
    _agents(settings, text)
    with pytest.raises(SettingsError) as caught:
        read_phones(settings.agents_file)
    assert words in str(caught.value)


def test_a_duty_phone_must_be_an_agent(settings: Settings) -> None:
    settings = settings.model_copy(update={"fallback_agents": ("1001", "9999")})
    with pytest.raises(SettingsError, match="fallback_agents names '9999', which is no agent"):
        render(settings, find_installation(settings))


def test_only_the_named_duty_phones_ring(settings: Settings) -> None:
    settings = settings.model_copy(update={"fallback_agents": ("1002",)})
    queues = (render(settings, find_installation(settings)).etc / "queues.conf").read_text()
    assert "member = PJSIP/1002" in queues
    assert "PJSIP/1001" not in queues


def test_numbers_outside_are_called_at_the_trunk_that_is_named(settings: Settings) -> None:
    pjsip = render(settings, find_installation(settings)).etc / "pjsip.conf"
    assert "[trunk-out]" not in pjsip.read_text()
    settings = settings.model_copy(update={"trunk_out": "sip:10.0.0.9:5080"})
    text = (render(settings, find_installation(settings)).etc / "pjsip.conf").read_text()
    assert "[trunk-out](outside)" in text
    assert "contact = sip:10.0.0.9:5080" in text


@pytest.mark.parametrize("address", ["10.0.0.9", "sip:a b", "sip:x\n[trunk]", "sip:x;y", "tel:110"])
def test_a_trunk_that_is_no_sip_address_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_TRUNK_OUT"):
        load_settings(tmp_path, {"HOTLINE_TRUNK_OUT": address})


def test_messages_are_recorded_into_the_recordings_folder(settings: Settings) -> None:
    folder = render(settings, find_installation(settings)).base / "spool" / "recording"
    assert folder.resolve() == settings.recordings_dir.resolve()


@pytest.mark.parametrize("name", ["with space", "a;b", "a,b", "${a}", "x" * 90])
def test_a_folder_that_asterisk_cannot_use_is_refused(settings: Settings, name: str) -> None:
    settings = settings.model_copy(update={"run_dir": settings.run_dir / name})
    with pytest.raises(SettingsError, match="HOTLINE_RUN_DIR"):
        render(settings, find_installation(settings))


def test_rendering_twice_changes_nothing(settings: Settings) -> None:
    installation = find_installation(settings)
    etc = render(settings, installation).etc
    before = {file.name: file.read_text() for file in etc.iterdir()}
    render(settings, installation)
    assert {file.name: file.read_text() for file in etc.iterdir()} == before
    assert all("@{" not in text for text in before.values())


def test_the_shipped_configuration_renders(tmp_path: Path) -> None:
    env = {"HOTLINE_RUN_DIR": str(tmp_path / "var"), "HOTLINE_PORT_OFFSET": str(free_offset())}
    settings = load_settings(PROJECT_DIR / "config", env)
    data = render(settings, find_installation(settings)).data
    assert (data / "sounds" / "hotline" / "zh_CN").is_dir()
    assert (data / "sounds" / "en" / "beep.gsm").exists()
