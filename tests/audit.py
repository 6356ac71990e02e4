"""Every invariant of a log, held at the end of every database test (MODELS, habit 2)."""

from itertools import islice

from eventlog.audit import audit


def check_log(conninfo: str, *, with_meaning: bool = True) -> None:
    """Assert that the record at an address is in order; name what is not."""
    faults = list(islice(audit(conninfo, with_meaning=with_meaning), 20))
    assert not faults, "\n".join(map(str, faults))
