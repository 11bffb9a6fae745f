"""The studio's files: byte for byte, nothing overwritten unseen, nothing outside the folder."""

import os
from pathlib import Path

import pytest

from ari_app.studio.files import MOST_FILES, FlowFiles, Refused, is_name, sha256_of

TEXT = "# 说明\r\nflow:   main # kept\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "config" / "flows"
    (found / "tests").mkdir(parents=True)
    (found / "main.yaml").write_bytes(TEXT.encode())
    return found


@pytest.fixture
def files(folder: Path) -> FlowFiles:
    return FlowFiles(folder.parent)


def refused(what: str, call, *arguments: object) -> Refused:
    with pytest.raises(Refused) as found:
        call(*arguments)
    assert found.value.fault == what
    return found.value


def test_comments_line_ends_and_a_mark_at_the_head_are_kept(files: FlowFiles, folder: Path):
    (folder / "main.yaml").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    text, seen = files.read("flows", "main.yaml")
    files.write("flows", "main.yaml", text, seen)
    assert (folder / "main.yaml").read_bytes() == b"\xef\xbb\xbf" + TEXT.encode()


def test_who_saves_second_is_told_and_nothing_is_lost(files: FlowFiles, folder: Path):
    _, seen = files.read("flows", "main.yaml")
    (folder / "main.yaml").write_text("flow: by_an_editor\n")
    found = refused("changed_meanwhile", files.write, "flows", "main.yaml", "mine", seen)
    assert found.sha256 == sha256_of(b"flow: by_an_editor\n")
    assert (folder / "main.yaml").read_text() == "flow: by_an_editor\n"
    files.write("flows", "main.yaml", "mine", found.sha256)
    assert (folder / "main.yaml").read_text() == "mine"


def test_a_new_file_never_replaces_one(files: FlowFiles, folder: Path):
    refused("is_there_already", files.write, "flows", "main.yaml", "x", None)
    assert files.write("tests", "new.yaml", "cases: {}\n", None) == sha256_of(b"cases: {}\n")
    assert (folder / "tests" / "new.yaml").read_text() == "cases: {}\n"


def test_others_who_edit_the_folder_may_still_read_what_was_saved(files: FlowFiles, folder: Path):
    before = os.umask(0o077)  # the service's own
    try:
        (folder / "main.yaml").chmod(0o664)
        files.write("flows", "main.yaml", "mine", sha256_of(TEXT.encode()))
        files.write("flows", "new.yaml", "mine", None)
    finally:
        os.umask(before)
    assert (folder / "main.yaml").stat().st_mode & 0o777 == 0o664
    assert (folder / "new.yaml").stat().st_mode & 0o777 == 0o644


def test_a_file_is_renamed_and_deleted_as_it_was_seen(files: FlowFiles, folder: Path):
    seen = sha256_of(TEXT.encode())
    refused("changed_meanwhile", files.rename, "flows", "main.yaml", "b.yaml", "00")
    files.rename("flows", "main.yaml", "b.yaml", seen)
    files.write("flows", "c.yaml", "x", None)
    refused("is_there_already", files.rename, "flows", "b.yaml", "c.yaml", seen)
    refused("changed_meanwhile", files.delete, "flows", "b.yaml", "00")
    files.delete("flows", "b.yaml", seen)
    refused("no_such_file", files.delete, "flows", "b.yaml", seen)
    assert [one.name for one in files.listed()] == ["c.yaml"]


@pytest.mark.parametrize(
    "name",
    [
        "../agents.yaml", "..", "a/b.yaml", "/etc/passwd", ".hidden.yaml", ".yaml", "a.yml", "a",
        "a\x00.yaml", "a\n.yaml", "..\\a.yaml", "-rf.yaml", "x" * 120 + ".yaml", "\udcff.yaml", "",
    ],
)  # fmt: skip
def test_a_name_leads_nowhere_else(files: FlowFiles, name: str):
    assert not is_name(name)
    refused("bad_name", files.read, "flows", name)
    refused("bad_name", files.write, "flows", name, "x", None)
    refused("bad_name", files.rename, "flows", "main.yaml", name, sha256_of(TEXT.encode()))


def test_chinese_names_are_names():
    assert is_name("社保.yaml")


def test_a_link_is_read_but_never_written_through(files: FlowFiles, folder: Path, tmp_path: Path):
    outside = tmp_path / "outside.yaml"
    outside.write_text("flow: outside\n")
    (folder / "link.yaml").symlink_to(outside)
    _, seen = files.read("flows", "link.yaml")
    refused("no_plain_file", files.write, "flows", "link.yaml", "x", seen)
    refused("no_plain_file", files.delete, "flows", "link.yaml", seen)
    assert outside.read_text() == "flow: outside\n"


def test_what_is_no_text_or_too_large_is_not_opened_but_listed(files: FlowFiles, folder: Path):
    (folder / "bytes.yaml").write_bytes(b"flow: \xff\xfe")
    (folder / "large.yaml").write_bytes(b"#" * (256 * 1024 + 1))
    (folder / "folder.yaml").mkdir()
    refused("no_text", files.read, "flows", "bytes.yaml")
    refused("too_large", files.read, "flows", "large.yaml")
    refused("too_large", files.write, "flows", "new.yaml", "中" * 100_000, None)
    refused("no_such_file", files.read, "flows", "folder.yaml")
    assert {one.name for one in files.listed()} == {"main.yaml", "bytes.yaml", "large.yaml"}


def test_a_folder_takes_so_many_files_and_no_more(files: FlowFiles, folder: Path):
    for number in range(MOST_FILES - 1):
        (folder / f"f{number}.yaml").touch()
    refused("too_many_files", files.write, "flows", "one_more.yaml", "x", None)
