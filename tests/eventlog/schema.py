"""A schema in words, one line per thing that a migration can make, to compare with the pinned one."""

from __future__ import annotations

import hashlib
from typing import Any, LiteralString

import psycopg

QUERIES: tuple[LiteralString, ...] = (
    (
        "select 'relation', relname, relkind::text, reloptions::text, relowner = %(owner)s::regrole "
        "from pg_class where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'v')"
    ),
    (
        "select 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "coalesce(l.collname, ''), coalesce(pg_get_expr(d.adbin, d.adrelid), '') "
        "from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum) "
        "left join pg_collation l on l.oid = a.attcollation "
        "where c.relnamespace = %(schema)s::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0"
    ),
    (
        "select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
        "from pg_constraint where connamespace = %(schema)s::regnamespace and contype <> 'n'"
    ),
    "select 'index', indexname, indexdef from pg_indexes where schemaname = %(schema)s",
    "select 'view', viewname, definition from pg_views where schemaname = %(schema)s",
    (
        "select 'trigger', tgrelid::regclass::text, tgenabled::text, pg_get_triggerdef(t.oid) "
        "from pg_trigger t join pg_class c on c.oid = t.tgrelid "
        "where c.relnamespace = %(schema)s::regnamespace and not tgisinternal"
    ),
    (
        "select 'function', oid::regprocedure::text, prosecdef, provolatile::text, proconfig::text, "
        "prosrc from pg_proc where pronamespace = %(schema)s::regnamespace"
    ),
    (
        "select 'right', relname, privilege_type from pg_class c, aclexplode(c.relacl) a "
        "where c.relnamespace = %(schema)s::regnamespace and a.grantee = %(service)s::regrole"
    ),
    (
        "select 'right', p.oid::regprocedure::text, privilege_type "
        "from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        "where p.pronamespace = %(schema)s::regnamespace "
        "and a.grantee in (0, %(service)s::regrole)"
    ),
    (
        "select 'right', 'schema', privilege_type from pg_namespace n, aclexplode(n.nspacl) a "
        "where n.nspname = %(schema)s and a.grantee = %(service)s::regrole"
    ),
)


def described(conninfo: str, schema: str) -> list[str]:
    """Every relation, column, constraint, index, trigger, function and right of a schema, sorted.

    Long texts (the bodies of views and functions) stand as their hash.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        names = {
            "schema": schema,
            "service": f"{schema}_service",
            "owner": connection.info.user,
        }
        rows = [row for query in QUERIES for row in connection.execute(query, names).fetchall()]
    return sorted(" | ".join(_text(value, schema) for value in row) for row in rows)


def _text(value: Any, schema: str) -> str:
    text = str(value).replace(f'"{schema}"', "SCHEMA").replace(schema, "SCHEMA")
    if "\n" in text:
        text = f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return text
