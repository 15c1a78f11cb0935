"""The one API object: agent routes and customer routes, one error shape, OpenAPI at /api/docs."""

from ninja import NinjaAPI

from anshin import __version__

api = NinjaAPI(title="Anshin", version=__version__, urls_namespace="api", docs_url="/docs")
