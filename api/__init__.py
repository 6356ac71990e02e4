"""The way in: HTTP, command line, settings and composition."""
