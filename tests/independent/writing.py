"""What a create, an update and a delete do, and what refuses them."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

from .resources import Field, Kind
from .seeded import on
from .state import Refused, Row, State, instant
from .values import nested_unknown, stored, wrong

ORDERED = (
    ("estimated_start_date", "estimated_completion_date"),
    ("actual_start_date", "projected_finish_date"),
)


class Writing(State):
    """The rules of writing."""

    def _next_id(self) -> int:
        if on("id-reused") and self.freed:
            return self.freed.pop()
        while True:
            id = self.random.randrange(2**33, self.variety.largest_id)
            if all(id not in rows for rows in self.rows.values()):
                return id

    def refuse_bad(self, kind: Kind, sent: dict[str, Any], *, update: bool) -> None:
        """Unknown fields, then missing ones and wrong values."""
        known = {n: f for n, f in kind.fields.items() if not (update and f.kind == "question")}
        if on("question-update") and update and kind.name == "rfi":
            known["question"] = kind.fields["question"]
        unknown = [n for n in sent if n not in known]
        unknown += [f"{n}.{m}" for n, v in sent.items() if n in known for m in nested_unknown(known[n], v)]
        if on("unknown-ignored-update") and update and kind.name == "department":
            unknown = []
        if on("unknown-ignored") and kind.name == "project_type":
            unknown = []
        if on("server-set-ignored"):
            unknown = [n for n in unknown if n not in ("id", "created_at", "updated_at", "display_name")]
        if on("server-set-number") and kind.name == "rfi":
            unknown = [n for n in unknown if n != "number"]
        if on("server-set-created-at") and kind.name == "rfi" and not update:
            unknown = [n for n in unknown if n != "created_at"]
        if unknown:
            raise Refused(
                422 if on("unknown-422") else 400 if on("unknown-400-update") and update else 406,
                "does not exist",
                unknown[0],
            )
        if not update:
            for name, spec in known.items():
                if spec.required and name not in sent:
                    if on("required-500") and kind.name == "program":
                        raise RuntimeError(f"KeyError: {name}")
                    if on("question-optional") and name == "question":
                        continue
                    if on("name-optional") and kind.name == "project_stage":
                        continue
                    raise Refused(422 if on("required-422") else 400, "can't be blank", name)
        for name, spec in known.items():
            if name in sent:
                problem = wrong(kind.name, name, spec, sent[name], self.variety.leeway, update=update)
                if problem:
                    raise Refused(422 if on("invalid-422") and spec.kind == "choice" else 400, problem, name)

    def refuse_rules(
        self, kind: Kind, home: int, after: dict[str, Any], before: dict[str, Any] | None, sent: dict[str, Any]
    ) -> None:
        """The business rules, on the state that would follow."""
        for first, second in ORDERED if kind.name == "project" else ():
            start, end = after[first], after[second]
            if on("rule-unchecked-create") and before is None:
                continue
            if on("rule-unchecked-patch") and before is not None and not (first in sent and second in sent):
                continue
            if on("rule-unchecked-start") and before is not None and second not in sent:
                continue
            if on("rule-second-pair") and first == "actual_start_date":
                continue
            if on("rule-equal-refused") and start == end is not None:
                raise Refused(422, "must be after the start", second)
            if start is not None and end is not None and end < start:
                raise Refused(400 if on("rule-400") else 422, "must not be before the start", second)
        if kind.name == "rfi" and before is not None:
            if before["status"] == "closed" and after["status"] == "draft" and not on("closed-to-draft"):
                raise Refused(422, "a closed RFI cannot become a draft", "status")
            if on("closed-is-final") and before["status"] == "closed" and after["status"] != "closed":
                raise Refused(422, "a closed RFI stays closed", "status")
            if on("open-to-draft-refused") and before["status"] == "open" and after["status"] == "draft":
                raise Refused(422, "an open RFI cannot become a draft", "status")
        self.refuse_references(kind, home, after, sent)

    def refuse_references(self, kind: Kind, home: int, after: dict[str, Any], sent: dict[str, Any]) -> None:
        for name, spec in kind.fields.items():
            if spec.kind not in ("id", "ids") or name not in sent:
                continue
            ids = after[name] if spec.kind == "ids" else [] if after[name] is None else [after[name]]
            for id in [int(i) for i in ids]:
                other = self.rows[spec.to].get(id)
                if other is not None and other.home == home:
                    continue
                if other is not None and on("foreign-office") and name == "office_id":
                    continue
                if other is not None and on("foreign-departments") and name == "department_ids":
                    continue
                if on("unknown-departments-dropped") and name == "department_ids":
                    after[name] = [i for i in after[name] if i in self.rows["department"]]
                    break
                if on("unknown-stage-null") and name == "project_stage_id":
                    after[name] = None
                    break
                if on("unknown-type-500") and name == "project_type_id":
                    raise RuntimeError("foreign key violation")
                if on("unknown-program-404") and name == "program_id":
                    raise Refused(404, "no such program", name)
                if (
                    on("reference-unchecked-update")
                    and name == "program_id"
                    and after is not None
                    and "name" not in sent
                ):
                    after[name] = None
                    break
                raise Refused(self.variety.reference_status if id < 1 else 422, "names nothing", name)

    def taken(self, kind: Kind, home: int, name: Any, but: Row | None) -> Row | None:
        """Who holds the unique name."""
        if not kind.unique:
            return None

        def folded(text: str) -> str:
            if on("unique-case"):
                text = text.lower()
            if on("unique-accents"):
                text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
            if on("unique-trim"):
                text = text.strip()
            return text

        if on("name-kept-after-delete") and (kind.name, home, name) in self.burnt:
            return next(iter(self.rows["company"].values()))
        for row in self.rows[kind.name].values():
            if row is but and not on("rename-self-conflict"):
                continue
            if row.home == home or on("unique-global"):
                if folded(row.values["name"]) == folded(name):
                    return row
                if on("old-name-kept") and name in row.first_seen.get("names", ()):
                    return row
        return None

    def tick(self) -> int:
        self.serial += 1
        return self.serial

    async def create(self, kind: Kind, home: int, sent: dict[str, Any]) -> Row:
        after = {n: list(f.default) if f.kind == "ids" else f.default for n, f in kind.fields.items()}
        self.refuse_bad(kind, sent, update=False)
        after |= {n: stored(kind.name, n, kind.fields[n], v, update=False) for n, v in sent.items() if n in kind.fields}
        if on("name-optional") and after.get("name") is None:
            after["name"] = f"untitled {self.serial}"
        for name, spec in kind.fields.items():
            if name not in sent:
                after[name] = self._default(kind, name, spec, after[name])
        try:
            self.refuse_rules(kind, home, after, None, sent)
        except Refused as refusal:
            if on("refused-create-stored") and refusal.field_name == "office_id":
                self.insert(kind, home, {**after, "office_id": None}, sent)
            raise
        if kind.unique:
            holder = self.taken(kind, home, after["name"], None)
            if on("race") and holder is None:
                await asyncio.sleep(0.08)
            if holder is not None:
                if on("duplicate-returns-first") and holder.kind is kind:
                    return holder
                if on("duplicate-overwrites") and holder.kind is kind:
                    holder.values |= after
                    raise Refused(409, "has already been taken", "name")
                if on("duplicate-unchecked") and kind.name == "project_stage":
                    return self.insert(kind, home, after, sent)
                if on("duplicate-stored"):
                    self.insert(kind, home, after, sent)
                raise Refused(422 if on("duplicate-422") else 409, "has already been taken", "name")
        return self.insert(kind, home, after, sent)

    def _default(self, kind: Kind, name: str, spec: Field, value: Any) -> Any:
        if on("default-active") and name == "active":
            return False
        if on("default-status") and name == "status":
            return "open"
        if on("default-bidding") and name == "is_bidding_stage":
            return True
        if on("default-flag") and name == "flag":
            return "Green"
        if on("default-country") and kind.name == "office" and name == "country_code":
            return "US"
        if on("default-square-feet") and name == "square_feet":
            return 0
        return value

    def insert(self, kind: Kind, home: int, values: dict[str, Any], sent: dict[str, Any]) -> Row:
        now = int(self.now())
        row = Row(kind, self._next_id(), home, values, now, now, serial=self.tick())
        if kind.name == "rfi":
            question = values.pop("question") or {"body": ""}
            body = question["body"] if isinstance(question, dict) else str(question)
            if on("crlf"):
                body = body.replace("\r\n", "\n")
            if on("question-trimmed"):
                body = body.strip()
            row.questions = [{"id": self._next_id(), "body": body, "created_at": instant(now)}]
            if on("question-lost"):
                row.questions = []
            if on("question-twice"):
                row.questions = row.questions * 2
            if on("server-set-number") and "number" in sent:
                values["number"] = str(sent["number"])
        if on("foreign-tenant-create") and kind.name == "department":
            row.home = 6
        self.rows[kind.name][row.id] = row
        return row

    async def update(self, row: Row, sent: dict[str, Any]) -> None:
        kind = row.kind
        try:
            self.refuse_bad(kind, sent, update=True)
        except Refused as refusal:
            self._partial(row, sent, refusal)
            raise
        before = dict(row.values)
        named = {
            n: stored(kind.name, n, kind.fields[n], v, update=True)
            for n, v in sent.items()
            if n in kind.fields and n != "question"
        }
        named = self._named_for_update(row, named, sent)
        after = {**before, **named}
        try:
            self.refuse_rules(kind, row.home, after, before, sent)
            if kind.unique and "name" in named and not (on("rename-unchecked") and kind.name == "program"):
                if on("race-rename"):
                    holder = self.taken(kind, row.home, after["name"], row)
                    await asyncio.sleep(0.05)
                else:
                    holder = self.taken(kind, row.home, after["name"], row)
                if holder is not None:
                    if on("rename-merges"):
                        holder.values |= named
                    raise Refused(409, "has already been taken", "name")
        except Refused as refusal:
            self._partial(row, sent, refusal)
            raise
        self._settle(row, before, after, sent)

    def _named_for_update(self, row: Row, named: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        kind, before = row.kind, row.values
        if on("patch-ignores-null"):
            named = {n: v for n, v in named.items() if v is not None or n != "description"}
        if on("patch-ignores-null-reference"):
            named = {n: v for n, v in named.items() if v is not None or n != "office_id"}
        if on("patch-ignores-false"):
            named = {n: v for n, v in named.items() if v is not False}
        if on("patch-ignores-empty"):
            named = {n: v for n, v in named.items() if v != "" or n != "city"}
        if on("patch-ignores-zero"):
            named = {n: v for n, v in named.items() if v != 0 or n not in ("latitude", "square_feet") or v is False}
        if on("zero-ignored-update") and sent.get("longitude") == 0:
            named.pop("longitude", None)
        if on("null-name-ignored") and named.get("name", "") is None:
            del named["name"]
        if on("patch-ignores-division"):
            named.pop("division", None)
        if on("patch-ignores-reference"):
            named.pop("reference", None)
        if "department_ids" in named:
            if on("patch-merges-array"):
                named["department_ids"] = list(dict.fromkeys([*before["department_ids"], *named["department_ids"]]))
            if on("patch-ignores-empty-array") and named["department_ids"] == []:
                del named["department_ids"]
            if on("departments-sorted") and "department_ids" in named:
                named["department_ids"] = sorted(named["department_ids"])
        if on("patch-resets") and kind.name == "office":
            named = {**{n: None for n in kind.fields if n != "name"}, **named}
        if on("patch-resets-active") and kind.name == "project" and "active" not in named:
            named["active"] = True
        if on("patch-resets-private") and kind.name == "rfi" and "private" not in named:
            named["private"] = False
        if on("patch-clears-departments") and kind.name == "project" and "department_ids" not in named:
            named["department_ids"] = []
        if on("toggle") and "is_bidding_stage" in named:
            named["is_bidding_stage"] = not before["is_bidding_stage"]
        if on("city-clears-zip") and "city" in named and "zip" in before and named["city"] != before["city"]:
            named.setdefault("zip", None)
        if on("open-clears-due-date") and named.get("status") == "closed":
            named.setdefault("due_date", None)
        return named

    def _partial(self, row: Row, sent: dict[str, Any], refusal: Refused) -> None:
        """A refused update that leaves a part of itself behind, where a fault says so."""
        wanted = {400: "partial-400", 406: "partial-406", 409: "partial-409", 422: "partial-422"}.get(
            refusal.status, ""
        )
        if not on(wanted):
            return
        for name, value in sent.items():
            spec = row.kind.fields.get(name)
            if spec is None or name == refusal.field_name or spec.kind in ("id", "ids", "question"):
                continue
            if not wrong(row.kind.name, name, spec, value, self.variety.leeway, update=True):
                row.values[name] = value

    def _settle(self, row: Row, before: dict[str, Any], after: dict[str, Any], sent: dict[str, Any]) -> None:
        now = int(self.now())
        kind = row.kind
        if on("stale-read"):
            self.stale[kind.name, row.id] = self.shown(row)
        if on("old-name-kept") and kind.unique:
            row.first_seen.setdefault("names", []).append(before["name"])
        changed = before != after
        row.values = after
        if (changed or on("updated-at-always") or (on("empty-update-moves") and not sent)) and not on(
            "updated-at-frozen"
        ):
            row.updated = max(now, row.updated)
            if on("siblings-touched"):
                for other in self.under(kind, row.home):
                    other.updated = now
        if on("created-at-moves") and changed:
            row.created = now
        if on("number-moves"):
            row.serial = self.tick()
        if on("question-update") and "question" in sent:
            row.questions[0]["body"] = sent["question"]["body"]
        if on("sibling-updated") and kind.name == "department" and "origin_id" in sent:
            for other in self.under(kind, row.home):
                other.values["origin_id"] = after["origin_id"]
        if on("clock-back") and changed:
            row.updated = row.created - 3600

    def delete(self, row: Row) -> None:
        kind = row.kind
        projects = [p for p in self.rows["project"].values()]
        field_name = "department_ids" if kind.name == "department" else f"{kind.name}_id"
        users = [p for p in projects if row.id == p.values.get(field_name) or row.id in (p.values["department_ids"])]
        if on("delete-restricted") and users:
            raise Refused(409, "is in use")
        self.ghosts[row.id] = row
        self.burnt.add((kind.name, row.home, row.values["name"]))
        del self.rows[kind.name][row.id]
        self.freed.append(row.id)
        if on("delete-sibling") and kind.name == "project_type":
            others = [r for r in self.under(kind, row.home) if r is not row]
            if others:
                del self.rows[kind.name][others[-1].id]
        if on("delete-all-of-company") and kind.name == "program":
            for other in self.under(kind, row.home):
                del self.rows[kind.name][other.id]
        for project in users:
            if on("dangling"):
                continue
            if on("delete-cascades"):
                self.rows["project"].pop(project.id, None)
            if kind.name == "department":
                kept = [i for i in project.values["department_ids"] if i != row.id]
                project.values["department_ids"] = [] if on("delete-clears-departments") else kept
            else:
                project.values[field_name] = None
            if self.variety.delete_moves_time:
                project.updated = int(self.now())
