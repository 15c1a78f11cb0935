"""What the agent tells the console about the computer it runs on."""

import platform

from anshin import __version__
from anshin.agent.text import short
from anshin.engine.verdict import Versions
from anshin.wire.documents import Machine


def describe(versions: Versions) -> Machine:
    """Return name, system and versions; nothing that names a person."""
    system = platform.system()
    release = platform.release() if system != "Darwin" else platform.mac_ver()[0]
    return Machine(
        hostname=short(platform.node()),
        os=short(f"{'macOS' if system == 'Darwin' else system} {release}".strip()),
        arch=short(platform.machine()),
        agent_version=short(__version__),
        engine_version=short(versions.engine),
        rules_version=short(versions.rules),
    )
