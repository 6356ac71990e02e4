"""Tables of medians, aims beside them, and the file they are written to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Aim:
    """One line of DESIGN §10 with what was measured; ``ratio`` of 1 or more means it is met."""

    text: str
    measured: str
    ratio: float

    def line(self) -> str:
        if self.ratio >= 1:
            return f"- met: {self.text}: {self.measured}"
        return f"- **missed by {1 - self.ratio:.0%}**: {self.text}: {self.measured}"


@dataclass(slots=True)
class Section:
    """What one measure found, ready to be printed."""

    name: str
    title: str
    how: str
    tables: list[tuple[Sequence[str], list[Sequence[str]]]] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        parts = [f"## {self.title}", self.how]
        parts += [_table(head, rows) for head, rows in self.tables]
        if self.aims:
            parts.append("\n".join(aim.line() for aim in self.aims))
        parts += self.remarks
        return "\n\n".join(parts)


def write(head: str, section: Section, path: Path = RESULTS) -> None:
    """Put a section into the results file in place of its last one; keep everything else.

    The file's hand-written part stands below the measured sections and is never touched.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for name, body in (("machine", head), (section.name, section.markdown())):
        block = f"<!-- {name} -->\n{body}\n<!-- end {name} -->"
        found = re.search(rf"<!-- {name} -->.*?<!-- end {name} -->", text, re.DOTALL)
        if found:
            text = text[: found.start()] + block + text[found.end() :]
        else:
            text = f"{text.rstrip()}\n\n{block}\n".lstrip()
    path.write_text(text, encoding="utf-8")


def number(value: float) -> str:
    """Print a rate or a count with a thousands separator, small values with two decimals."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])
