"""Our own YARA-X rules with words and weights, and the rules a user brings.

Here live compiling, refusing what is broken, and scanning. Not here: what a set of findings means (assemble).
"""

from anshin.engine.rules.compile import RuleError, RuleSet, compile_rules
from anshin.engine.rules.scan import RuleScanner

__all__ = ["RuleError", "RuleScanner", "RuleSet", "compile_rules"]
