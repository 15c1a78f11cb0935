"""Pages of the diagnosis: questions, the report and its variants, papers.

Not here: what can be done (operations) and what the report consists of (report_page, charts).
"""
