"""The models that came with this engine."""

from functools import cache
from importlib.resources import files

from anshin.engine.models.package import SUFFIX, ModelPackage, read_package


@cache
def bundled() -> tuple[ModelPackage, ...]:
    """Return them in the order of their families; raises ModelError where one was changed."""
    folder = files("anshin.engine.models").joinpath("bundled")
    found = [read_package(e.read_bytes()) for e in folder.iterdir() if e.name.endswith(SUFFIX)]
    return tuple(sorted(found, key=lambda p: p.manifest.family))
