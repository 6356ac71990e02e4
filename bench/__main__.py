"""``python -m bench [append|growth|rebuild|visible ...] [--quick] [--ten-million]``.

A full run writes its figures to bench/RESULTS.md; a quick one only prints them, for they say no
more than that everything runs. ``--database-url`` names a superuser on a server of your own instead
of the embedded one; databases and schemas whose names begin with ``bench_`` are dropped there.
"""

import argparse
from collections.abc import Callable

from bench import append, growth, rebuild, visible
from bench.contest import Contest, say
from bench.machine import describe
from bench.report import Section, write
from bench.server import pgbench, server

MEASURES: dict[str, Callable[[Contest], Section]] = {
    "append": append.measure,
    "growth": growth.measure,
    "rebuild": rebuild.measure,
    "visible": visible.measure,
}


def main() -> None:
    """Read the arguments, run what they name."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="under two minutes, prints only")
    parser.add_argument("--ten-million", action="store_true", help="growth up to 10,000,000")
    parser.add_argument("--database-url", help="a superuser's address on your own server")
    given = parser.parse_args()
    unknown = set(given.measures) - set(MEASURES)
    if unknown:
        parser.error(
            f"no such measure: {', '.join(sorted(unknown))}; there is {', '.join(MEASURES)}"
        )
    names = given.measures or list(MEASURES)
    if given.database_url:
        _run(given.database_url, names, quick=given.quick, ten_million=given.ten_million)
    else:
        with server() as conninfo:
            _run(conninfo, names, quick=given.quick, ten_million=given.ten_million)


def _run(conninfo: str, names: list[str], *, quick: bool, ten_million: bool) -> None:
    contest = Contest(conninfo, pgbench(), quick=quick, ten_million=ten_million)
    head = describe(conninfo)
    for name in names:
        say(f"measuring {name}")
        section = MEASURES[name](contest)
        print(section.markdown() + "\n", flush=True)
        if not quick:
            write(head, section)


if __name__ == "__main__":
    main()
