"""``hotline check``: a broken configuration says where, and what to write instead."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ari_app.cli.check import check
from tests.cli.conftest import Run

Change = Callable[[Path], None]


def edit(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


def write(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content) and None


def remove(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


BROKEN = [
    (
        edit("agents.yaml", "queues: [general, urgent]", "queues: [generl]"),
        "agents.yaml:5:",
        "E302 agents.1001.queues: there is no queue 'generl'. Did you mean 'general'?",
    ),
    (
        edit("agents.yaml", "skills: {zh: 5}", "skills: {zz: 5}"),
        "agents.yaml:5:",
        "E303 agents.1001.skills: there is no skill 'zz'.",
    ),
    (
        edit("agents.yaml", "skills: {zh: 5}", "skills: {zh: 6}"),
        "agents.yaml:5:",
        "6 is more",
    ),
    (edit("agents.yaml", '"1001"', '"x1"'), "agents.yaml:5:3:", "is not an agent's number"),
    (edit("agents.yaml", "queues: [general", "queues: [General"), "agents.yaml:5:", "not a name"),
    (
        edit("agents.yaml", "phone: {register: true}", "phone: {contact: 10.0.0.5}"),
        "agents.yaml:6:",
        "E206 agents.1002.phone.contact: '10.0.0.5' is not a phone's address. Write it like sip:",
    ),
    (edit("agents.yaml", '"1002"', '"1001"'), "agents.yaml:6:", "'1001' is here twice"),
    (edit("agents.yaml", "name: 王敏", "nmae: 王敏"), "agents.yaml:5:", "Did you mean 'name'?"),
    (edit("agents.yaml", "agents:\n", "agents: &all\n"), "agents.yaml:4:", "anchors and aliases"),
    (edit("queues.yaml", "ring_s: 20", "ring_s: 0"), "queues.yaml:3:", "0 is less than 1."),
    (edit("queues.yaml", "wrap_up_s: 30", "wrap_up: 30"), "queues.yaml:3:", "Did you mean 'wrap_"),
    (
        edit("modes.yaml", "greeting: emergency_notice", "greeting: emergency_notize"),
        "modes.yaml:6:",
        "E304 modes.typhoon.greeting: there is no prompt 'emergency_notize'. Did you mean",
    ),
    (
        edit("modes.yaml", "{urgent: [general], ", "{urgent: [generl], "),
        "modes.yaml:9:",
        "E302 modes.typhoon.pools: there is no queue 'generl'. Did you mean 'general'?",
    ),
    (edit("modes.yaml", "{urgent: 600}", "{urgent: 901}"), "modes.yaml:8:", "901 is more than 900"),
    (edit("queues.yaml", "work_limit_s: 14400", "work_limit_s: 30"), "queues.yaml:", "too short"),
    (
        edit("agents.yaml", ", phone: {register: true}", ""),
        "agents.yaml:",
        "has neither a phone nor a seat. Add 'seats'.",
    ),
    (
        edit("queues.yaml", "ring_s: 20", "steps: [{after_s: 9, queues: [generl]}]"),
        "queues.yaml:3:",
        "E302 queues.general.steps.0.queues: there is no queue 'generl'.",
    ),
    (
        edit("queues.yaml", "ring_s: 20", "steps: [{after_s: 9, needs: {zz: 1}}]"),
        "queues.yaml:3:",
        "E303 queues.general.steps.0.skills: there is no skill 'zz'.",
    ),
    (
        edit("queues.yaml", "ring_s: 20", "steps: [{after_s: 9, interpreter: nobody}]"),
        "queues.yaml:3:",
        "E311 queues.general.steps.0.numbers: there is no number 'nobody'.",
    ),
    (
        edit("queues.yaml", "ring_s: 20", "strategy: longest_idl"),
        "queues.yaml:3:",
        "Write 'longest_idle', 'least_occupied', 'most_skilled' or 'ordered'.",
    ),
    (
        edit("flows/main.yaml", "1: mandarin", "1: mandrin"),
        "flows/main.yaml:",
        "there is no node 'mandrin'. Did you mean 'mandarin'?",
    ),
    (
        edit("flows/main.yaml", "queue: enterprise", "queue: enterprse"),
        "flows/main.yaml:",
        "queue: there is no queue 'enterprse'. Did you mean 'enterprise'?",
    ),
    (
        edit("flows/main.yaml", "needs: {ja: 1}", "needs: {jp: 1}"),
        "flows/main.yaml:",
        "E303 nodes.japanese_desk.needs.jp: there is no skill 'jp'.",
    ),
    (
        edit("flows/main.yaml", "say: [wrong_key]", "say: [wrong_kye]"),
        "flows/main.yaml:",
        "there is no prompt 'wrong_kye'. Did you mean 'wrong_key'?",
    ),
    (edit("flows/main.yaml", "tries: 3", "tries: many"), "flows/main.yaml:", "expected a whole"),
    (edit("flows/main.yaml", "nodes:", "nodes: ["), "flows/main.yaml:", "E101 not YAML"),
    (write("flows/main.yaml", b""), "flows/main.yaml:1:1:", "the file is empty."),
    (
        write("queues.yaml", "技能".encode("gbk")),
        "queues.yaml:1:1:",
        "E101 this is not UTF-8",
    ),
    (write("agents.yaml", b"a: 1\0"), "agents.yaml:1:", "not printable text"),
    (write("agents.yaml", b"#" * 300_000), "agents.yaml:1:1:", "larger than 256 KB"),
    (write("agents.yaml", b"[" * 5000), "agents.yaml:1:", "more than 20 levels deep"),
    (remove("flows/main.yaml"), "flows/duty.yaml:1:1:", "E316 there is no tree 'main'"),
    (remove("agents.yaml"), "agents.yaml:1:1:", "E100 the file is missing."),
    (remove("prompts/prompts.yaml"), "prompts/prompts.yaml:1:1:", "E100 the file is missing."),
    (
        edit("prompts/prompts.yaml", "fallback:", "falback:"),
        "prompts/prompts.yaml:",
        "Did you mean 'fallback'?",
    ),
    (
        edit("prompts/prompts.yaml", "  menu_urgent:", "  menu_brand_new:"),
        "flows/main.yaml:",
        "there is no prompt 'menu_urgent'.",
    ),
    (write("hotline.yaml", b"sip_prot: 1\n"), "hotline.yaml:1:1:", "Did you mean 'sip_port'?"),
    (
        write("hotline.yaml", b"max_calls: no\n"),
        "hotline.yaml:1:12:",
        "max_calls: expected a whole",
    ),
    (write("hotline.yaml", b"{"), "hotline.yaml:", "E101 not YAML"),
]


@pytest.mark.parametrize(("change", "place", "message"), BROKEN)
def test_a_broken_file_is_told_with_its_place_and_a_remedy(
    config: Path, capsys: pytest.CaptureFixture[str], change: Change, place: str, message: str
):
    change(config)
    assert check(config, as_json=False) == 1
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"{config}/{place}") and message in line for line in lines), lines
    assert not any("Traceback" in line or "pydantic" in line for line in lines)


@pytest.mark.parametrize("change", [case[0] for case in BROKEN])
def test_json_has_the_same_faults_for_machines(
    config: Path, capsys: pytest.CaptureFixture[str], change: Change
):
    change(config)
    assert check(config, as_json=True) == 1
    rows = json.loads(capsys.readouterr().out)
    fields = {"file", "line", "col", "code", "message", "hint", "level"}
    assert all(set(row) == fields and row["line"] >= 1 for row in rows)
    assert any(row["level"] == "error" and row["code"].startswith("E") for row in rows)


def test_every_fault_of_several_files_is_told_at_once(
    config: Path, capsys: pytest.CaptureFixture[str]
):
    edit("queues.yaml", "ring_s: 20", "ring_s: 0")(config)
    edit("agents.yaml", "name: 王敏", "nmae: 王敏")(config)
    edit("prompts/prompts.yaml", "fallback:", "falback:")(config)
    check(config, as_json=False)
    told = capsys.readouterr().err
    assert all(name in told for name in ("queues.yaml", "agents.yaml", "prompts.yaml"))


def test_warnings_stop_nothing(config: Path, capsys: pytest.CaptureFixture[str]):
    edit("agents.yaml", "skills: {zh: 5, ja: 4}", "skills: {zh: 5}")(config)
    edit("queues.yaml", "ring_s: 20", "sites: [moon]")(config)
    assert check(config, as_json=False) == 0
    told = capsys.readouterr()
    assert "W303 no agent has the skill 'ja'" in told.out
    assert "W304 no agent belongs to the site 'moon'" in told.out
    assert re.search(r"W502 yue: \d+ prompts have no recording, callers hear zh_CN\.", told.out)
    assert told.err == ""


def test_a_prompt_that_nobody_can_hear_is_an_error_and_not_a_warning(
    config: Path, capsys: pytest.CaptureFixture[str]
):
    (config / "prompts" / "zh_CN").unlink()
    assert check(config, as_json=False) == 1
    assert "E503" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert check(tmp_path / "nowhere", as_json=False) == 1
    assert (
        "E100 the file is missing. Restore it, or name another --config." in capsys.readouterr().err
    )


def test_the_shipped_configuration_is_fit_for_service(hotline: Run):
    done = hotline("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors" in done.stdout


def test_the_command_says_a_wrong_variable_and_its_own_name(hotline: Run):
    done = hotline("check", HOTLINE_PORT_OFSET="1")
    assert done.returncode == 1
    assert "HOTLINE_PORT_OFSET. Did you mean 'HOTLINE_PORT_OFFSET'?" in done.stderr


def test_the_service_does_not_start_on_what_check_refuses(hotline: Run, config: Path):
    BROKEN[0][0](config)
    done = hotline("serve")
    assert done.returncode == 78
    assert "agents.yaml:5:" in done.stderr
    assert "Traceback" not in done.stderr
