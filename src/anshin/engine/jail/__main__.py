"""`python -m anshin.engine.jail FD` is the zygote; FD is its line to the broker."""

import sys
from multiprocessing.connection import Connection

from anshin.engine.jail.zygote import serve

if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
