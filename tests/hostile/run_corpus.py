"""Reads every case in this process and writes what came of it, one line of JSON each.

    python run_corpus.py OUT.jsonl [WORD]

With a word, only the cases whose names hold it.

The name of a case is written before it is read, so that the last line tells which one ended the
process. A case that computes for longer than ``SECONDS`` does: the kernel's timer kills it.
"""

import json
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import generate
import seeds

from hemo.errors import HemoError
from hemo.reading import read
from hemo.slice import Slice

SECONDS = 20
ADDRESSES = 6 * 2**30  # a decoder that asks for more than this fails, and must do so in a sentence


def main(out: str, word: str = "") -> None:
    """Read all cases."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    place = Path(tempfile.mkdtemp())
    with open(out, "w", encoding="utf-8") as lines:
        for number, case in enumerate(generate.cases()):
            if word not in case.name:
                continue
            folder = place / str(number)
            folder.mkdir()
            path = case.write(folder)
            print(json.dumps({"case": case.name}), file=lines, flush=True)
            before = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            result = outcome(path)
            signal.setitimer(signal.ITIMER_PROF, 0)
            seconds = time.process_time() - before
            done = {"case": case.name, **result, "seconds": seconds, "peak": peak()}
            print(json.dumps(done), file=lines, flush=True)
            shutil.rmtree(folder)
    shutil.rmtree(place)


def outcome(path: Path | str) -> dict[str, object]:
    """How a case ended: slices, the sentence of an error, or a traceback."""
    try:
        slices = read(path)
    except HemoError as error:
        chained = error.__cause__ or (not error.__suppress_context__ and error.__context__)
        return {"ended": "error", "text": str(error), "leak": seeds.MARKER in repr(chained)}
    except BaseException:  # noqa: BLE001 – whatever else there is, it is what is looked for
        return {"ended": "traceback", "text": traceback.format_exc(limit=-4)}
    words = [word for one in slices for word in one.warnings]
    said = " ".join(dict.fromkeys(words))
    shown = repr([(one.source, one.modality, one.warnings) for one in slices])
    good = bool(slices) and all(isinstance(one, Slice) for one in slices)
    ended = "slices" if good else "nothing"
    return {"ended": ended, "text": said, "leak": seeds.MARKER in shown}


def peak() -> int:
    """Most memory of this process, in bytes.

    From its own address space where Linux tells: ru_maxrss begins with that of the parent.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*sys.argv[1:])
