"""The whole way from a text to its annotation, on paragraphs written for it."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from bench.gold import parse_gold_text
from nlp.annotation import Annotation, Attribution, AttributionType, QuotationType, SourceType, Span, Stance
from nlp.reader import Reader
from tests.nlp.marked import read_marked
from tests.nlp.test_language import GERMAN

MARKED = (
    "{1c|Northwind and the ministry are looking into whether a group linked to Kestrel Labs took drawings}, "
    "{1s|Reuters} {1q|reported} on Tuesday.\n"
    "{2c|{3s|Northwind's security engineers} {3q|observed} {3c|that people {4s|they} {4q|believed} {4c|to be linked to "
    "the startup} copied many files}}, {2s|the report} {2q|said}.\n"
    '{5s|Maria Lopez, the mayor of Port Ellis,} {5q|told} Fox News on Tuesday {5c|that it was "possible" that the '
    "Kestrel group stole the drawings}.\n"
    '{6c|"There is solid evidence that what they did is they copied the drawings,"} {6s|Lopez} {6q|said}.\n'
    "{7s|A Northwind spokeswoman} {7q|denied} {7c|that the drawings were lost}.\n"
    "We asked for a copy. Northwind declined to comment, while the Kestrel group could not be immediately "
    "reached for comment.\n"
)
NEWS = parse_gold_text(MARKED, pattern="", country="").text


@pytest.fixture(scope="module")
def news(pipeline: Language) -> Annotation:
    return read_marked(pipeline, MARKED)[1]


def read_one(reader: Reader, text: str) -> Annotation:
    (annotation,) = reader.read([text])
    return annotation


def words(text: str, spans: tuple[Span, ...]) -> str:
    return " | ".join(text[start:end] for start, end in spans)


def find_by_cue(text: str, annotation: Annotation, cue: str, source: str) -> Attribution:
    (found,) = [
        one for one in annotation.attributions if words(text, one.cue) == cue and source in words(text, one.source)
    ]
    return found


def test_a_publication_relays(news: Annotation) -> None:
    relay = find_by_cue(NEWS, news, "reported", "Reuters")
    assert relay.source_name == "Reuters"
    assert (relay.source_type, relay.stance) == (SourceType.PUBLICATION, Stance.RELAYS)
    assert relay.source_entity is not None
    assert news.entities[relay.source_entity].name == "Reuters"


def test_what_stands_in_a_content_has_it_as_parent(news: Annotation) -> None:
    report = find_by_cue(NEWS, news, "said", "the report")
    observed = find_by_cue(NEWS, news, "observed", "engineers")
    believed = find_by_cue(NEWS, news, "believed", "they")
    assert (believed.parent, observed.parent, report.parent) == (observed.id, report.id, None)
    assert (report.source_type, report.source_name) == (SourceType.PUBLICATION, "Reuters")
    assert observed.source_type is SourceType.UNNAMED_GROUP
    assert observed.source_entity is None
    assert believed.attribution_type is AttributionType.BELIEF


def test_a_short_name_is_resolved_to_the_full_one(news: Annotation) -> None:
    told = find_by_cue(NEWS, news, "told", "Maria Lopez")
    said = find_by_cue(NEWS, news, "said", "Lopez")
    assert told.source_name == said.source_name == "Maria Lopez"
    assert told.source_entity == said.source_entity is not None
    assert (told.quotation_type, said.quotation_type) == (QuotationType.MIXED, QuotationType.DIRECT)
    assert words(NEWS, told.addressee) == "Fox News"


def test_who_speaks_for_an_organisation_is_not_the_organisation(news: Annotation) -> None:
    denial = find_by_cue(NEWS, news, "denied", "spokeswoman")
    assert denial.source_name == "A Northwind spokeswoman"
    assert (denial.source_type, denial.stance) == (SourceType.UNNAMED_PERSON, Stance.DENIES)
    assert denial.source_entity is None


def test_no_answer_is_neither_denial_nor_assertion(news: Annotation) -> None:
    declined = find_by_cue(NEWS, news, "declined", "Northwind")
    unreached = find_by_cue(NEWS, news, "could not be immediately reached", "Kestrel")
    assert declined.stance is unreached.stance is Stance.DECLINES
    assert declined.source_type is SourceType.ORGANISATION


def test_we_outside_quotations_is_the_author(pipeline: Language) -> None:
    text, annotation = read_marked(pipeline, "{1s|We} {1q|said} on Monday {1c|that the bridge was safe}.")
    assert find_by_cue(text, annotation, "said", "We").source_type is SourceType.AUTHOR


def test_a_content_is_about_its_subject_first(pipeline: Language) -> None:
    text = "{1s|Ann Baker} {1q|told} reporters {1c|that Google had sued Microsoft over data that France had lost}."
    _, annotation = read_marked(pipeline, text)
    about = [annotation.entities[number].name for number in annotation.attributions[0].about]
    assert about == ["Google", "Microsoft"]


def test_german_is_not_read(reader: Reader) -> None:
    assert read_one(reader, GERMAN) == Annotation(language="de")


def test_an_empty_text_has_an_empty_annotation(reader: Reader) -> None:
    assert read_one(reader, "") == Annotation(language=None)


def test_order_is_kept_and_the_size_of_batches_changes_nothing(pipeline: Language, reader: Reader) -> None:
    texts = ["", NEWS, GERMAN, "Lopez said the bridge was safe.", NEWS.upper(), " \n "]
    together = list(reader.read(texts))
    assert together == [read_one(reader, text) for text in texts]
    assert together == list(Reader(pipeline, batch_characters=1).read(texts))


def test_nothing_runs_over_a_line_end(reader: Reader) -> None:
    text = (
        "Mayor Lopez said\r\nNorthwind is safe\r\n\r\nThe Kestrel Group of\nPort Ellis closed. "
        "Lopez said:\r\n“It is late.”"
    )
    annotation = read_one(reader, text)
    spans = [span for entity in annotation.entities for span in entity.mentions]
    spans += [span for one in annotation.attributions for span in (*one.source, *one.cue, *one.content)]
    assert spans
    assert [text[start:end] for start, end in spans if "\n" in text[start:end] or "\r" in text[start:end]] == []


def test_a_long_text_is_read_in_pieces_as_one(reader: Reader) -> None:
    filler = "The bridge over the river was closed for the winter and nobody in the town minded much.\n" * 600
    text = NEWS + filler + NEWS + filler + NEWS
    assert len(text) > 100_000
    annotation = read_one(reader, text)
    said = [one for one in annotation.attributions if words(text, one.source) == "Lopez"]
    assert len(said) == 3
    assert {words(text, one.content) for one in said} == {words(text, said[0].content)}
    assert {one.source_name for one in said} == {"Maria Lopez"}


@pytest.mark.timeout(600)
def test_120_000_characters_without_a_line_end_are_read_to_their_end(reader: Reader) -> None:
    copy = NEWS.replace("\n", " ")
    text = copy * (120_000 // len(copy) + 1)
    annotation = read_one(reader, text)
    starts = [one.cue[0].start for one in annotation.attributions]
    assert len(starts) > 4 * text.count(copy)
    assert len({start // 10_000 for start in starts}) == len(text) // 10_000 + 1


@pytest.mark.parametrize("unit", ["Lopez, who said that ", "he said, ", "said ", "“a ", "according to "])
def test_what_is_no_sentence_costs_in_proportion_to_its_length(reader: Reader, unit: str) -> None:
    read_one(reader, unit * 20)
    short, long = (_measure_reading(reader, unit * (length // len(unit))) for length in (5_000, 15_000))
    assert long < 5.5 * short + 1.0  # three times as long; with the square of the length it would be nine times


def _measure_reading(reader: Reader, text: str) -> float:
    started = time.process_time()
    read_one(reader, text)
    return time.process_time() - started


MARKS = (
    '"',
    "“",
    "”",
    "''",
    "\r\n",
    "\n\n",
    " ",
    "\U0001f600",
    "\U00020000",
    "\u2028",
    "\xa0",
    ", ",
    ". ",
    ": ",
)
WORDS = (
    "he said",
    "Maria Lopez",
    "told Reuters that",
    "according to",
    "Northwind's",
    "THE REPORT SAID",
    "did not respond to",
    "was told by",
    "could not be reached",
    "who believes",
    "U.S.",
)
FRAGMENTS = st.sampled_from((*MARKS, *WORDS))
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=25).map(" ".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_every_span_lies_in_its_text_and_holds_words(reader: Reader, texts: list[str]) -> None:
    annotations = list(reader.read(texts))
    assert len(annotations) == len(texts)
    for text, annotation in zip(texts, annotations, strict=True):
        spans = [span for entity in annotation.entities for span in entity.mentions]
        for one in annotation.attributions:
            spans += [*one.source, *one.cue, *one.content, *one.addressee]
        assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans)
        assert not any(mark in text[start:end] for start, end in spans for mark in "\r\n")


def test_the_version_names_all_that_results_depend_on(reader: Reader) -> None:
    assert reader.version.startswith("sayso rules ")
    assert "spacy 3." in reader.version
    assert "en_core_web_sm" in reader.version
