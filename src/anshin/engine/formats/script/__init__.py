"""Scripts: text in a language → signs, decoded layers, facts and words. Nothing is ever run.

`analyse` is open to every parser that meets script text (HTML, Office macros, PDF).
Markup and shortcuts live beside it.
"""

from anshin.engine.formats.script.analyse import Analysis, analyse

__all__ = ["Analysis", "analyse"]
