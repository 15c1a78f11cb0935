"""What a model package says of itself: the part that is signed."""

from typing import Final, Literal

from pydantic import Field

from anshin.engine.verdict import Frozen

SCHEMA_VERSION: Final = 1


class FileEntry(Frozen):
    """One file of the package, bound to the signature by its hash."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Threshold(Frozen):
    """From which raw probability on a file counts, and what was measured there on data that the training never saw."""

    probability: float = Field(ge=0, le=1)
    target_fpr: float
    fpr: float  # on the validation part
    fpr_upper: float  # one-sided 95 % bound
    tpr: float  # on the validation part
    benign: int = Field(ge=0)  # files of the validation part
    malicious: int = Field(ge=0)


class Stack(Frozen):
    """Turns the two logits into one probability: sigmoid(trees * t + deep * d + bias)."""

    trees: float
    deep: float
    bias: float


class DeepInput(Frozen):
    """Which bytes the deep model reads: the first `head` and the last `tail`, padded with the value 256."""

    head: int = Field(gt=0)
    tail: int = Field(ge=0)


class Manifest(Frozen):
    """The signed document of a package."""

    schema_version: Literal[1] = SCHEMA_VERSION
    family: str  # format family, see features/schemas
    version: str = Field(pattern=r"^\d{4}\.\d{1,2}\.\d{1,3}$")  # year.month.number
    engine_min: str  # oldest engine that can use it
    created: str  # ISO date
    features: tuple[str, ...]  # names of the vector's entries that the trees read, in their order
    stack: Stack
    deep_input: DeepInput | None = None  # None: trees alone
    watch: Threshold  # suspicious from here
    protect: Threshold  # malicious from here
    training_manifest_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    files: dict[str, FileEntry]
