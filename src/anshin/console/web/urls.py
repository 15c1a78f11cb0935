"""Every address of the console. Each app lists its own; here they get their place."""

from django.urls import include, path

from anshin.console.web import health, metrics, views
from anshin.console.web.api import api

urlpatterns = [
    path("", views.start, name="start"),
    path("c/<uuid:organisation_id>/", include("anshin.console.web.company_urls")),
    path("accounts/", include("anshin.console.people.account_urls")),
    path("p/<uuid:organisation_id>/", include("anshin.console.cases.provider_urls")),
    path("p/<uuid:organisation_id>/", include("anshin.console.diagnosis.provider_urls")),
    path("p/<uuid:organisation_id>/", include("anshin.console.fleet.rollout.provider_urls")),
    path("", include("anshin.console.people.urls")),
    path("", include("anshin.console.web.setup_urls")),
    path("api/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("emergency/", views.emergency, name="emergency"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
]

handler400 = "anshin.console.web.errors.bad_request"
handler403 = "anshin.console.web.errors.not_allowed"
handler404 = "anshin.console.web.errors.not_found"
handler500 = "anshin.console.web.errors.broken"
