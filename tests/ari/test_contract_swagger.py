"""Every operation we know, against the Swagger files that the Asterisk in use ships."""

import json
from functools import cache
from typing import Any

import pytest
from real_asterisk import SWAGGER

from ari_app.ari.operations import OPERATIONS, Operation

pytestmark = pytest.mark.asterisk


@cache
def shipped(resource: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Nickname -> (path, operation) of one resource."""
    described = json.loads((SWAGGER / f"{resource}.json").read_text())
    return {
        operation["nickname"]: (api["path"], operation)
        for api in described["apis"]
        for operation in api["operations"]
    }


def parameters(operation: Operation, place: str) -> set[str]:
    resource, nickname = operation.name.split(".")
    described = shipped(resource)[nickname][1].get("parameters", [])
    return {item["name"] for item in described if item["paramType"] == place}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_operation_is_as_asterisk_describes_it(operation: Operation) -> None:
    resource, nickname = operation.name.split(".")
    path, described = shipped(resource)[nickname]
    assert (operation.method, operation.path) == (described["httpMethod"], path)
    in_path = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert in_path == parameters(operation, "path")
    assert set(operation.query) <= parameters(operation, "query")
    assert {operation.body} - {""} <= parameters(operation, "body")
    required = {item["name"] for item in described.get("parameters", []) if item.get("required")}
    assert required <= in_path | set(operation.query) | {operation.body}


def test_listing_channels_is_not_among_them() -> None:
    assert "list" in shipped("channels")
    assert "channels.list" not in OPERATIONS
