"""Addresses of the diagnosis below one provider (/p/<provider>/)."""

from django.urls import path

from anshin.console.diagnosis.views import portfolio

urlpatterns = [path("accumulation/", portfolio.accumulation, name="accumulation")]
