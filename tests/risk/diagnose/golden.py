"""Writes the golden file of the diagnosis anew: `PYTHONPATH=src:. python -m tests.risk.diagnose.golden`."""

from anshin.risk.diagnose import diagnose
from tests.risk.diagnose.test_diagnose import GOLDEN, SMALL
from tests.risk.firms import demo

if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(diagnose(demo(), **SMALL).model_dump_json(indent=1) + "\n", encoding="utf-8")
