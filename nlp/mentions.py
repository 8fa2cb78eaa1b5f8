"""What in a parsed piece can refer, or be referred to: its names, pronouns and noun phrases, as plain records.

The parse does not outlive its piece, the records do: `nlp.resolver` links them over the whole text. Nothing is
resolved here, and no entity is known. Labels are those of spaCy's English models (ClearNLP), tags those of the
Penn Treebank. Offsets count code points of the piece; `move_phrase` puts them into the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import SUBJECTS, cut_words, end_of
from nlp.passages import Passage
from nlp.tags import NAME_TAGS, NOUN_TAGS, PRONOUN_TAGS, tokens_tagged

_PHRASE_TAGS = PRONOUN_TAGS | NOUN_TAGS | NAME_TAGS
PLURAL_TAGS = frozenset({"NNS", "NNPS"})
PREMODIFIERS = frozenset({"compound", "nmod", "amod", "nummod", "poss", "npadvmod"})
DEFINITE = frozenset({"the", "this", "that", "these", "those"})
# What a title is short for.
SHORT_TITLES = {
    "sen": "senator", "rep": "representative", "gov": "governor", "gen": "general", "pres": "president",
    "prof": "professor", "dr": "doctor", "col": "colonel", "capt": "captain", "lt": "lieutenant", "sgt": "sergeant",
    "maj": "major", "pm": "minister", "supt": "superintendent", "det": "detective", "insp": "inspector",
    "atty": "attorney", "amb": "ambassador", "co-founder": "founder", "cofounder": "founder",
}  # fmt: skip
POSSESSIVES = frozenset({"his", "her", "its", "their", "my", "our", "your", "whose"})
# "A spokesman for X", "officials at X", "the report by X".
OWNING_PREPOSITIONS = frozenset("of for at from with by in".split())  # noqa: SIM905
NOMINAL = frozenset({"compound", "nmod", "amod", "nummod", "quantmod", "npadvmod"})  # parts of a phrase, no phrases
CLAUSE_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
CLIMB_LIMIT = 8  # links: deeper is no sentence
LONGEST_PHRASE_TOKENS = 40  # before the head; longer is no phrase
LONGEST_PHRASE_CHARACTERS = 150
MOST_CHILDREN = 30  # read of one head: more are lists or garbage


class Kind(Enum):
    NAME = auto()
    PRONOUN = auto()
    DEFINITE = auto()  # with "the", "this" or a possessive: it may have been spoken of before
    OTHER = auto()  # any other noun phrase: it can only be referred to


class Role(Enum):
    SUBJECT = auto()
    OBJECT = auto()
    POSSESSIVE = auto()
    OTHER = auto()


class Phrase(NamedTuple):
    """One mention. `words` is the phrase from its first word to its head, `head` its noun, `whole` the phrase with what
    follows the head.

    `clause` and `sentence` tell phrases of one clause or sentence apart; they are offsets of the verb and of the
    sentence's start. `owner` is the head of what it belongs to ("X's report", "a spokesman for X", "X officials"),
    `is_owner_pronoun` says that it is a possessive pronoun. `modifiers` are the words between determiner and head.
    `descriptors` are nouns that the text gives to a name ("Senator X", "X, the mayor"). `answers` is the head of the
    subject that follows a fronted phrase ("In his speech, X said"). `partner` is the head that it is joined to by
    "and", `is_joined` says that it is the first of several. `modified` is the noun that a relative clause belongs to
    of which this is the subject ("people they believed"): the two are never one.
    """

    words: Span
    head: Span
    word: str
    kind: Kind
    role: Role
    is_plural: bool
    sentence: int
    clause: int
    quotation: Span | None
    whole: Span | None = None
    owner: Span | None = None
    is_owner_pronoun: bool = False
    modifiers: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()
    answers: Span | None = None
    partner: Span | None = None
    modified: Span | None = None
    is_joined: bool = False
    is_pleonastic: bool = False
    is_generic: bool = False  # a noun without determiner
    is_proper: bool = False
    is_part: bool = False  # of a larger phrase: "the X campaign"
    is_apposition: bool = False
    depth: int = 0  # links to the verb of its clause: 1 for a subject, more for what stands inside a phrase


def read_phrases(passage: Passage, names: Sequence[Span]) -> list[Phrase]:
    """The phrases of a piece in text order. `names` are the spans of its names, in text order."""
    heads: dict[int, Span] = {}
    covered: set[int] = set()
    for name in names:
        root = passage.find_root(name)
        if root is not None:
            heads[root.i] = name
            covered.update(token.i for token in passage.tokens_between(name.start, name.end))
    reader = _PhraseReader(passage, heads, covered)
    return list(reader.read())


class _PhraseReader:
    def __init__(self, passage: Passage, heads: dict[int, Span], covered: set[int]) -> None:
        self._passage = passage
        self._heads = heads
        self._covered = covered

    def read(self) -> Iterator[Phrase]:
        for token in tokens_tagged(self._passage.doc, _PHRASE_TAGS, self._heads):
            tag = token.tag_
            if token.i in self._heads:
                yield self._read_name(token)
            elif token.i in self._covered:
                continue
            elif tag in PRONOUN_TAGS:
                yield self._read_pronoun(token)
            elif (tag in NOUN_TAGS or tag in NAME_TAGS) and token.dep_ not in NOMINAL:
                yield self._read_noun(token)

    def _read_name(self, token: Token) -> Phrase:
        children = _list_children(token)
        before = [child for child in children if child.i < token.i and child.i not in self._covered]
        descriptors = [child.lower_.strip(".") for child in before if child.dep_ in ("compound", "nmod", "amod")]
        descriptors += [child.lower_ for child in children if _is_description(child, token)]
        owners = [self._find_owner(child) for child in children if child.dep_ == "appos"]
        owners += [Span(child.idx, end_of(child)) for child in children if self._is_name_before(child, token)]
        if token.dep_ == "appos" and not token.head.ent_type_ and token.head.tag_ in NOUN_TAGS:
            descriptors.append(token.head.lower_)  # "a spokeswoman, Jane Doe,"
            owners.append(self._find_owner(token.head))
        elif token.dep_ == "appos" and (noun := _find_titled(token)) is not None:
            descriptors.append(noun.lower_)
            owners.append(self._find_owner(noun))
        elif (said_to_be := _find_complement(token)) is not None:
            descriptors.append(said_to_be.lower_)
            owners.append(self._find_owner(said_to_be))
        elif token.dep_ in NOMINAL and token.head.tag_ in NOUN_TAGS and token.head.i < token.i:
            descriptors.append(token.head.lower_)
        words = self._heads[token.i]
        return self._make(token, Kind.NAME, children)._replace(
            words=words,
            owner=next((owner for owner in owners if owner is not None), None),
            descriptors=tuple(dict.fromkeys(SHORT_TITLES.get(word, word) for word in descriptors)),
        )

    def _is_name_before(self, child: Token, name: Token) -> bool:
        return child.i < name.i and child.dep_ in ("compound", "nmod", "poss") and child.i in self._heads

    def _read_pronoun(self, token: Token) -> Phrase:
        phrase = self._make(token, Kind.PRONOUN, _list_children(token))
        return phrase._replace(
            role=Role.POSSESSIVE if token.tag_ == "PRP$" else phrase.role,
            is_plural=token.lower_ in ("they", "them", "their", "theirs", "themselves", "we", "us", "our", "ours"),
            answers=_find_fronted_subject(token),
            is_pleonastic=token.lower_ == "it" and _is_pleonastic(token),
            modified=_find_modified(token),
        )

    def _read_noun(self, token: Token) -> Phrase:
        children = _list_children(token)
        kind, first = Kind.OTHER, token.i
        modifiers, is_generic = [], True
        for child in children:
            if child.i >= token.i:
                continue
            if child.dep_ in PREMODIFIERS or child.dep_ in ("det", "predet"):
                first = min(first, max(child.left_edge.i, token.i - LONGEST_PHRASE_TOKENS))
            if child.dep_ == "det":
                is_generic = False
                kind = Kind.DEFINITE if child.lower_ in DEFINITE else kind
            elif child.dep_ == "poss":
                is_generic = False
                kind = Kind.DEFINITE
            elif child.dep_ in PREMODIFIERS:
                modifiers.append(child.lower_)
        owner = self._find_owner(token, children)
        return self._make(token, kind, children)._replace(
            words=Span(self._passage.doc[first].idx, end_of(token)),
            whole=self._read_whole(token, first),
            owner=owner,
            is_owner_pronoun=owner is not None and self._passage.text[owner.start : owner.end].lower() in POSSESSIVES,
            modifiers=tuple(modifiers),
            is_generic=is_generic,
        )

    def _read_whole(self, token: Token, first: int) -> Span:
        """The phrase with what follows its head: "a spokesman for the ministry"."""
        start, end = self._passage.doc[first].idx, end_of(token.right_edge)
        if end - start > LONGEST_PHRASE_CHARACTERS:
            return Span(start, end_of(token))
        return self._passage.trim(cut_words(self._passage.text, Span(start, end), token))

    def _find_owner(self, token: Token, children: Sequence[Token] | None = None) -> Span | None:
        """The name or pronoun that a noun belongs to: possessor, name before it, or name after "of", "for" ..."""
        found: Token | None = None
        for child in _list_children(token) if children is None else children:
            if child.dep_ == "poss":
                return Span(child.idx, end_of(child))
            if child.dep_ in NOMINAL and child.i < token.i:
                possessor = next((one for one in _list_children(child) if one.dep_ == "poss"), None)
                if child.i in self._heads:
                    found = child
                elif possessor is not None:
                    return Span(possessor.idx, end_of(possessor))  # "the White House's AI czar"
            elif child.dep_ in ("prep", "agent") and child.lower_ in OWNING_PREPOSITIONS and found is None:
                inner = next((one for one in _list_children(child) if one.dep_ == "pobj"), None)
                if inner is not None and self._may_own(child, inner):
                    found = inner
        return None if found is None else Span(found.idx, end_of(found))

    def _may_own(self, preposition: Token, noun: Token) -> bool:
        if preposition.lower_ in ("of", "for", "at"):
            return True
        # "People in Texas" are not Texas's; "engineers from Google" are Google's.
        return noun.i in self._heads and (preposition.lower_ == "by" or noun.ent_type_ == "ORG")

    def _make(self, token: Token, kind: Kind, children: Sequence[Token]) -> Phrase:
        verb, depth, label = _find_clause(token)
        start = token.idx
        return Phrase(
            words=Span(start, end_of(token)),
            head=Span(start, end_of(token)),
            word=token.lower_,
            kind=kind,
            role=_find_role(token, label, depth),
            is_plural=token.tag_ in PLURAL_TAGS,
            is_proper=token.tag_ in NAME_TAGS,
            is_part=token.dep_ in NOMINAL,
            is_apposition=token.dep_ == "appos",
            sentence=self._passage.sentence_at(start).start,
            clause=verb,
            quotation=self._passage.quotation_at(start),
            partner=Span(token.head.idx, end_of(token.head)) if token.dep_ == "conj" else None,
            is_joined=any(child.dep_ == "conj" for child in children),
            depth=depth,
        )


def _list_children(token: Token) -> list[Token]:
    if token.n_lefts + token.n_rights > MOST_CHILDREN:
        return []
    return list(token.children)


def _is_description(child: Token, name: Token) -> bool:
    return child.dep_ == "appos" and child.i > name.i and child.tag_ in NOUN_TAGS


def _find_titled(name: Token) -> Token | None:
    """ "A spokeswoman for X, Jane Doe": the noun that the parser hangs X on, and the name on X."""
    noun = name.head.head.head
    is_person = name.ent_type_ == "PERSON" and name.head.ent_type_ != "PERSON"
    return noun if is_person and name.head.dep_ == "pobj" and noun.tag_ == "NN" else None


def _find_complement(name: Token) -> Token | None:
    """What a name is said to be: "X is a company", "X, who was the mayor"."""
    if name.dep_ != "nsubj" or name.head.lower_ not in ("is", "was", "are", "were", "'s", "’s"):
        return None
    attr = next((child for child in _list_children(name.head) if child.dep_ == "attr"), None)
    return attr if attr is not None and attr.tag_ == "NN" else None


def _find_clause(token: Token) -> tuple[int, int, str]:
    """The offset of the verb that a phrase hangs on, the links to it, and the label of the last one."""
    at = token
    for depth in range(1, CLIMB_LIMIT + 1):
        label = at.dep_
        if at.head.i == at.i:
            return at.idx, depth, label
        at = at.head
        if at.tag_ in CLAUSE_TAGS:
            return at.idx, depth, label
    return at.idx, CLIMB_LIMIT, ""


def _find_role(token: Token, label: str, depth: int) -> Role:
    if token.dep_ == "poss":
        return Role.POSSESSIVE
    if label in SUBJECTS and (depth == 1 or token.dep_ == "conj"):
        return Role.SUBJECT
    if label in ("dobj", "dative") and depth == 1:
        return Role.OBJECT
    return Role.OTHER


def _find_fronted_subject(pronoun: Token) -> Span | None:
    """The subject after a fronted phrase or clause that holds the pronoun: "In his speech, X said"."""
    at = pronoun
    for _ in range(CLIMB_LIMIT):
        label = at.dep_
        if at.head.i == at.i or label in ("relcl", "ccomp"):
            return None
        at = at.head
        if at.tag_ not in CLAUSE_TAGS or at.i < pronoun.i:
            continue
        subject = next((child for child in _list_children(at) if child.dep_ in SUBJECTS), None)
        if subject is not None and label not in SUBJECTS and pronoun.i < subject.i < at.i:
            return Span(subject.idx, end_of(subject))
    return None


def _find_modified(subject: Token) -> Span | None:
    verb = subject.head
    if subject.dep_ not in SUBJECTS or verb.dep_ not in ("relcl", "acl"):
        return None
    return Span(verb.head.idx, end_of(verb.head))


def _is_pleonastic(it: Token) -> bool:
    """ "It was possible that", "it is raining": the word stands for nothing."""
    if it.dep_ == "expl":
        return True
    verb = it.head
    if it.dep_ not in SUBJECTS:
        return False
    children = _list_children(verb)
    if verb.lower_ in ("is", "was", "'s", "’s", "be", "been", "seems", "appears", "seemed", "appeared"):
        clauses = {"ccomp", "xcomp", "advcl", "csubj", "relcl"}
        if any(child.dep_ in clauses and child.i > verb.i for child in children):
            return True
        complements = [child for child in children if child.dep_ in ("acomp", "attr")]
        return any(one.dep_ in clauses for child in complements for one in _list_children(child))
    if any(child.dep_ == "auxpass" for child in children):
        return any(child.dep_ == "ccomp" for child in children)  # "it was reported that"
    return False


def move_phrase(phrase: Phrase, offset: int) -> Phrase:
    """The phrase with its offsets moved."""
    if not offset:
        return phrase
    return phrase._replace(
        words=_move(phrase.words, offset),
        head=_move(phrase.head, offset),
        sentence=phrase.sentence + offset,
        clause=phrase.clause + offset,
        whole=_move_any(phrase.whole, offset),
        quotation=_move_any(phrase.quotation, offset),
        owner=_move_any(phrase.owner, offset),
        answers=_move_any(phrase.answers, offset),
        partner=_move_any(phrase.partner, offset),
        modified=_move_any(phrase.modified, offset),
    )


def _move_any(span: Span | None, offset: int) -> Span | None:
    return None if span is None else _move(span, offset)


def _move(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
