"""Where a database says which version of the schema it has."""

VERSION_TABLE = "schema_version"
VERSIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every version, oldest first; the last is the one this program works with."""
HEAD = VERSIONS[-1]
ROOM = {"0001": 0.0, "0002": 0.6, "0003": 0.0, "0004": 0.0, "0005": 0.5}
"""Free space that an upgrade to a version needs, as a part of the database's size."""
DOES = {
    "0002": "statistics of every hour and day",
    "0003": "records kept whole",
    "0004": "a chain over the audit trail",
    "0005": "records and journal entries in a third of the space",
}
"""What a version brings, for the log."""
