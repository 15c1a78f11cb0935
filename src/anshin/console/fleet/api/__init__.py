"""What programs may ask over HTTP: the agent's API (signed by the device) and the customer's API (by API key).

Not here: what is done then (operations), and the one error shape (web.problems).
"""
