"""Addresses of people below one company."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
