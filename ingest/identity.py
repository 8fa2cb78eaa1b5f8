"""Which entries of a feed document are items that were seen before, and which of those have changed.

Pure: the document's entries and what is known of the feed in, a decision for each entry out. An item is known by its
guid; where the guid is new, by its canonical URL (many outlets give an updated story a new guid, or guids that never
come back); where it has neither, by a hash of what it says. A guid that stands on two URLs at once identifies
nothing, and neither does a URL that two guids share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ingest.errors import BadInput
from ingest.feed import Entry
from ingest.urls import clean_url


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """An item as the store has it. `key` is the store's own; `digest` is empty where it is not known."""

    key: int
    entry_id: str
    url_key: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """An entry of the document: `known` is the item that it is, or `None` for a new one."""

    entry: Entry
    identity: str
    url_key: str | None
    digest: str
    known: KnownEntry | None

    @property
    def is_new(self) -> bool:
        return self.known is None

    @property
    def is_changed(self) -> bool:
        return self.known is not None and self.known.digest not in ("", self.digest)


def match_entries(entries: Sequence[Entry], known: Iterable[KnownEntry]) -> list[SeenEntry]:
    """Decide for each item of a document whether it is known; an item that the document has twice comes once."""
    urls = [url_key(entry) for entry in entries]
    bad_ids, shared_urls = _unusable(entries, urls)
    by_id: dict[str, KnownEntry] = {}
    by_url: dict[str, KnownEntry] = {}
    for item in known:
        by_id[item.entry_id] = item
        if item.url_key is not None and item.url_key not in shared_urls:
            by_url.setdefault(item.url_key, item)
    seen: dict[str, SeenEntry] = {}
    for entry, url in zip(entries, urls, strict=True):
        identity = url if entry.id in bad_ids and url is not None else entry.id
        found = by_id.get(identity) or (by_url.get(url) if url is not None else None)
        name = found.entry_id if found is not None else identity
        if found is None and url is not None and url not in shared_urls:
            name = next((other.identity for other in seen.values() if other.url_key == url), identity)
        seen.setdefault(name, SeenEntry(entry=entry, identity=name, url_key=url, digest=digest(entry), known=found))
    return list(seen.values())


def url_key(entry: Entry) -> str | None:
    """The canonical URL by which an item is known; http and https are one, and so are a host in any case."""
    if entry.url is None:
        return None
    try:
        cleaned = clean_url(entry.url)
    except BadInput:
        return None
    return cleaned.partition("://")[2].rstrip("/") or None


def digest(entry: Entry) -> str:
    """What an entry says, as a hash: two entries that differ only in white space or date say the same."""
    words = "\x1f".join(" ".join((text or "").split()) for text in (entry.title, entry.summary, entry.content))
    return sha256(words.encode("utf-8", "replace")).hexdigest()


def _unusable(entries: Sequence[Entry], urls: Sequence[str | None]) -> tuple[set[str], set[str]]:
    """The ids that stand on two URLs, and the URLs that have two guids, in one document."""
    pairs = {(entry.id, url) for entry, url in zip(entries, urls, strict=True) if url is not None and entry.has_guid}
    ids = Counter(identity for identity, _ in pairs)
    addresses = Counter(url for _, url in pairs)
    return {name for name, count in ids.items() if count > 1}, {url for url, count in addresses.items() if count > 1}
