"""What can go wrong in the graph, named by what the caller does next.

GraphError
├── NotFound          the id or name means nothing here, or more than one thing: ask again
│   └── BadId         it is not even of the right form
└── StoreError        the store cannot be used as it is: stop, mend, run again (nothing was half written)
    ├── StoreMissing      there is none at that address
    ├── StoreTooNew       a newer sayso made it
    ├── StoreReadOnly     it cannot be written to
    ├── StoreLocked       another process held it longer than the busy timeout
    ├── AlreadyRunning    another scheduler is at work on it
    ├── BackupFailed      a backup could not be made, or no store of one
    ├── StoreInUse        there is something in it, where it must be empty
    ├── StoreFull         no space is left
    ├── StoreBroken       the file is damaged or is no database
    └── StoreUnreachable  the address is wrong, or the server does not answer
"""

from __future__ import annotations


class GraphError(Exception):
    """Base of all errors of this room."""


class NotFound(GraphError):
    """`item` means nothing in this store, or more than one thing."""

    def __init__(self, item: str, message: str) -> None:
        super().__init__(f"{item}: {message}")
        self.item = item


class BadId(NotFound):
    """`item` is not of the form that ids have."""


class StoreError(GraphError):
    """The store at `address` cannot be used as it is. The address never contains a password."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(f"{message} ({address})")
        self.address = address


class StoreMissing(StoreError):
    """There is no store at that address."""


class StoreTooNew(StoreError):
    """A newer sayso made it."""


class StoreReadOnly(StoreError):
    """It cannot be written to."""


class StoreLocked(StoreError):
    """Another process held it longer than the busy timeout."""


class AlreadyRunning(StoreError):
    """Another scheduler is at work on it."""


class BackupFailed(StoreError):
    """A backup could not be made, or no store of one."""


class StoreInUse(StoreError):
    """There is something in it already, where it must be empty."""


class StoreFull(StoreError):
    """No space is left."""


class StoreBroken(StoreError):
    """The file is damaged or is no database."""


class StoreUnreachable(StoreError):
    """The address is wrong, or the server does not answer."""
