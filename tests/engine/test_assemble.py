from anshin.engine.assemble import Findings, assemble
from anshin.engine.rules.catalogue import combined
from anshin.engine.verdict import FileType, Reason, Status, Verdict, Versions
from anshin.engine.wording import GAP_CODES, gap, load_data

KIND = FileType(kind="text", mime="text/plain", decided_by="none")


def reason(weight: float, code: str = "rule.x") -> Reason:
    return Reason(code=code, weight=weight, ja="理由", en="reason")


def verdict(findings: Findings, name: str = "x") -> Verdict:
    return assemble(
        findings, sha256="0" * 64, size=1, name=name, kind=KIND, versions=Versions(engine="1", rules="2"), cpu_ms=0
    )


def test_signs_add_up_as_independent_probabilities_and_repetition_counts_once():
    assert combined([reason(0.5, "a"), reason(0.5, "b")]) == 0.75
    assert combined([reason(0.3), reason(0.4), reason(0.3)]) == 0.4
    assert combined([]) == 0.0


def test_status_follows_score_then_members_then_gaps():
    assert verdict(Findings()).status is Status.CLEAN
    assert verdict(Findings(reasons=[reason(0.49)])).status is Status.CLEAN
    assert verdict(Findings(reasons=[reason(0.5)])).status is Status.SUSPICIOUS
    assert verdict(Findings(reasons=[reason(0.9)])).status is Status.MALICIOUS
    assert verdict(Findings(gaps=[gap("time")])).status is Status.INCOMPLETE
    assert verdict(Findings(reasons=[reason(0.6)], gaps=[gap("time")])).status is Status.SUSPICIOUS


def test_worst_child_decides_and_gaps_are_kept_beside_it():
    findings = Findings(gaps=[gap("encrypted")])
    for child in (Findings(), Findings(reasons=[reason(1.0)]), Findings(gaps=[gap("damaged")])):
        findings.take_child(verdict(child, name="m"), listed=True)
    result = verdict(findings)
    assert (result.status, result.score) == (Status.MALICIOUS, 1.0)
    assert {g.code for g in result.gaps} == {"encrypted", "damaged"}
    assert result.reasons[0].place.member == "m"


def test_a_child_that_is_not_listed_still_counts():
    findings = Findings()
    findings.take_child(verdict(Findings(reasons=[reason(1.0)])), listed=False)
    assert not findings.children
    assert verdict(findings).status is Status.MALICIOUS


def test_every_gap_of_the_contract_has_words():
    words = load_data("wording.yaml")["gaps"]
    assert set(GAP_CODES) <= set(words)
    for pair in words.values():
        assert pair["ja"].endswith("。")
        assert pair["en"].endswith(".")
