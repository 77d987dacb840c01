"""What the Teach tab does: a case to be read, then the truth, the model and the score so far.

Plain functions as in ``hemo.ui.handlers``. A round lives in the learner's browser, which names the
case it means and brings the records so far with every answer; see ``hemo.teaching.deck``.
"""

from collections.abc import Mapping

from hemo.errors import DataError, HemoError
from hemo.gate import Refusal
from hemo.reader import Reader, Reading
from hemo.report import teach as words
from hemo.teaching import scores
from hemo.teaching.answers import NONSENSE, Answer, Record, answer_from, records_from
from hemo.teaching.cases import Case, marked, pointed
from hemo.teaching.deck import Deck, Place, place_from
from hemo.teaching.staircase import next_level
from hemo.ui import teach_views as views
from hemo.ui.examples import EXAMPLES
from hemo.ui.handlers import GetReader
from hemo.ui.teach_views import TeachPage


def ask(plain: object, deck: Deck, get_reader: GetReader) -> TeachPage:
    """Show a case, and nothing that tells what it holds."""
    try:
        asked = _mapping(plain)
        place = place_from(asked.get("place"))
        reader = get_reader()
        case = _case(deck, place, reader)
        return views.asking(case, place, reader.card)
    except HemoError as error:
        return views.failed(str(error))


def reveal(plain: object, deck: Deck, get_reader: GetReader) -> TeachPage:
    """Show what a case holds, what the model says, and how both did in the round so far."""
    try:
        asked = _mapping(plain)
        place, answer = place_from(asked.get("place")), answer_from(asked.get("answer"))
        before = records_from(asked.get("records"))
        reader = get_reader()
        case = _case(deck, place, reader)
        result = reader.read(case.slice, anyway=True)
        record = recorded(case, answer, result, reader.card.threshold)
        records = [*before, record]
        return views.revealed(
            case,
            result,
            answer,
            record,
            reader.card,
            scores=(scores.learner(records), scores.model(records)),
            level=next_level(place.level, record.right),
        )
    except HemoError as error:
        return views.failed(str(error))


def tour(plain: object, deck: Deck, get_reader: GetReader) -> TeachPage:
    """One case step by step: one of a round, or one of the page's examples."""
    try:
        asked = _mapping(plain)
        reader = get_reader()
        if asked.get("place") is None:
            case = _example(asked.get("example"))
        else:
            case = _case(deck, place_from(asked.get("place")), reader)
        return views.touring(case, reader.read(case.slice, anyway=True), reader.card)
    except HemoError as error:
        return views.failed(str(error))


def recorded(case: Case, answer: Answer, result: Reading | Refusal, threshold: float) -> Record:
    """What learner and model said of a case, beside its truth."""
    read = result if isinstance(result, Reading) else None
    return Record(
        truth=case.truth,
        level=case.level,
        said=answer.hemorrhage,
        probability=answer.probability,
        hit=marked(case, answer.click) if answer.hemorrhage else None,
        model_said=bool(read.probability >= threshold) if read else None,
        model_probability=float(read.probability) if read else None,
        model_hit=pointed(case, read) if read else None,
    )


def _case(deck: Deck, place: Place, reader: Reader) -> Case:
    if place.source == "misses" and deck.model != reader.card.version:
        raise DataError(words.OTHER_MODEL)
    return deck.case(place)


def _example(index: object) -> Case:
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(EXAMPLES):
        raise DataError(NONSENSE)
    chosen = EXAMPLES[index]
    drawn = chosen.phantom
    return Case(drawn.slice, chosen.kind is not None, drawn.mask, "phantom", kind=chosen.kind)


def _mapping(plain: object) -> Mapping[str, object]:
    if not isinstance(plain, Mapping):
        raise DataError(NONSENSE)
    return plain
