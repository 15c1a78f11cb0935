"""Settings, addresses, base templates, static files, middleware and the home page.

Not here: anything about a noun of the business; that has an app of its own.
"""
