"""Other programs ask the engine over a socket, as they would ask clamd: mail servers, file servers, web applications.

Here live sockets, connections and their limits. Not here: the protocol (anshin.engine.clamd) and the judging.
"""
