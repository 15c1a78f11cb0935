"""Addresses of audit."""

from django.urls import path

from anshin.console.audit import views

urlpatterns = [path("audit/", views.audit_list, name="audit_list")]
