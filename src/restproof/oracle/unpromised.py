"""Failures of what nobody has promised: a server that does otherwise than it was seen to has *changed*, and is not
*broken*."""

from __future__ import annotations

from collections.abc import Sequence

from restproof.contract.statuses import follows
from restproof.oracle.check import ANOTHER_FORM
from restproof.oracle.failures import is_failure
from restproof.record.model import Learned, RecordedFinding, RecordedRequirement

_CASE = "statuses."
_FORM = "normalized."
_OF_VALUES = ("immutable", "touched", "errors")
"""Words that say what becomes of a value, or what a body holds, and no status."""
_OF_THE_SERVER = ("immutable", "touched")
_REFERENCE = "references."
_OPEN = "open"
_STATUS = "status"
_VALUE = "value"
_NO_ANSWER = "no-answer"


def changed_from(
    finding: RecordedFinding, requirement: RecordedRequirement, resource: str | None, learned: Sequence[Learned]
) -> str:
    """The word that nobody has promised, and that the finding is against, with the day on which it was seen; empty
    where the server breaks a promise."""
    if finding.kind == _NO_ANSWER or is_failure(finding):
        return ""
    for word in learned:
        # What becomes of a reference shows where the resource that it names is deleted.
        own = word.resource in (None, resource) or word.word.startswith(_REFERENCE)
        if own and (_asserts(requirement, word) or _is_due_to(finding, word)) and _is_against(finding, word):
            return f"{word.word}, seen {word.seen}"
    return ""


def _asserts(requirement: RecordedRequirement, word: Learned) -> bool:
    return any(word.word == name or word.word.startswith(f"{name}.") for name in requirement.words)


def _is_due_to(finding: RecordedFinding, word: Learned) -> bool:
    """Whether nothing else says the value of the field, whichever rule has looked at it: what only the server sets is
    volatile without the word, and what a create leaves out is open."""
    if word.word in _OF_THE_SERVER:
        return finding.kind == _VALUE and finding.field in word.fields
    return bool(finding.due) and finding.due == word.word


def _is_against(finding: RecordedFinding, word: Learned) -> bool:
    """Whether the word is what makes it a finding: it is about the field, and what came is promised without it."""
    if word.word.startswith(_CASE):
        if finding.due and not follows(finding.due, word.word.removeprefix(_CASE)):
            return False  # the status that was due is another case's
        shown = finding.actual if finding.kind == _STATUS else "200"
        allowed = word.promised or ("4xx",)
        return any(shown == status or (status.endswith("xx") and shown[:1] == status[:1]) for status in allowed)
    if finding.kind == _STATUS and word.word in _OF_VALUES:
        return False
    if word.word == _OPEN:
        return finding.kind == _STATUS and finding.actual.startswith("4")
    if word.fields and finding.field and finding.field.partition(".")[0].partition("[")[0] not in word.fields:
        return False
    # Another value is lost, and has not kept the form that it was sent in.
    return not word.word.startswith(_FORM) or finding.actual == ANOTHER_FORM
