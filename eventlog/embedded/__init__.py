"""A private PostgreSQL that needs no administrator, for bureaus without a database of their own."""

from eventlog.embedded.errors import EmbeddedPostgresError
from eventlog.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
