"""Devices, what their agents report, detections, quarantine and commands to devices.

Not here: judging files (engine), and what people do about a detection (cases).
"""
