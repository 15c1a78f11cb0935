"""What a model can do, measured on files it has never seen: rates with their intervals, calibration, evasion, peers."""
