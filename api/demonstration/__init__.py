"""The demonstration: one campaign of 2009 and one worked example, told through ordinary commands."""
