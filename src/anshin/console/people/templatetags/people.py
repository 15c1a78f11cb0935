"""Filters for the pages about people."""

from django import template

from anshin.console.people.browsers import browser_name

register = template.Library()
register.filter("browser_name", browser_name)
