"""The diagnosis on paper: two pages for the president, one to show to customers, set by typst in a child process.

Not here: figures and sentences (report_page, `anshin.risk.report`) and who may have a paper (views).
"""
