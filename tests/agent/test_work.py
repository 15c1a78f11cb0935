"""The work queue: most urgent first, each thing once."""

from anshin.agent.work import FRESH, URGENT, WALK, WALKED, WorkQueue


def drain(queue: WorkQueue) -> None:
    while (job := queue.get(0)) is not None:
        job()


def test_order_and_coalescing() -> None:
    queue, done = WorkQueue(), list[str]()
    queue.put(WALK, "walk", lambda: done.append("walk"))
    queue.put(WALKED, "a", lambda: done.append("a walked"))
    queue.put(FRESH, "b", lambda: done.append("b"))
    queue.put(FRESH, "a", lambda: done.append("a fresh"))  # became urgent
    queue.put(WALKED, "b", lambda: done.append("b walked"))  # waits already, more urgently
    queue.put(URGENT, "c", lambda: done.append("c"))
    drain(queue)
    assert done == ["c", "b", "a fresh", "walk"]


def test_a_key_may_come_again_after_its_job_was_taken() -> None:
    queue, done = WorkQueue(), list[int]()
    queue.put(FRESH, "a", lambda: done.append(1))
    job = queue.get(0)
    assert job is not None
    queue.put(FRESH, "a", lambda: done.append(2))
    job()
    drain(queue)
    assert done == [1, 2]


def test_closed_queues_give_and_take_nothing() -> None:
    queue = WorkQueue()
    queue.put(FRESH, "a", lambda: None)
    queue.close()
    queue.put(FRESH, "b", lambda: None)
    assert queue.get(1) is None
