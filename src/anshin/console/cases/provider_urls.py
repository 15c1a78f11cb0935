"""Addresses of cases below one provider (/p/<provider>/)."""

from django.urls import path

from anshin.console.cases import views

urlpatterns = [path("queue/", views.desk_queue, name="desk_queue")]
