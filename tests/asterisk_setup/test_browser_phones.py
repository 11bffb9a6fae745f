"""Phones in a browser: what Asterisk is told of them, and where their sound may come in."""

from pathlib import Path

import pytest

from ari_app.agent_files import AgentsFile, browser_phones_of
from ari_app.asterisk.browser_phones import media_host, own_addresses
from ari_app.asterisk.installation import find_installation
from ari_app.asterisk.render import render
from ari_app.cli.doctor import check_browser_phones
from ari_app.settings import Settings

AGENTS = """\
agents:
  "1001": {phone: {browser: true}}
  "1002": {phone: {register: true}}
  "1003": {phone: {browser: true, codec: opus}}
seats:
  "3001": {phone: {browser: true}}
"""
TABLE = """\
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 10.0.0.5
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
"""


def rendered(settings: Settings, file: str) -> str:
    settings.agents_file.write_text(AGENTS, encoding="utf-8")
    return (render(settings, find_installation(settings)).etc / file).read_text()


def test_a_page_is_an_endpoint_without_a_password_in_a_file(settings: Settings):
    pjsip = rendered(settings, "pjsip.conf")
    assert "[1001](browser)\naors = 1001\nauth = 1001\n\n[1001](registered)\n" in pjsip
    assert "[3001](browser)" in pjsip
    assert "[1002](wired)" in pjsip
    assert pjsip.count("type = auth") == 1


def test_opus_is_spoken_only_where_it_was_asked_for(settings: Settings):
    pjsip = rendered(settings, "pjsip.conf")
    assert pjsip.count("allow = opus\n") == 1


def test_on_loopback_the_machines_own_addresses_are_told_as_loopback(settings: Settings):
    rtp = rendered(settings, "rtp.conf")
    assert own_addresses(), "this machine has nothing but 127.0.0.1; see 'hotline doctor'"
    assert "[ice_host_candidates]" in rtp
    assert all(f"{address} => 127.0.0.1" in rtp for address in own_addresses())


def test_elsewhere_only_the_address_of_the_media_is_told(settings: Settings):
    settings = settings.model_copy(update={"media_host": "10.0.0.5"})
    rtp = rendered(settings, "rtp.conf")
    assert "ice_permit = 10.0.0.5/32" in rtp
    assert "=> " not in rtp
    assert "media_address = 10.0.0.5" in rendered(settings, "pjsip.conf")


def test_own_addresses_are_those_of_this_machine_beside_loopback():
    assert own_addresses(TABLE) == ["10.0.0.5"]
    assert own_addresses("") == []


def test_listening_everywhere_the_machines_own_address_is_told(settings: Settings):
    everywhere = settings.model_copy(update={"sip_host": "0.0.0.0"})
    assert media_host(everywhere, own=["10.0.0.5"]) == "10.0.0.5"
    assert media_host(everywhere, own=[]) == ""
    assert media_host(settings) == "127.0.0.1"


def test_the_doctor_says_when_there_is_no_address_for_sound(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings.agents_file.write_text(AGENTS, encoding="utf-8")
    monkeypatch.setattr("ari_app.asterisk.browser_phones._ADDRESSES", Path("/nonexistent"))
    [finding] = check_browser_phones(settings)
    assert finding.state == "failure"
    assert "stay silent" in finding.detail
    assert "ip address add" in finding.remedy


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ({"browser": True, "register": True}, "one of browser, register and contact"),
        ({"browser": True, "contact": "sip:1@10.0.0.1"}, "one of browser, register and contact"),
        ({"register": True, "codec": "opus"}, "codec is for phones in a browser"),
    ],
)
def test_a_phone_of_two_kinds_is_refused(phone: dict[str, object], words: str):
    agent = {"name": "王敏", "queues": [], "skills": {}, "phone": phone}
    with pytest.raises(ValueError, match=words):
        AgentsFile.model_validate({"agents": {"1001": agent}})


def test_agents_and_seats_may_have_one():
    agent = {"name": "王敏", "queues": [], "skills": {}, "phone": {"browser": True}}
    desk = {**agent, "phone": {"register": True}}
    file = AgentsFile.model_validate(
        {"agents": {"1001": agent, "1002": desk}, "seats": {"3001": {"phone": {"browser": True}}}}
    )
    assert browser_phones_of(file) == {"1001", "3001"}
