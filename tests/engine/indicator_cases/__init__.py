"""For every indicator of the catalogue a file that has it and the same file without it; one module per catalogue file.

Each module holds `CASES: dict[str, Case]`, the key being the indicator's code. All files are made at run time, are
harmless, and imitate only the trick; `tests/engine/rules/test_catalogue.py` judges every one of them.
"""
