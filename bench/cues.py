"""How much of a corpus's cues the lexicons know: `python -m bench.cues FOLDER`, FOLDER laid out as PolNeAR's splits.

Of the cues that occur at least three times: how many hold a word with an entry of its own, how many only words that
mean something just because they are a cue (`weak` in the lexicon: "in", "was"), and which hold none.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from bench.attributions import read_standoff_folder, read_text
from nlp.cues import Knowledge, know_cue

LEAST_COUNT = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with text/ and attributions/")
    parser.add_argument("--least", type=int, default=LEAST_COUNT, help="how often a cue must occur")
    options = parser.parse_args()
    cues = {cue: count for cue, count in count_cues(options.folder).items() if count >= options.least}
    known = {cue: know_cue(cue) for cue in cues}
    print(f"{len(cues)} cues occur {options.least} times or more, {sum(cues.values())} times in all")
    for knowledge in Knowledge:
        held = [cue for cue in cues if known[cue] is knowledge]
        print(f"{knowledge.value}: {len(held)} cues, {sum(cues[cue] for cue in held)} times")
    for knowledge in (Knowledge.WEAK, Knowledge.UNKNOWN):
        held = sorted((cue for cue in cues if known[cue] is knowledge), key=lambda cue: -cues[cue])
        print(f"\n{knowledge.value}: " + "; ".join(f"{cue} {cues[cue]}" for cue in held))


def count_cues(folder: Path) -> Counter[str]:
    """How often each cue occurs, in lower case."""
    counts: Counter[str] = Counter()
    for name, attributions in read_standoff_folder(folder / "attributions").items():
        path = folder / "text" / f"{name}.txt"
        if path.exists():
            text = read_text(path)
            cues = (" ".join(text[start:end] for start, end in sorted(one["cue"])) for one in attributions)
            counts.update(" ".join(cue.lower().replace("’", "'").split()) for cue in cues if cue)
    return counts


if __name__ == "__main__":
    main()
