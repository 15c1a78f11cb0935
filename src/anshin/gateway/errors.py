"""What may go wrong before the gateway listens. What a client does wrong is answered in its own protocol."""


class GatewayError(Exception):
    """Base of everything the gateway raises on purpose."""


class AddressError(GatewayError):
    """An address that cannot be listened on, or that must not be without a person's word."""


class AddressTakenError(GatewayError):
    """Another program listens there."""
