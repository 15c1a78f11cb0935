from django.db import migrations

from anshin.console.audit import append_only


class Migration(migrations.Migration):
    """Entries of the log can be added and read, nothing else."""

    dependencies = [("audit", "0001_initial")]
    operations = [append_only.migration("audit_auditentry")]
