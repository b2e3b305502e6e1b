"""The gate: may this prescription be started, written or filled now, and if not, why not?"""

from protocol.gate.decide import decide
from protocol.gate.question import Question, Rule, rule

__all__ = ["Question", "Rule", "decide", "rule"]
