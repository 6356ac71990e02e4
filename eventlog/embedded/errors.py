"""What the embedded server can fail with."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says what would be needed instead.

    `chinese` and `english` say the same; `str()` prints both, one under the other.
    """

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
