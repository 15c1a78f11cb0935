"""Addresses of models below one provider (/p/<provider>/)."""

from django.urls import path

from anshin.console.fleet.rollout.views import drift, false_positives, releases, rollouts

urlpatterns = [
    path("models/", releases.model_list, name="model_list"),
    path("models/upload/", releases.model_upload, name="model_upload"),
    path("models/keys/add/", releases.model_key_add, name="model_key_add"),
    path("models/drift/", drift.model_drift, name="model_drift"),
    path("models/canary/", rollouts.canary_list, name="canary_list"),
    path("models/<uuid:release_id>/", releases.model_detail, name="model_detail"),
    path("models/<uuid:release_id>/start/", rollouts.rollout_start, name="rollout_start"),
    path("models/rollouts/<uuid:rollout_id>/change/", rollouts.rollout_change, name="rollout_change"),
    path("false-positives/", false_positives.false_positive_list, name="false_positive_list"),
    path("false-positives/decide/", false_positives.false_positive_decide, name="false_positive_decide"),
]
