"""The diagnosis in plain words, Japanese and English: sentences and figures as data, from a `LossResult` alone.

Not here: HTML, PDF and charts (the console renders this), and any new figure.
"""

from anshin.risk.report.build import CustomerReport, Report, build, build_for_customers

__all__ = ["CustomerReport", "Report", "build", "build_for_customers"]
