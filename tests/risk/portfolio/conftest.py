import pytest

from anshin.risk.portfolio import Run, VendorCause
from tests.risk.portfolio.firms import firms


@pytest.fixture
def small() -> Run:
    """Several blocks of firms and of years."""
    causes = (
        VendorCause("os", "A", 0.5, 0.02, 0.7),
        VendorCause("cloud", "A", 0.3, 0.05),
        VendorCause("cloud", "B", 2.0, 0.01),
    )
    return Run(firms(9000), 120, 7, causes, block_years=50)
