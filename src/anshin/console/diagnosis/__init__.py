"""What a company could lose, in its own room: the questions, the results with their history, the report and its paper.

Not here: the numbers and sentences themselves (`anshin.risk`), and devices (`fleet`).
"""
