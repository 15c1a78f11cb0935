"""The pages of people: members, API keys, the way in, the profile, the provider's board.

Not here: sign-in itself and second factors, which are django-allauth's pages in our templates.
"""
