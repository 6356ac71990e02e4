"""What did happen: the append-only record in PostgreSQL and everything that proves it."""
