"""Learned models on their way to the devices: packages, rings, alarms, drift, and what customers say was no malware.

Not here: making a model (training), checking one (engine), and what a device does with it (agent).
"""
