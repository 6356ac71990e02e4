"""Tests on data that lies beside the project in `../shared`; collected only where it is there."""
