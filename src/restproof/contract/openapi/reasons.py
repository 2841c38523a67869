"""Why an operation of a document is none of a contract, as far as its bodies say it: in words that a reader of the
document finds true there."""

from __future__ import annotations

from restproof.contract.address import OWN_ID
from restproof.contract.openapi.answers import Reader, entries_of, is_object, object_of
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of

_CALLED = {"string": "texts", "integer": "numbers", "number": "numbers", "boolean": "truth values", "array": "arrays"}


def no_object(reader: Reader, call: Call) -> str:
    """Why no resource is read of an operation's answer."""
    answer = reader.success(call)
    if not answer:
        return _unsaid(reader, call)
    if types_of(answer) == {"array"}:
        return "its answer is an array, not one object"
    if "object" in types_of(answer):
        return "its answer is an object of which no member is named"
    return "its answer is a single value"


def no_list(reader: Reader, found: Found) -> str:
    """Why no entries are read of a list's answer."""
    call = found.calls["list"]
    answer = object_of(reader.success(call))
    if not answer:
        return _unsaid(reader, call)
    if "array" in types_of(answer):
        return _no_entries(answer)
    if "object" not in types_of(answer):
        return "its answer is a single value"
    if not is_object(answer):
        return "its answer is an object of which no member is named"
    arrays = [n for n, s in answer["properties"].items() if entries_of(s) is not None]
    if len(arrays) > 1:
        return f"its answer holds several arrays, and it is not plain which is the list: {', '.join(arrays)}"
    if arrays:
        return f"its answer holds {arrays[0]} among other things, and is not plainly a list"
    others = [n for n, s in answer["properties"].items() if types_of(s) - {"null"} == {"array"}]
    if others:
        return f"what {', '.join(others)} of its answer holds are no objects with named members"
    if found.parameter is not None or found.calls.keys() != {"list"}:
        return "its answer is no list, but one object"
    if asked := list(call.named("query", required=True)):
        own = f" ({found.collection}?{asked[0]}={OWN_ID} may be the item_path of a list)" if len(asked) == 1 else ""
        return f"its answer is one object, which one its query says{own}"
    return "its answer is one object, which may be absent (404)"


def no_body(reader: Reader, call: Call) -> str:
    """Why no body is made for an operation that takes none of which the members are said."""
    media = reader.media(call)
    if any("json-patch+json" in m for m in media):
        return "it takes a JSON Patch, a list of changes, which no contract sends"
    if reader.is_json(media):
        return "it is not said what the JSON that it takes holds"
    return f"it takes {media[0]}, no JSON" if media else "it takes no body"


def _unsaid(reader: Reader, call: Call) -> str:
    """Why an answer of which no schema is known says nothing."""
    media = reader.answered(call)
    if not reader.codes(call, "2"):
        return "the document has no answer of its success"
    if reader.is_json(media):
        return "it is not said what the JSON of its answer holds"
    return f"its answer is {media[0]}, no JSON" if media else "the document does not say its answer"


def _no_entries(answer: Schema) -> str:
    held = answer.get("items")
    kinds = types_of(held) - {"null"} if isinstance(held, dict) and held else set()
    names = sorted({_CALLED[kind] for kind in kinds if kind in _CALLED})
    if kinds and len(kinds) < 3 and "object" not in kinds:
        return f"its answer is an array of {' and '.join(names)}, not of objects"
    return "its answer is an array, and it is not said what its entries hold"
