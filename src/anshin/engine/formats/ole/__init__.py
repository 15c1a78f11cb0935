"""OLE2 (Compound File Binary): the container, and what Office, installers and other programs keep in it.

Here live streams, embedded objects, class ids and encryption. Not here: macro text (vba), Excel 4.0 macros (xlm).
"""
