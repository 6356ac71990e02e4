"""What it adds up to: facts and figures rebuilt from the record."""
