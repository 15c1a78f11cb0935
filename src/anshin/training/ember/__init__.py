"""Feature files of EMBER2024 and EMBER2018 (JSONL): rows of numbers, tables, and models trained on them out of core.

Not here: computing such numbers from a file (`engine.features.ember`), and the tables of our own corpora (tables).
"""
