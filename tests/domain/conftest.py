"""Generated examples take as long as the machine needs: a busy one must not fail a property."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
