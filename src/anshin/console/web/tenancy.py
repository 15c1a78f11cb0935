"""The models that are not scoped to one company, each with its reason. Every other model refuses a query without scope.

A test walks all models and fails when one is neither scoped nor listed here.
"""

UNSCOPED_MODELS: dict[str, str] = {
    "people.Organisation": "is itself the scope; found through people.access.organisations_of",
    "people.User": "a person may belong to several companies; found through memberships",
    "people.Membership": "decides which companies one may look at, so it must be read before a scope exists",
    "people.SignInLink": "found by the hash of a secret, before anyone is signed in",
    "audit.AuditHead": "written by operations of every company; read through audit.access only",
    "audit.AuditEntry": "written by operations of every company; read through audit.access only",
    "loop.DomainEvent": "the worker delivers the events of all companies, each inside its own scope",
    "fleet.RequestNonce": "checked before a device, and with it a company, is accepted",
    "web.Installation": "belongs to the installation, not to a company",
    "web.WorkerHeartbeat": "belongs to the installation, not to a company",
}
