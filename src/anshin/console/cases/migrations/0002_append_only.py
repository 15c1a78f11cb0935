from django.db import migrations

from anshin.console.audit import append_only


class Migration(migrations.Migration):
    """Evidence and its custody can be added and read, nothing else."""

    dependencies = [("cases", "0001_initial")]
    operations = [append_only.migration("cases_evidence", "cases_custodyevent")]
