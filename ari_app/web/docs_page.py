"""The API description as a page that reads well, made from the OpenAPI document alone.

Plain HTML in one piece: no script, no font, no other host.
"""

from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;
margin:2rem auto;padding:0 1rem}h2{margin-top:2.5rem;border-bottom:1px solid}code{font-size:.95em}
article{margin:1.2rem 0;padding:.6rem 1rem;border-left:4px solid #4a7db8}h3{margin:.2rem 0}
table{border-collapse:collapse;margin:.5rem 0}td,th{text-align:left;padding:.15rem .9rem .15rem 0;
vertical-align:top}b{display:inline-block;min-width:3.5em}p{margin:.3rem 0}
"""


def page(document: dict[str, Any]) -> str:
    info = document["info"]
    sections = "".join(_section(tag, items) for tag, items in _by_tag(document).items())
    schemas = document["components"]["schemas"]
    shapes = "".join(_shape(name, schema) for name, schema in schemas.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}'
        f"</title><style>{_STYLE}</style><h1>{escape(info['title'])}</h1>"
        f"<p>{_text(info['description'])}</p>{sections}<h2>Shapes</h2>{shapes}</html>"
    )


def _by_tag(document: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            found.setdefault(operation["tags"][0], []).append(_article(method, path, operation))
    return found


def _section(tag: str, articles: list[str]) -> str:
    return f"<section><h2>{escape(tag)}</h2>{''.join(articles)}</section>"


def _article(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"<p>{escape(operation['summary'])}. {_text(operation.get('description', ''))}</p>"]
    body = operation.get("requestBody")
    if body:
        lines.append(f"<p>Send: {_content(body['content'])}</p>")
    if operation["parameters"]:
        lines.append(f"<p>Parameters: {', '.join(map(_parameter, operation['parameters']))}</p>")
    answers = (
        f"<tr><td>{status}</td><td>{escape(answer['description'])}</td>"
        f"<td>{_content(answer.get('content', {}))}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    lines.append(f"<table>{''.join(answers)}</table>")
    heading = f"<h3><b>{method.upper()}</b> <code>{escape(path)}</code></h3>"
    return f"<article>{heading}{''.join(lines)}</article>"


def _content(content: dict[str, Any]) -> str:
    return ", ".join(_kind(each["schema"]) for each in content.values())


def _parameter(parameter: dict[str, Any]) -> str:
    return f"<code>{escape(parameter['name'])}</code> ({_kind(parameter['schema'])})"


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_kind(of)}"
        f"{'' if field in required else ', optional'}</td>"
        f"<td>{_text(of.get('description', ''))}</td></tr>"
        for field, of in schema.get("properties", {}).items()
    )
    about = _text(schema.get("description", ""))
    heading = f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    return f"<article>{heading}<p>{about}</p><table>{rows}</table></article>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return escape(str(schema.get("type", "anything")))


def _text(text: str) -> str:
    """Escaped, with `code` marked."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
