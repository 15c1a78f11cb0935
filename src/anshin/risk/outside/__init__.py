"""What anybody can see of the firm's own domain: DNS records and TLS as given, judged; the result is a dated fact.

Pure: whoever fetches records hands them in. Not here: sockets, resolvers and other people's domains.
"""
