"""`python -m benchmarks.tricks [--lang ja|en]` prints the long explanation of each; nothing is written to a disk."""

import argparse
import sys

from anshin.engine.render.explain import explain
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from tests.engine.tricks.build import tricks


def main() -> int:
    """Judge and print; exit code 1 when a trick was missed or a cleaned file was not clean."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tricks")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")
    language = parser.parse_args().lang
    missed = []
    with Engine(EngineSettings()) as engine:
        for trick in tricks():
            print(f"\n## {trick.ja if language == 'ja' else trick.en}\n")
            armed = engine.judge_bytes(trick.armed, name=trick.name)
            cleaned = engine.judge_bytes(trick.cleaned, name=trick.cleaned_name or trick.name)
            print(explain(armed, language))
            print(explain(cleaned, language))
            if armed.status not in {Status.MALICIOUS, Status.SUSPICIOUS} or cleaned.status is not Status.CLEAN:
                missed.append(trick.code)
    total = len(tricks())
    print(f"\n{total - len(missed)} of {total} told apart" + (f"; not: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
