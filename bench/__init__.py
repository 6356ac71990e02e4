"""Benchmarks of the record beside its peers; run with ``python -m bench``.

Nothing here is imported by the product or by the tests, and no test times anything.
"""
