"""What can be done with models: by the provider's people, by devices, by Anshin itself. Audited where it matters.

Not here: HTTP, forms and pages; nor who may reach which object (rollout.access).
"""

from anshin.console.fleet.rollout.operations.counting import note_model_detections
from anshin.console.fleet.rollout.operations.keys import add_key
from anshin.console.fleet.rollout.operations.plans import choose_canary, hear_models, part_for
from anshin.console.fleet.rollout.operations.releases import upload_release
from anshin.console.fleet.rollout.operations.rollouts import (
    RolloutRefused,
    advance_rollouts,
    pause,
    resume,
    roll_back,
    start_rollout,
    widen,
)

__all__ = [
    "RolloutRefused",
    "add_key",
    "advance_rollouts",
    "choose_canary",
    "hear_models",
    "note_model_detections",
    "part_for",
    "pause",
    "resume",
    "roll_back",
    "start_rollout",
    "upload_release",
    "widen",
]
