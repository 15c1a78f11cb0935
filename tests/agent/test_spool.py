"""Events leave the spool only when the console has them, in order and whole."""

import uuid
from datetime import UTC, datetime

from anshin.agent.sentences import Sentence
from anshin.agent.spool import fit
from anshin.engine.verdict import Reason
from anshin.wire.documents import MAX_BODY_BYTES, MAX_EVENTS, EventKind, EventReceipt, EventUpload, Refusal
from tests.agent.conftest import BAD, Bench, make_verdict

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def add(bench: Bench, count: int, **more: object) -> list[uuid.UUID]:
    return [bench.spool.add(bench.events.make(EventKind.AGENT_STARTED, **more)).id for _ in range(count)]  # type: ignore[arg-type]


def test_numbers_go_on_over_restarts_and_empty_spools(bench: Bench) -> None:
    add(bench, 3)
    batch = bench.spool.batch()
    assert batch is not None
    bench.spool.settle(batch, EventReceipt(stored=batch.ids, server_time=NOW), now=0)
    bench.crash()
    add(bench, 2)
    assert [event.sequence for event in bench.spooled()] == [4, 5]


def test_batches_are_oldest_first_and_bounded_by_number(bench: Bench) -> None:
    ids = add(bench, MAX_EVENTS + 5)
    batch = bench.spool.batch()
    assert batch is not None
    assert list(batch.ids) == ids[:MAX_EVENTS]
    upload = EventUpload.model_validate_json(batch.body)
    assert [event.id for event in upload.events] == list(batch.ids)


def test_batches_are_bounded_by_size(bench: Bench) -> None:
    add(bench, 150, reason="あ" * 4096, error=Sentence("え" * 4096, "x" * 4096))
    sizes = []
    while (batch := bench.spool.batch()) is not None:
        assert len(batch.body) <= MAX_BODY_BYTES
        EventUpload.model_validate_json(batch.body)
        sizes.append(len(batch.ids))
        bench.spool.settle(batch, EventReceipt(stored=batch.ids, server_time=NOW), now=0)
    assert sum(sizes) == 150
    assert len(sizes) > 1


def test_only_what_the_receipt_names_and_we_sent_is_deleted(bench: Bench) -> None:
    first, second, third = add(bench, 3)
    batch = bench.spool.batch(max_events=2)
    assert batch is not None
    receipt = EventReceipt(stored=(first, third, uuid.uuid4()), server_time=NOW)
    assert bench.spool.settle(batch, receipt, now=0) == 1
    assert [event.id for event in bench.spooled()] == [second, third]


def test_refusals_are_kept_apart(bench: Bench) -> None:
    first, second = add(bench, 2)
    batch = bench.spool.batch()
    assert batch is not None
    refusal = Refusal(id=first, code="invalid", message="no")
    bench.spool.settle(batch, EventReceipt(stored=(second,), refused=(refusal,), server_time=NOW), now=7)
    assert bench.spool.size() == 0
    (letter,) = bench.spool.dead_letters()
    assert (letter["id"], letter["code"], letter["refused_at"]) == (str(first), "invalid", 7)


def test_once_per_state_of_a_file(bench: Bench) -> None:
    def say(state: str, kind: EventKind = EventKind.FILE_NOT_SCANNED) -> bool:
        return bench.spool.add_once(bench.events.make(kind, path=b"/x"), path=b"/x", state=state)

    assert say("a")
    assert not say("a")
    assert say("a", EventKind.DETECTION_NOT_BLOCKED)
    bench.crash()
    assert not say("a")
    assert say("b")


def test_oversized_event_is_shortened_and_says_so(bench: Bench) -> None:
    member = make_verdict(b"m", name="m" * 200)
    verdict = make_verdict(BAD).model_copy(update={"children": (member,) * 12_000})
    event = bench.events.make(EventKind.DETECTION_BLOCKED, verdict=verdict)
    assert len(event.model_dump_json()) > MAX_BODY_BYTES
    bench.spool.add(event)
    batch = bench.spool.batch()
    assert batch is not None
    assert len(batch.body) <= MAX_BODY_BYTES
    (sent,) = EventUpload.model_validate_json(batch.body).events
    assert sent.verdict is not None
    assert sent.verdict.children == ()
    assert sent.verdict.gaps[-1].code == "size"
    assert sent.verdict.reasons == verdict.reasons


def test_too_many_reasons_are_cut_to_the_heaviest(bench: Bench) -> None:
    many = tuple(Reason(code=f"r{n}", weight=1 - n / 10_000, ja="あ" * 300, en="x" * 300) for n in range(5000))
    verdict = make_verdict(BAD).model_copy(update={"reasons": many})
    short = fit(bench.events.make(EventKind.DETECTION_BLOCKED, verdict=verdict))
    assert short.verdict is not None
    assert short.verdict.reasons == many[:20]
