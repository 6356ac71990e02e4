"""The contenders: our own recorder and those it is measured against."""
