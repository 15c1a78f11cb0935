"""The protocol of clamd, ClamAV's daemon, without any input or output: bytes in, commands; verdicts in, replies.

Not here: sockets, files and the judging itself (anshin.gateway).
"""
