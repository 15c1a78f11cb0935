"""OneNote sections: the files embedded in their pages, and the lure to click them.

Here lives the scan for embedded files. Not here: the text and layout of pages, which cannot run anything.
"""
