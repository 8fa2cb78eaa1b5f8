"""HTML to plain text, for the fields of feeds."""

from __future__ import annotations

import html
import re

import nh3

_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\b[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")


def html_to_text(fragment: str) -> str:
    """Return the text of an HTML fragment, a line a paragraph; scripts and styles are dropped with what is in them."""
    marked = _BREAKS.sub("\n", fragment)
    bare = nh3.clean(marked, tags=set(), clean_content_tags={"script", "style"})
    lines = (_SPACES.sub(" ", line).strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def html_to_line(fragment: str) -> str:
    """Return the text of an HTML fragment on one line."""
    return " ".join(html_to_text(fragment).split())
