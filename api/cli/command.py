"""`yinzheng command NAME`: give one command, by options or as JSON, straight to the record."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer

from api.bodies import command_class, read_command
from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from domain.model.command import Command
from eventlog.registrar import Answer, Verdict, shanghai_today

BODY = "-"
Said = dict[str, Any]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(command)


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="操作名，如 register-unit · the command's name")],
    account: Annotated[str, typer.Option(help="记录账号 · the account that records")],
    body: Annotated[
        str | None,
        typer.Option(help="JSON 文件，- 为标准输入 · a JSON file, - for standard input"),
    ] = None,
    key: Annotated[
        UUID | None, typer.Option(help="操作的 uuid，重试时沿用 · uuid, kept on retries")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只判断 · decide only")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """执行一项操作 · Give one command.

    Its fields are options: --unit-id u1 --name 河东乡; parts of a field with a dot:
    --investor.country CN; JSON where a field is neither text nor a date; repeated for lists.
    The business date is today unless --occurred-on says otherwise.
    """
    quiet()
    kind = command_class(name)
    said = {**_file(body), **_options(kind, context.args)}
    said.setdefault("occurred_on", shanghai_today().isoformat())
    wanted = read_command(kind, json.dumps(said).encode())
    with opened(settings(data)) as jurisdiction:
        if dry_run:
            _tell_verdict(jurisdiction.dry_run(wanted, account, key or uuid4()), as_json=as_json)
        else:
            _tell_answer(jurisdiction.execute(wanted, account, key or uuid4()), as_json=as_json)


def _file(body: str | None) -> Said:
    if body is None:
        return {}
    try:
        text = sys.stdin.read() if body == BODY else Path(body).read_text("utf-8")
        said = json.loads(text)
    except (OSError, ValueError) as error:
        raise Stopped(
            Exit.USAGE,
            f"读不到 JSON：{body}（{error}）",
            f"no JSON could be read from {body}: {error}",
        ) from error
    if not isinstance(said, dict):
        raise Stopped(Exit.USAGE, "须为 JSON 对象", "it must be a JSON object")
    return said


def _options(kind: type[Command], arguments: list[str]) -> Said:
    """The fields that options spell out: `--a.b value`, `--a.b=value`."""
    said: Said = {}
    schema = kind.model_json_schema(by_alias=True)
    waiting = list(arguments)
    while waiting:
        option = waiting.pop(0)
        if not option.startswith("--"):
            raise Stopped(Exit.USAGE, f"多余的参数 {option!r}", f"{option!r} is not expected here")
        name, equals, value = option[2:].partition("=")
        if not equals:
            if not waiting:
                raise Stopped(Exit.USAGE, f"{option} 缺少值", f"{option} needs a value")
            value = waiting.pop(0)
        _put(said, name.replace("-", "_").split("."), value, schema, schema)
    return said


def _put(said: Said, path: list[str], value: str, schema: Said, root: Said) -> None:
    field, *rest = path
    own = _resolved(schema, root).get("properties", {}).get(field, {})
    if rest:
        inner = said.setdefault(field, {})
        if isinstance(inner, dict):
            _put(inner, rest, value, own, root)
        return
    kinds = _kinds(own, root)
    read = value if "string" in kinds or not kinds else _json(field, value, kinds)
    if "array" in kinds and not isinstance(read, list):
        said.setdefault(field, []).append(read)
    else:
        said[field] = read


def _resolved(schema: Said, root: Said) -> Said:
    """A schema with its reference followed; of several, the one that is an object."""
    if "$ref" in schema:
        return _resolved(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for option in schema.get("anyOf", ()):
        if (found := _resolved(option, root)).get("properties"):
            return found
    return schema


def _kinds(schema: Said, root: Said) -> set[str]:
    """The JSON types that a field takes."""
    if "$ref" in schema:
        return _kinds(_resolved(schema, root), root)
    if "anyOf" in schema:
        return set().union(*(_kinds(option, root) for option in schema["anyOf"]))
    if "type" in schema:
        return {schema["type"]}
    return {"string"} if "enum" in schema or "const" in schema else set()


def _json(field: str, value: str, kinds: set[str]) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        if "array" in kinds:
            return value
        wanted = "、".join(sorted(kinds - {"null"}))
        raise Stopped(
            Exit.USAGE,
            f"--{field} 须为 JSON（{wanted}），收到 {value!r}",
            f"--{field} takes JSON ({wanted}), not {value!r}",
        ) from None


def _tell_answer(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        said = asdict(answer)
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    if answer.replayed:
        typer.echo("此前已记录 · recorded before")
    for event in answer.events:
        typer.echo(f"{event.position}  {event.type}  {event.leaf}")
    for name, value in answer.ids.items():
        typer.echo(f"{name} = {value}")
    _tell_warnings(answer.warnings)


def _tell_verdict(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"dry_run": True, **asdict(verdict)}, ensure_ascii=False))
        return
    typer.echo("可以记录，尚未记录 · would be recorded; nothing was")
    for event in verdict.events:
        typer.echo(f"{event['type']}  {event['zh']} · {event['en']}")
    _tell_warnings(verdict.warnings)


def _tell_warnings(warnings: list[dict[str, str]]) -> None:
    for warning in warnings:
        typer.echo(f"注意 note [{warning['rule']}] {warning['zh']} · {warning['en']}", err=True)
