"""Pages of the provider about models. Each page: parse, access, operation, template.

Not here: the customer's pages about devices and detections (fleet.views).
"""
