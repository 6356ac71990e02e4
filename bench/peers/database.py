"""A database of its own for each peer: both stock and emmett insist on the schema ``public``."""

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


def fresh(conninfo: str, name: str) -> str:
    """Drop and create database ``name`` on the server; return the address that leads there."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        named = sql.Identifier(name)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(named))
        connection.execute(sql.SQL("create database {}").format(named))
    return make_conninfo(conninfo, dbname=name)
