"""What a firm says about itself: the questions (data), and the strict reading of its answers and measured facts.

Not here: what the answers do to frequencies and costs (`profile`, `controls`), and web forms.
"""
