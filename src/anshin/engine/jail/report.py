"""Which walls stand: for `anshin doctor` and for people who want to know."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class JailReport:
    """One field per wall; False means that this machine does not offer it."""

    separate_process: bool = False
    rlimits: bool = False
    no_new_privs: bool = False
    capabilities_dropped: bool = False
    landlock_abi: int = 0  # 0: none
    seccomp: bool = False
    dies_with_parent: bool = False

    def as_dict(self) -> dict[str, bool | int]:
        """Return plain values for JSON."""
        return asdict(self)
