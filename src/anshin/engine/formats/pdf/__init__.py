"""PDF, read without a PDF library: objects are found by scanning, so that a file with a broken table is read as well.

Here stands all that knows PDF; what a script in it means is judged by the reader of scripts.
"""
