"""Addresses below one company."""

from django.urls import include, path

from anshin.console.web import views

urlpatterns = [
    path("", views.company_home, name="home"),
    path("status/", views.home_status, name="home_status"),
    path("cards/", views.home_cards, name="home_cards"),
    path("happenings/", views.home_log, name="home_log"),
    path("", include("anshin.console.fleet.urls")),
    path("", include("anshin.console.cases.urls")),
    path("", include("anshin.console.diagnosis.urls")),
    path("", include("anshin.console.audit.urls")),
    path("", include("anshin.console.people.company_urls")),
]
