"""The walls around the workers that look at untrusted bytes, and the broker's end of the line to them.

Not here: what is looked for (judge). The wire carries JSON only, because a worker may have been taken over.
"""
