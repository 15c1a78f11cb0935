"""The sentences of models in words a person understands."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anshin.console.fleet.rollout.models import Rollout

Text = str | Promise

REFUSED: dict[str, Text] = {
    "under_way": _("Another version of this model is with the canary devices. Give it to all, or roll it back first."),
    "in_use": _("This version is with all devices already."),
    "not_canary": _("It is not with the canary devices any more."),
    "not_paused": _("It is not paused."),
    "ended": _("It has been rolled back, or another version has taken its place."),
    "reason": _("Give a reason."),
}
MARKS: dict[str, str] = {
    Rollout.State.CANARY: "attention",
    Rollout.State.PAUSED: "attention",
    Rollout.State.EVERYONE: "safe",
    Rollout.State.ROLLED_BACK: "urgent",
}
"""Which of the console's four marks stands beside a state."""
REPORT_REFUSED: dict[str, Text] = {
    "reason": _("Give a reason of at least 5 characters."),
    "no_hash": _("The file was not read to its end, so it cannot be allowed by its SHA-256."),
    "denied": _("This file stands on your list of always blocked files. Take it off there first."),
    "declined": _("Your provider has looked at this file already and does not agree. Call the desk."),
    "decided": _("This report has been decided already."),
}
DONE: dict[str, Text] = {
    "pause": _("Paused. Only the canary devices keep it."),
    "resume": _("The rollout goes on."),
    "widen": _("All devices get it within a few minutes."),
    "roll_back": _("Rolled back. The devices return to the model before within a few minutes."),
}
