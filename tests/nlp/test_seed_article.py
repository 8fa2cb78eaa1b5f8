"""The seed article, given whole with its advert and its footer, read with the model that comes with sayso.

What is held is what a careful person reads in it, by the words that must be in each part, so that another model may cut
its spans a little otherwise. That the agency is Reuters is told in `graph/`, of an outlet's article.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from nlp.annotation import Annotation, Attribution, AttributionType, QuotationType, SourceType, Stance
from nlp.reader import Reader
from tests.nlp.test_nesting import words

PAGE = Path(__file__).parents[2] / "data/demo/gadgets360/ai/news/microsoft-deepseek-openai-data-probe.html"


class _Lines(HTMLParser):
    """The lines of the story with all that stands around it in the article's block."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._open: str | None = None

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2", "h3", "p", "li"):
            self._open = tag
            self.lines.append("- " if tag == "li" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.lines[-1] += data


def read_page() -> str:
    parser = _Lines()
    parser.feed(PAGE.read_text(encoding="utf-8"))
    first = next(number for number, line in enumerate(parser.lines) if line.startswith("Microsoft investigates"))
    last = next(number for number, line in enumerate(parser.lines) if line.startswith("Catch all"))
    return "\n".join(parser.lines[first : last + 1])


TEXT = read_page()


@pytest.fixture(scope="module")
def article(reader: Reader) -> Annotation:
    (annotation,) = reader.read([TEXT])
    return annotation


def find(article: Annotation, source: str, cue: str, content: str) -> Attribution:
    """The attribution with these words in its parts; of several the one that says least."""
    found = [
        one
        for one in article.attributions
        if source in words(TEXT, one, "source")
        and cue in words(TEXT, one, "cue")
        and content in words(TEXT, one, "content")
    ]
    assert found, (source, cue, content)
    return min(found, key=lambda one: len(words(TEXT, one, "content")))


def list_about(article: Annotation, one: Attribution) -> list[str]:
    return [article.entities[number].name for number in one.about]


def test_bloomberg_news_reported_the_probe(article: Annotation) -> None:
    one = find(article, "Bloomberg News", "reported", "are probing if data output")
    assert (one.source_name, one.source_type) == ("Bloomberg News", SourceType.PUBLICATION)
    assert one.stance is Stance.RELAYS


def test_the_report_said_that_researchers_observed_what_they_believed(article: Annotation) -> None:
    report = find(article, "the report", "said", "researchers observed")
    observed = find(article, "security researchers", "observed", "large amount of data")
    believed = find(article, "they", "believed", "connected to DeepSeek")
    assert (report.source_name, report.source_type) == ("Bloomberg News", SourceType.PUBLICATION)
    assert (observed.parent, believed.parent) == (report.id, observed.id)
    assert observed.source_type is SourceType.UNNAMED_GROUP
    assert observed.source_name == believed.source_name == "Microsoft's security researchers"
    assert observed.affiliation is not None
    assert article.entities[observed.affiliation].name == "Microsoft"
    assert believed.attribution_type is AttributionType.BELIEF
    assert list_about(article, believed) == ["DeepSeek"]


def test_the_bloomberg_report_told_of_the_notification(article: Annotation) -> None:
    one = find(article, "Bloomberg report", "according to", "notified the company")
    assert (one.source_name, one.source_type) == ("Bloomberg News", SourceType.PUBLICATION)
    assert list_about(article, one)[0] == "Microsoft"


def test_sacks_told_fox_news(article: Annotation) -> None:
    one = find(article, "Sacks", "told", "stole intellectual property")
    assert (one.source_name, one.source_type) == ("David Sacks", SourceType.NAMED_PERSON)
    assert one.quotation_type is QuotationType.MIXED
    assert words(TEXT, one, "addressee") == "Fox News"
    assert words(TEXT, one, "channel") == "an interview"
    assert list_about(article, one)[0] == "DeepSeek"


def test_sacks_is_quoted(article: Annotation) -> None:
    one = find(article, "Sacks", "said", "substantial evidence")
    assert (one.source_name, one.quotation_type) == ("David Sacks", QuotationType.DIRECT)
    assert list_about(article, one)[0] == "DeepSeek"


def test_the_spokesperson_speaks_and_goes_on_in_the_next_paragraph(article: Annotation) -> None:
    statement = find(article, "OpenAI spokesperson", "", "attempting to replicate")
    quote = find(article, "OpenAI spokesperson", "", "We engage in counter-measures")
    for one in (statement, quote):
        assert (one.source_name, one.source_type) == ("an OpenAI spokesperson", SourceType.UNNAMED_PERSON)
        assert one.affiliation is not None
        assert article.entities[one.affiliation].name == "OpenAI"
    assert quote.stance is Stance.ASSERTS


def test_two_did_not_answer(article: Annotation) -> None:
    declined = find(article, "Microsoft", "declined", "comment")
    unreached = find(article, "DeepSeek", "could not be", "comment")
    assert (declined.stance, unreached.stance) == (Stance.DECLINES, Stance.DECLINES)
    assert (declined.source_name, unreached.source_name) == ("Microsoft", "DeepSeek")


def test_nothing_comes_from_advert_credit_or_footer(article: Annotation) -> None:
    names = {entity.name for entity in article.entities}
    assert not names & {
        "Titanium Black",
        "Mist Blue",
        "Gursimran Kaur",
        "Savio D'Souza",
        "Bengaluru",
        "YouTube",
        "Facebook",
    }
    hidden = ("Titanium", "RAM", "Catch all", "Reporting by", "YouTube")
    for one in article.attributions:
        spans = " ".join(words(TEXT, one, role) for role in ("source", "cue", "content", "addressee", "channel"))
        assert not any(word in spans for word in hidden), spans
    assert article.masthead.reporters == ("Gursimran Kaur",)
    assert article.masthead.editors == ("Mrigank Dhaniwala", "Savio D'Souza", "Sherry Jacob-Phillips")
