"""Markup that programs open by themselves: HTML, HTA, SVG, WSF.

Scripts in it go to `formats.script`; files in it are members.
"""
