"""What can go wrong on the way in, named by what the caller does next.

IngestError
├── SkipItem          this item will not get better by itself: record it, go on
│   ├── NotAFeed      the body is no feed (HTML, empty, truncated before the first entry)
│   ├── NoText        a page or file without article text
│   ├── TooHard       reading it takes more time or memory than it may
│   ├── Disallowed    the site's robots.txt does not want programs to fetch this page
│   └── BadInput      a file, URL or line that cannot be taken (encoding, scheme, missing field)
└── RetryLater        the same request may succeed later: record it, try again at `retry_after_seconds` or by default
    ├── Unreachable   DNS, connection, TLS or timeout
    │   └── NotPublic     its address is in no network that may be asked; nothing was sent
    ├── RefusedByServer   an HTTP status of 400 or more
    ├── HostPaused    the host asked not to be asked for a while; nothing was sent
    ├── RobotsUnknown the host's robots.txt could not be read, so its pages are not
    ├── TooLarge      the body passes the limit (it may be shorter next time)
    └── Abandoned     it hung, nobody knows why
"""

from __future__ import annotations


class IngestError(Exception):
    """Base of all errors of this room. `item` is the URL, path or line that failed."""

    def __init__(self, item: str, message: str) -> None:
        super().__init__(f"{item}: {message}")
        self.item = item

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross from worker processes: rebuilt from their words and fields, not by calling `__init__`."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[IngestError], arguments: tuple[object, ...], fields: dict[str, object]) -> IngestError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(fields)
    return error


class SkipItem(IngestError):
    """The item will not get better by itself."""


class NotAFeed(SkipItem):
    """The body is no feed."""


class NoText(SkipItem):
    """A page or file without article text."""


class Disallowed(SkipItem):
    """The site's robots.txt does not want programs to fetch this page."""


class TooHard(SkipItem):
    """Reading it takes more time or memory than it may; it may be an attack."""


class BadInput(SkipItem):
    """An input that cannot be taken: its encoding, scheme or fields."""


class RetryLater(IngestError):
    """The same request may succeed later."""

    def __init__(self, item: str, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(item, message)
        self.retry_after_seconds = retry_after_seconds


class Unreachable(RetryLater):
    """DNS, connection, TLS or timeout."""


class NotPublic(Unreachable):
    """Its address is in no network that may be asked; nothing was sent."""


class RefusedByServer(RetryLater):
    """The server answered with an HTTP status of 400 or more; `is_bot_wall` if it keeps programs out."""

    def __init__(
        self, item: str, status: int, *, retry_after_seconds: float | None = None, is_bot_wall: bool = False
    ) -> None:
        words = f"the server answered {status}" + (": blocked by bot protection" if is_bot_wall else "")
        super().__init__(item, words, retry_after_seconds=retry_after_seconds)
        self.status = status


class HostPaused(RetryLater):
    """The host asked not to be asked for a while; nothing was sent."""


class RobotsUnknown(RetryLater):
    """The host's robots.txt could not be read, so its pages are not fetched for now."""


class TooLarge(RetryLater):
    """The body passes the size limit."""


class Abandoned(RetryLater):
    """It hung past all other limits."""
