"""The built pages themselves: their size, what they load, and that their texts are complete."""

import ast
import gzip
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from ari_app.reports import report, units
from ari_app.reports.show import as_text
from ari_app.web.bundle import SOURCES, STATIC
from ari_app.web.pages import PAGES
from ari_app.web.problems import Problem

LIMIT_BYTES = {"desk": 350_000}
OTHERS_LIMIT_BYTES = 500_000
ALL_PAGES = ("sign_in", *PAGES)
SOURCE_FILES = [
    path for path in sorted((SOURCES / "src").rglob("*")) if path.suffix in (".ts", ".tsx")
]
LINE_LIMIT = 450
ENGLISH_ONLY = ("refusals", "definitions")
"""What the service itself says in Chinese."""


def loaded(page: str) -> list[Path]:
    """At once or later."""
    built = json.loads((STATIC / "built.json").read_text())["pages"][page]
    names = (*built["scripts"], *built["styles"], *built["later"])
    return [STATIC / "assets" / name for name in names]


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_page_is_small_enough(page: str) -> None:
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in loaded(page))
    assert size < LIMIT_BYTES.get(page, OTHERS_LIMIT_BYTES), f"{page}: {size} bytes gzipped"


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_page_loads_only_files_of_ours_and_has_nothing_inline(page: str) -> None:
    text = (STATIC / f"{page}.html").read_text(encoding="utf-8")
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert addresses
    for address in addresses:
        assert (STATIC / address.removeprefix("/")).is_file(), address
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text)


@pytest.mark.parametrize("file", SOURCE_FILES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_sources_show_text_only_as_text_and_are_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for banned in (
        "dangerouslySetInnerHTML", "innerHTML", "outerHTML", "insertAdjacentHTML",
        "document.write", "eval(", "new Function", "javascript:", "setTimeout('",
    ):  # fmt: skip
        assert banned not in text, f"{file}: {banned}"
    assert len(text.splitlines()) <= LINE_LIMIT, f"{file}: split it"


def _chinese(text: str) -> Iterator[str]:
    without_comments = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    yield from re.findall(r"[\u4e00-\u9fff]+", without_comments)


@pytest.mark.parametrize("file", SOURCE_FILES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_texts_stand_in_the_catalogues_alone(file: Path) -> None:
    if "texts" in file.parts or file.name == "header.tsx":  # each language names itself
        return
    assert list(_chinese(file.read_text(encoding="utf-8"))) == []


def keys(language: str) -> dict[str, set[str]]:
    folder = SOURCES / "src" / "shared" / "texts" / language
    return {
        file.stem: set(re.findall(r"^  (\w+):", file.read_text(encoding="utf-8"), re.M))
        for file in folder.glob("*.ts")
        if file.stem not in ENGLISH_ONLY
    }


def test_both_languages_have_the_same_texts() -> None:
    """The compiler says so too; this needs none."""
    assert keys("zh") == keys("en")


def test_each_key_that_is_asked_for_is_there() -> None:
    known = {f"{area}.{key}" for area, names in keys("zh").items() for key in names}
    for file in SOURCE_FILES:
        if "texts" not in file.parts:
            for key in re.findall(r"\bt\(\"([\w.]+)\"", file.read_text(encoding="utf-8")):
                assert key in known, f"{file}: {key}"


def test_each_figure_of_the_reports_is_defined_in_english_too() -> None:
    texts = (SOURCES / "src/shared/texts/en/definitions.ts").read_text(encoding="utf-8")
    defined = set(re.findall(r"^  (\w+): \[", texts, re.M))
    assert {name for names in report.FIGURES.values() for name in names} <= defined
    assert set(units.FIGURES) <= defined


def test_each_figure_is_a_share_in_the_pages_as_it_is_in_a_terminal() -> None:
    text = (SOURCES / "src/shared/figures.ts").read_text(encoding="utf-8")
    shares = re.findall(r"^const SHARES = /(.+)/;$", text, re.M)[0]
    names = {*units.FIGURES, *(name for names in report.FIGURES.values() for name in names)}
    in_the_pages = {name for name in names if re.search(shares, name)}
    assert in_the_pages == {name for name in names if as_text(name, 0.5).endswith("%")}


REFUSING = ("Problem", "Refusal", "Refuse", "Refused", "_no", "_unknown")
"""What is called with a refusal's code as its first or second argument, or as ``code``."""
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def said_in_english() -> set[str]:
    texts = (SOURCES / "src/shared/texts/en/refusals.ts").read_text(encoding="utf-8")
    return set(re.findall(r"^  (\w+):", texts, re.M))


def refused_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            code = [one.value for one in node.keywords if one.arg == "code"]
            for one in (*node.args[:2], *code) if node.func.id in REFUSING else ():
                if isinstance(one, ast.Constant) and CODE.fullmatch(str(one.value)):
                    yield str(one.value)


def test_what_the_service_refuses_is_said_in_english_too() -> None:
    program = SOURCES.parents[1]
    sources = [file for file in program.rglob("*.py") if "node_modules" not in file.parts]
    named = {code for file in sources for code in refused_in(file)}
    assert {"key_used", "no_such_number", "changed_meanwhile"} < named
    assert len(named) > 120
    assert named - said_in_english() == set()


def test_each_status_without_a_code_of_its_own_is_said_in_english_too() -> None:
    assert {Problem(status).code for status in HTTPStatus} <= said_in_english()
