"""Settings come from the environment, then the file, then the defaults; mistakes say where."""

import os
from pathlib import Path

import pytest

from ari_app.passwords import load_passwords
from ari_app.settings import PROJECT_DIR, Settings, SettingsError, child_environment, load_settings


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "hotline.yaml").write_text(text, encoding="utf-8")
    return folder


def _problems(folder: Path, **env: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, env)
    return caught.value.problems


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.sip == ("127.0.0.1", 5060)
    assert settings.web_url == "http://127.0.0.1:8080"
    assert settings.ari_url == "http://127.0.0.1:8088"
    assert settings.trunk_addresses == ("127.0.0.2",)
    assert settings.run_dir == PROJECT_DIR / "var"
    assert settings.recordings_dir == PROJECT_DIR / "var" / "recordings"
    assert settings.database_url == f"sqlite+aiosqlite:///{PROJECT_DIR}/var/hotline.sqlite3"


def test_one_setting_moves_a_whole_copy(tmp_path: Path) -> None:
    first = load_settings(tmp_path, {})
    second = load_settings(tmp_path, {"HOTLINE_PORT_OFFSET": "1000"})
    assert second.sip[1], second.web[1] == (6060, 9080)
    assert second.ari_url == "http://127.0.0.1:9088"
    assert second.run_dir != first.run_dir
    assert second.database_url != first.database_url


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    _write(tmp_path, "heartbeat_limit_s: 5\nwatchdog_s: 20\n")
    settings = load_settings(tmp_path, {"HOTLINE_HEARTBEAT_LIMIT_S": "4"})
    assert (settings.heartbeat_limit_s, settings.watchdog_s) == (4, 20)


def test_the_folder_can_come_from_the_environment(tmp_path: Path) -> None:
    _write(tmp_path, "max_calls: 7\n")
    assert load_settings(env={"HOTLINE_CONFIG": str(tmp_path)}).max_calls == 7


def test_lists_in_the_environment_are_separated_by_commas(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"HOTLINE_TRUNK_ADDRESSES": "127.0.0.2, 10.0.0.0/8"})
    assert settings.trunk_addresses == ("127.0.0.2", "10.0.0.0/8")


def test_the_shipped_file_is_all_comments_or_right() -> None:
    assert isinstance(load_settings(PROJECT_DIR / "config", {}), Settings)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("max_calls: 5\nsip_prt: 5060\n", 2, "sip_prt: no such field. Did you mean 'sip_port'?"),
        ("max_calls: [5\n", 2, "not YAML"),
        ("sip_port: 99999\n", 1, "sip_port: 99999 is more than 65535. Use at most 65535."),
        ("\nmax_calls: many\n", 2, "max_calls: expected a whole number, found the text 'many'"),
        (
            "transport: pigeon\n",
            1,
            "found the text 'pigeon'. Write 'websocket' or 'http'",
        ),
        ("max_calls: 5\nmax_calls: 6\n", 2, "'max_calls' is here twice"),
        ("watchdog_fd: 5\n", 1, "watchdog_fd: cannot be set in a file"),
        ("- 1\n", 1, "expected lines of the form 'setting: value'"),
        ("rtp_port_start: 10000\nrtp_port_end: 10010\n", 1, "too narrow for max_calls=600"),
        ("system_name: duty\n", 1, "begins the ids of calls that we place"),
        ("port_offset: x\n", 1, "port_offset: expected a whole number"),
        ("run_dir: [1]\n", 1, "run_dir: expected a path, found a list"),
        ("max_calls: \xe4\n".encode("latin-1"), 1, "this is not UTF-8 text"),
    ],
)
def test_a_mistake_in_the_file_says_where_and_what(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    file = tmp_path / "hotline.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    problems = _problems(tmp_path)
    assert problems[0].startswith(f"{tmp_path}/hotline.yaml:{line}:")
    assert words in problems[0]


def test_a_mistake_in_the_environment_says_which_variable(tmp_path: Path) -> None:
    (unknown,) = _problems(tmp_path, HOTLINE_PORT_OFFSETS="1")
    assert "HOTLINE_PORT_OFFSETS. Did you mean 'HOTLINE_PORT_OFFSET'?" in unknown
    (wrong,) = _problems(tmp_path, HOTLINE_MAX_CALLS="many")
    assert wrong.startswith("environment: HOTLINE_MAX_CALLS: max_calls: expected a whole")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(_problems(_write(tmp_path, "a: 1\nb: 2\n"), HOTLINE_C="3")) == 3


def test_a_child_loads_the_same_settings(tmp_path: Path) -> None:
    _write(tmp_path / "config", "trunk_addresses: [127.0.0.2, 127.0.0.7]\nmax_calls: 9\n")
    settings = load_settings(
        tmp_path / "config", {"HOTLINE_RUN_DIR": str(tmp_path / "run"), "HOTLINE_PORT_OFFSET": "7"}
    )
    environment = child_environment(settings, HOTLINE_WATCHDOG_FD="5")
    assert environment["PATH"] == os.environ["PATH"]
    assert load_settings(env=environment) == settings.model_copy(update={"watchdog_fd": 5})


def test_a_remote_asterisk_is_told_from_a_program(tmp_path: Path) -> None:
    remote = load_settings(tmp_path, {"HOTLINE_ASTERISK": "http://10.0.0.5:8088/ari/"})
    assert remote.ari_url == "http://10.0.0.5:8088"
    assert load_settings(tmp_path, {"HOTLINE_ASTERISK": "/usr/sbin/asterisk"}).remote_ari is None


def test_passwords_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"HOTLINE_RUN_DIR": str(tmp_path / "var")})
    first = load_passwords(settings, ["1001"])
    second = load_passwords(settings, ["1001", "1002"])
    assert second.ari == first.ari
    assert second.agents["1001"] == first.agents["1001"]
    assert len({first.ari, *second.agents["1001"], second.agents["1002"].sip}) == 4
    assert settings.secrets_file.stat().st_mode & 0o777 == 0o600


def test_the_password_of_a_given_asterisk_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    env = {"HOTLINE_RUN_DIR": str(tmp_path / "var"), "HOTLINE_ARI_PASSWORD_FILE": str(file)}
    settings = load_settings(tmp_path, env)
    with pytest.raises(SettingsError, match="No such file"):
        load_passwords(settings, [])
    file.write_text("open sesame\n")
    assert load_passwords(settings, []).ari == "open sesame"


def test_a_damaged_password_file_is_named(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"HOTLINE_RUN_DIR": str(tmp_path / "var")})
    settings.run_dir.mkdir()
    for text in ("[", "- 1", "agents: 5", "ari: [1]\nagents: {}", "ari: x\nagents: {'1': 5}"):
        settings.secrets_file.write_text(text)
        with pytest.raises(SettingsError, match=r"secrets.yaml:1: .* delete it to make new"):
            load_passwords(settings, [])
