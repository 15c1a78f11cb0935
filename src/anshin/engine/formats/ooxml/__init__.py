"""Office Open XML (docx, xlsx, pptx, xlsb and their kin): what parts refer to, fields, macro sheets, slides' actions.

Here live the package reader and the signs. Not here: the members themselves, which the ZIP unpacker hands on (unpack).
"""
