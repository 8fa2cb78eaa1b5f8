"""All advisory locks of PostgreSQL that sayso takes, in one place, so that no two of them are the same."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """Any numbers that other users of a PostgreSQL database do not use."""

    MIGRATION = 0x5A750
    FOLLOWING = 0x5A751  # `graph.alone`, this one and the two of work below
    LINKING = 0x5A752
    WRITING = 0x5A753  # what depends on all that is held
    READING = 0x5A754
    IDENTITIES = 0x5A755  # joining entities
