"""Where a database says which version of the schema it has."""

VERSION_TABLE = "schema_version"
VERSIONS = ("0001", "0002", "0003", "0004")
"""Every version, oldest first; the last is the one this program works with."""
HEAD = VERSIONS[-1]
ROOM = {"0001": 0.0, "0002": 0.6, "0003": 0.0, "0004": 0.0}
"""Free space that an upgrade to a version needs, as a part of the database's size."""
