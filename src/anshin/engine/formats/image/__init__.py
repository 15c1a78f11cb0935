"""Pictures (PNG, JPEG, GIF, BMP, WebP, ICO): walked to their true end, because what does not belong there hides there.

Not here: pixels are not decoded; what is hidden in them by small changes of colour is not seen.
"""
