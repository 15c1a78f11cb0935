"""The same blocks on a dask scheduler. Blocks are idempotent and small when finished, so a lost worker costs time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from anshin.risk.errors import PortfolioError
from anshin.risk.portfolio.summary import YearBlock

if TYPE_CHECKING:
    from anshin.risk.portfolio.run import Run, Task

TIMEOUT = "10s"
ROUNDS = 5
"""How often blocks that a dying cluster took along are handed out again."""


def on_cluster(run: "Run", tasks: "list[Task]", address: str) -> Iterator[tuple[int, YearBlock]]:
    """Yield finished blocks as they come. Raises PortfolioError when no scheduler answers or dask is missing."""
    try:
        import distributed
    except ImportError as error:
        raise PortfolioError("portfolio.no_dask") from error
    try:
        client: Any = cast("Any", distributed).Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
        raise PortfolioError("portfolio.scheduler", address=address, cause=error or type(error).__name__) from error
    with client:
        waiting = {task.number: task for task in tasks}
        for _ in range(ROUNDS):
            for number, block in _one_round(distributed, client, run, list(waiting.values())):
                del waiting[number]
                yield number, block
            if not waiting:
                return
    raise PortfolioError(
        "portfolio.scheduler", address=address, cause=f"{len(waiting)} blocks were lost {ROUNDS} times"
    )


def _one_round(distributed: Any, client: Any, run: "Run", tasks: "list[Task]") -> Iterator[tuple[int, YearBlock]]:
    """Hand out blocks once; those whose worker or data is lost for good are left to the next round."""
    shared = client.scatter(run, broadcast=True, hash=False)
    name = run.name()[:16]
    futures = {
        client.submit(_block, shared, task, key=f"block-{name}-{task.number}", retries=2): task for task in tasks
    }
    for future in distributed.as_completed(futures, loop=client.loop):
        if future.status == "finished":
            try:
                yield futures[future].number, future.result()
            except (distributed.client.FutureCancelledError, OSError):
                continue
        elif future.status == "error" and not isinstance(future.exception(), distributed.KilledWorker):
            future.result()


def _block(run: "Run", task: "Task") -> YearBlock:
    return run.block(task)
