"""The one place where an error becomes an exit code and a message on standard error."""

import json
import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import Abort, TyperException

OK, FAILURE, USAGE, NOT_FOUND, NOT_ALLOWED, CONFLICT = 0, 1, 2, 3, 4, 5
INTERRUPTED = 130


class CliError(Exception):
    """An error that a command raises on purpose: what happened, where, and how to mend it."""

    def __init__(self, message: str, *, code: str = "failure", exit_code: int = FAILURE, field: str = "") -> None:
        """`code` is stable for programs; `field` names the option or argument at fault."""
        super().__init__(message)
        self.code = code
        self.exit_code = exit_code
        self.field = field


KNOWN: tuple[tuple[str, str, int], ...] = (
    # exception, code in --json, exit code; the first that fits decides. Named, so that nothing is imported for it.
    ("anshin.engine.errors:ListError", "bad_list", USAGE),
    ("anshin.engine.errors:EngineError", "engine", FAILURE),
    ("anshin.training.errors:TrainingError", "training", FAILURE),
    ("anshin.gateway.errors:AddressTakenError", "address_taken", CONFLICT),
    ("anshin.gateway.errors:AddressError", "bad_address", USAGE),
    ("anshin.console.web.operate.errors:MissingError", "not_found", NOT_FOUND),
    ("anshin.console.web.operate.errors:ConflictError", "conflict", CONFLICT),
    ("anshin.console.web.operate.errors:OperationError", "failure", FAILURE),
    ("anshin.console.web.config:ConfigurationError", "configuration", USAGE),
    ("builtins:FileNotFoundError", "not_found", NOT_FOUND),
    ("builtins:PermissionError", "not_allowed", NOT_ALLOWED),
    ("builtins:FileExistsError", "conflict", CONFLICT),
    ("builtins:OSError", "failure", FAILURE),
)


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code. An error nobody foresaw still shows its traceback."""
    try:
        result = app(args=list(arguments), standalone_mode=False)
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has enough; Python must not complain about it while it ends
        sys.stdout = None
        return FAILURE
    except Exception as error:
        known = describe(error)
        if known is None:
            raise
        tell(known, as_json="--json" in arguments)
        return known.exit_code
    return result if isinstance(result, int) else OK


def describe(error: Exception) -> CliError | None:
    """Return the error as the command line tells it, or None when it is none that we know."""
    if isinstance(error, CliError):
        return error
    if isinstance(error, TyperException):
        usage = error.exit_code == USAGE
        parameter = getattr(getattr(error, "param", None), "name", None) or ""
        return CliError(
            error.format_message(), code="usage" if usage else "failure", exit_code=error.exit_code, field=parameter
        )
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("anshin"):
        return CliError(
            f"This command belongs to the console, which is not installed here ({error.name} is missing). "
            "Install it with: pip install 'anshin[console]'",
            code="not_installed",
        )
    for name, code, exit_code in KNOWN:
        module, _, attribute = name.partition(":")
        if isinstance(error, getattr(import_module(module), attribute)):
            return CliError(str(error), code=code, exit_code=exit_code)
    return None


def tell(error: CliError, *, as_json: bool) -> None:
    """Print one error on standard error: a sentence, or one JSON object."""
    if as_json:
        shape = {"code": error.code, "message": str(error)}
        if error.field:
            shape["field"] = error.field
        text = json.dumps({"error": shape}, ensure_ascii=False)
    else:
        text = f"anshin: {error}"
    print(text, file=sys.stderr)  # noqa: T201 -- this is where the command line speaks
