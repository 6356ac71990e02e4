"""What every route asks for first: the jurisdiction that this process serves."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.jurisdiction import Jurisdiction


def jurisdiction_of(request: Request) -> Jurisdiction:
    """The jurisdiction this process serves."""
    served: Jurisdiction = request.app.state.jurisdiction
    return served


Served = Annotated[Jurisdiction, Depends(jurisdiction_of)]
"""A route parameter: the jurisdiction that is asked."""
