"""Documents locked with a password: opened with the password that Excel itself uses, or with a likely one.

The library msoffcrypto knows the four schemes of Office; there is no reason for another.
"""

import io

from anshin.engine.budget import Budget
from anshin.engine.wording import load_data

MOST_TRIES = 10
"""One try costs up to 0.2 s by design of the format."""
DEFAULT = "VelvetSweatshop"


def decrypt(data: bytes, budget: Budget) -> tuple[bytes, str] | None:
    """Return (document, password), or None where no password fits. Raises `LimitHit`."""
    import msoffcrypto  # type: ignore[import-untyped]
    from msoffcrypto.exceptions import (  # type: ignore[import-untyped]
        DecryptionError,
        FileFormatError,
        InvalidKeyError,
        ParseError,
    )

    known = [DEFAULT, *budget.passwords(), *load_data("unpack/passwords.yaml")]
    for password in list(dict.fromkeys(known))[:MOST_TRIES]:
        budget.check_time()
        out = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            if hasattr(file, "load_key"):
                try:
                    file.load_key(password=password, verify_password=True)
                except TypeError:
                    file.load_key(password=password)
            file.decrypt(out)
        except (InvalidKeyError, DecryptionError):
            continue
        except (FileFormatError, ParseError):
            return None
        except Exception:  # noqa: BLE001 -- forged headers make the library fail in many ways; all mean: not opened
            return None
        if plain := out.getvalue():
            budget.spend(len(plain))
            return plain, password
    return None
