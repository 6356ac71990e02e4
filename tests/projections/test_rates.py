"""The three rates of SPEC §4.2: expected figures worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database import TestDatabase
from tests.projections.rated import RatedBureau, figures, rating, worked_example


@pytest.fixture
def rated(database: TestDatabase) -> Iterator[RatedBureau]:
    with rating(database) as found:
        yield found


def test_the_worked_example_of_the_spec(rated: RatedBureau) -> None:
    worked_example(rated)
    row = rated.row()
    assert row["group"] is None
    assert row["projects"] == 4
    assert row["performance"] == {
        "by": "count",
        "numerator": "3",
        "denominator": "4",
        "fraction": "3/4",
        "percent": "75",
        "printed": "75%",
        "amount": {
            "by": "amount",
            "numerator": "60000.00",
            "denominator": "100000.00",
            "fraction": "3/5",
            "percent": "60",
            "printed": "60%",
        },
    }
    assert figures(row["fund_arrival"]) == ("14000.00", "100000.00", "7/50", "14%")
    assert figures(row["fund_arrival"]["count"]) == ("2", "4", "1/2", "50%")
    assert figures(row["commencement"]) == ("2", "4", "1/2", "50%")
    assert figures(row["commencement"]["amount"]) == ("30000.00", "100000.00", "3/10", "30%")
    # a produces; a and c have companies.
    assert figures(row["production"]) == ("1", "4", "1/4", "25%")
    assert figures(row["commencement_or_production"]) == ("2", "4", "1/2", "50%")
    assert figures(row["landing"]) == ("2", "4", "1/2", "50%")
    assert figures(row["recognition"]) == ("14000.00", "14000.00", "1/1", "100%")
