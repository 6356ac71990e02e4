"""Importing tables: every row becomes the commands it stands for (DESIGN §8)."""
