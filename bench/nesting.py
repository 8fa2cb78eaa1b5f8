"""The project's own texts on who is who: `python -m bench.nesting` prints how many of the expected links are read.

The format of `data/gold/nesting/*.txt` is told at the top of each file. A link is one thing that a text should yield:
of an attribution who the source is (name and type), whom it belongs to, each entity that it is about, its stance, its
type, addressee, channel, parent; what a pronoun stands for. Expected links that are not read are missed; read ones
that are not expected, and attributions that are not listed, are invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlp.annotation import Annotation, Attribution, Span
from nlp.reader import Reader

GOLD = Path(__file__).parents[1] / "data" / "gold" / "nesting"
_HEADER = re.compile(r"^## (.+?) \| (.+)$", re.MULTILINE)
MARKS = ("> ", "~ ", "! ", "!! ", "? ")  # of lines that are no text
ANY = "*"
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One attribution; `*` for what is not looked at, `-` for none."""

    cue: str
    source: str
    name: str
    source_type: str
    of: str = NOTHING
    about: str = NOTHING
    stance: str = "asserts"
    attribution_type: str = "assertion"
    parent: str = NOTHING
    addressee: str = NOTHING
    channel: str = NOTHING
    content: str = ""  # words that it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class NestingText:
    title: str
    country: str
    text: str
    attributions: tuple[Expected, ...]
    references: tuple[tuple[str, str], ...]
    no_entities: tuple[str, ...]
    unread: tuple[str, ...]
    optional: tuple[str, ...]  # cues of what may be read as an attribution or not


@dataclass(slots=True)
class Outcome:
    """Counts of links; outcomes add. `problems` are in words."""

    expected: int = 0
    right: int = 0
    read: int = 0
    invented: int = 0
    problems: list[str] = field(default_factory=list)

    def compare(self, what: str, expected: str, read: str) -> None:
        """Count one link; `-` for none."""
        if expected == ANY:
            return
        self.expected += expected != NOTHING
        self.read += read != NOTHING
        if expected == read:
            self.right += expected != NOTHING
            return
        self.invented += read != NOTHING
        self.problems.append(f"{what}: {expected!r} expected, {read!r} read")


def main() -> None:
    texts = [text for path in sorted(GOLD.glob("*.txt")) for text in read_texts(path)]
    total = Outcome()
    for text, annotation in zip(texts, Reader().read(text.text for text in texts), strict=True):
        one = judge(text, annotation)
        for problem in one.problems:
            print(f"{text.title} | {problem}")
        total = add(total, one)
    print(
        f"{len(texts)} texts from {len({text.country for text in texts})} countries: "
        f"{total.right} of {total.expected} expected links right ({100 * total.right / total.expected:.1f}%), "
        f"{total.invented} of {total.read} read ones invented ({100 * total.invented / max(1, total.read):.1f}%)"
    )


def add(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.expected + other.expected,
        one.right + other.right,
        one.read + other.read,
        one.invented + other.invented,
        one.problems + other.problems,
    )


def read_texts(path: Path) -> list[NestingText]:
    """Raises: ValueError, where a line is none of the format."""
    parts = _HEADER.split(path.read_text(encoding="utf-8"))[1:]
    return [
        _parse(title, country, body.strip("\n").splitlines())
        for title, country, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def _parse(title: str, country: str, lines: list[str]) -> NestingText:
    told = [line for line in lines if not line.startswith(MARKS)]
    return NestingText(
        title=title,
        country=country,
        text="\n".join(told),
        attributions=tuple(_parse_attribution(line[2:]) for line in lines if line.startswith("> ")),
        references=tuple(_parse_reference(line[2:]) for line in lines if line.startswith("~ ")),
        no_entities=tuple(line[2:] for line in lines if line.startswith("! ")),
        unread=tuple(line[3:] for line in lines if line.startswith("!! ")),
        optional=tuple(line[2:] for line in lines if line.startswith("? ")),
    )


def _parse_reference(line: str) -> tuple[str, str]:
    word, _, name = line.partition(" = ")
    return word, NOTHING if name == "?" else name


def _parse_attribution(line: str) -> Expected:
    cue, source, name, source_type, *more = line.split(" | ")
    keys = dict(pair.split("=", 1) for pair in more)
    expected = Expected(
        cue=cue,
        source=source,
        name=name,
        source_type=source_type,
        of=keys.pop("of", NOTHING),
        about=keys.pop("about", NOTHING),
        stance=keys.pop("stance", "asserts"),
        attribution_type=keys.pop("type", "assertion"),
        parent=keys.pop("in", NOTHING),
        addressee=keys.pop("to", NOTHING),
        channel=keys.pop("via", NOTHING),
        content=keys.pop("has", ""),
    )
    if keys:
        raise ValueError(f"{line}: unknown {', '.join(keys)}")
    return expected


def judge(text: NestingText, annotation: Annotation) -> Outcome:
    """Compare one annotation with what its text should yield."""
    outcome = Outcome()
    matched: set[int] = set()
    for expected in text.attributions:
        found = _find(text.text, annotation, expected)
        if found is None:
            _miss(outcome, expected)
        else:
            matched.add(found.id)
            _judge_attribution(outcome, text.text, annotation, expected, found)
    for one in annotation.attributions:
        cue = _words(text.text, one.cue)
        if one.id not in matched and not any(word in cue.split() for word in text.optional):
            source, content = _words(text.text, one.source), _words(text.text, one.content)
            outcome.compare("not listed", NOTHING, f"{source} | {cue} | {content}")
    for word, name in text.references:
        read = [_name_reference(text.text, annotation, span) for span in _find_word(text.text, word)]
        outcome.compare(f"~ {word}", name, next((one for one in read if one != NOTHING), NOTHING))
    names = {entity.name for entity in annotation.entities}
    for name in text.no_entities:
        outcome.compare(f"! {name}", NOTHING, name if name in names else NOTHING)
    for words in text.unread:
        spans = [span for one in annotation.attributions for span in (*one.source, *one.cue, *one.content)]
        is_read = any(words in text.text[span.start : span.end] for span in spans)
        outcome.compare(f"!! {words}", NOTHING, words if is_read else NOTHING)
    return outcome


def _miss(outcome: Outcome, expected: Expected) -> None:
    what = f"{expected.source} {expected.cue}"
    outcome.compare(what, f"{expected.name} ({expected.source_type})", NOTHING)
    for about in _split(expected.about):
        outcome.compare(f"{what}, about", about, NOTHING)
    for role, words in (
        ("of", expected.of), ("in", expected.parent), ("to", expected.addressee), ("via", expected.channel)
    ):  # fmt: skip
        outcome.compare(f"{what}, {role}", words, NOTHING)


def _judge_attribution(
    outcome: Outcome, text: str, annotation: Annotation, expected: Expected, found: Attribution
) -> None:
    what = f"{expected.source} {expected.cue}"
    outcome.compare(what, expected.name, found.source_name or NOTHING)
    outcome.compare(f"{what}, kind", expected.source_type, found.source_type.value)
    outcome.compare(f"{what}, of", expected.of, _name_entity(annotation, found.affiliation))
    outcome.compare(f"{what}, stance", expected.stance, found.stance.value)
    outcome.compare(f"{what}, type", expected.attribution_type, found.attribution_type.value)
    outcome.compare(f"{what}, to", expected.addressee, _words(text, found.addressee) or NOTHING)
    outcome.compare(f"{what}, via", expected.channel, _words(text, found.channel) or NOTHING)
    parent = NOTHING if found.parent is None else _words(text, annotation.attributions[found.parent].cue)
    is_parent = expected.parent in parent.split()  # "seen" of "seen by"
    outcome.compare(f"{what}, in", expected.parent, expected.parent if is_parent else parent)
    if expected.about != ANY:
        read = [annotation.entities[number].name for number in found.about]
        for about in _split(expected.about):
            outcome.compare(f"{what}, about", about, about if about in read else NOTHING)
        for about in read:
            if about not in _split(expected.about):
                outcome.compare(f"{what}, about", NOTHING, about)


def _split(names: str) -> list[str]:
    return [] if names in (NOTHING, ANY) else names.split(";")


def _find(text: str, annotation: Annotation, expected: Expected) -> Attribution | None:
    """The attribution that is meant: of several the one whose source is just the words, then the shortest."""
    found = [one for one in annotation.attributions if _is_meant(text, one, expected)]
    return min(
        found,
        key=lambda one: (_words(text, one.source) != expected.source, len(_words(text, one.content))),
        default=None,
    )


def _is_meant(text: str, one: Attribution, expected: Expected) -> bool:
    if expected.content not in _words(text, one.content):
        return False
    if expected.cue == NOTHING:
        return bool(expected.content)
    return expected.cue in _words(text, one.cue).split() and expected.source in _words(text, one.source)


def _words(text: str, spans: tuple[Span, ...]) -> str:
    return " ".join(text[start:end] for start, end in spans)


def _name_entity(annotation: Annotation, number: int | None) -> str:
    return NOTHING if number is None else annotation.entities[number].name


def _find_word(text: str, word: str) -> Iterator[Span]:
    for match in re.finditer(rf"\b{re.escape(word)}\b", text):
        yield Span(*match.span())


def _name_reference(text: str, annotation: Annotation, span: Span) -> str:
    for reference in annotation.references:
        if reference.span == span:
            if reference.entity is not None:
                return annotation.entities[reference.entity].name
            return text[reference.words.start : reference.words.end]
    return NOTHING


if __name__ == "__main__":
    main()
