"""The seeded faults by name, each with the rules that name it: where a run tells of one of them first, it has told the fault.

The names say what is wrong; a fault named after one field or resource breaks just that one. Thought out from the description and from what real backends ship,
not from the suites.
"""

from __future__ import annotations

#: Rules (or families, with a dot at the end) → faults.
_GROUPS: dict[str, str] = {
    # ------------------------------------------------------------------ statuses, methods, media
    "create. shape.resource": "create-200 create-no-body create-only-id",
    "create. update.": "create-echoes",
    "delete.answers protocol.no-body": "delete-answers-body delete-204-body delete-202",
    "identity.unknown": "absent-410",
    "identity.unknown-path": "unknown-path-200",
    "protocol.unsupported-verb": "put-accepted post-on-item project-delete unsupported-501",
    "protocol.405-allow": "no-allow allow-lies",
    "protocol.json-valid": "duplicate-keys nan latin1-json bom trailing-comma",
    "protocol.content-type media.": "json-as-text html-type type-missing error-no-type",
    "protocol.date": "no-date",
    "media.json-only": "xml-on-accept",
    "media.foreign-body robust.no-5xx": "form-accepted xml-body-500 media-ignored",
    "media.untyped-body": "media-required",
    "shape.error": "error-array error-text-map error-detail-only",
    "shape.error protocol.content-type": "error-html error-empty error-text",
    "error.no-leak": "error-trace error-java-trace error-sql error-path",
    "shape. read. list.": "wrapped-read wrapped-list",
    "update.answers-ok": "update-204 update-201 update-answers-old",
    # ------------------------------------------------------------------ representations
    "shape. create.defaults create.reads-back": "absent-empty-text null-array field-dropped-null logo-missing",
    "shape. list.entry-agrees": "text-id-listed listed-sparse listed-cut listed-private-false listed-stale",
    "shape. create. update.persists": "text-id number-as-integer latitude-as-text boolean-as-integer fraction-seconds offset-times",
    "create. update. shape. lifecycle.": "display-name-null display-name-empty display-name-swapped",
    "update.": "display-name-stale",
    # ------------------------------------------------------------------ values that change on the way
    "create.reads-back create.accepts-valid update.accepts-valid update.persists robust. lifecycle.": """
        trim-name trim-city-update squeeze-blanks nfc truncate-255 emoji-lost latin1 html-escaped tags-stripped template uppercase-zip backslash
        numeric-zip null-text uri-slash uri-fragment crlf question-trimmed question-lost question-twice rounded whole-longitude square-feet-float32
        date-shift date-century empty-to-null zero-to-null
        """,
    "update.falsy-counts update.accepts-valid update.persists": "empty-to-null-update zero-ignored-update",
    "create.defaults create.reads-back create.": "default-active default-status default-bidding default-flag default-country default-square-feet",
    # ------------------------------------------------------------------ what is refused
    "input.required": "required-500 required-422 question-optional name-optional question-body-optional",
    "input.bounds": """
        name-256 name-limit-create-only text-no-limit code-lower code-three code-digits code-newline code-unchecked-update code-empty date-rollover
        date-time-accepted date-empty date-unchecked-update uri-unchecked uri-unchecked-update longitude-181 range-create-only square-feet-negative
        flag-unchecked-update category-case status-any flag-empty departments-repeat empty-subject blank-name-update tab-name question-blank invalid-422
        """,
    "input.bounds robust.": "nul-accepted",
    "create.accepts-valid update.accepts-valid create. update.": """
        name-254 name-bytes name-utf16 text-10000 empty-refused latitude-exclusive square-feet-zero square-feet-int32 category-missing-value leap-day
        uri-https-only
        """,
    "input.type": """
        number-name-coerced zip-number text-object latitude-text integer-text-update integer-truncated integer-boolean boolean-text boolean-one
        boolean-truthy-update reference-text department-text single-department question-text
        """,
    "input.null": "null-name-ignored null-departments null-boolean",
    "input.unknown-field": "unknown-ignored-update unknown-ignored unknown-nested unknown-beside-ignored unknown-422 unknown-400-update question-update",
    "input.unknown-field create.server-set update.immutable": "server-set-ignored server-set-number server-set-created-at",
    "input.parent input.unknown-field": "path-company-in-body company-text company-default",
    "input.envelope input.parent": "company-from-header",
    "input.envelope robust.": "bare-body envelope-missing-500 envelope-optional-update envelope-null-500 envelope-null-empty",
    "input.malformed-json robust.": "malformed-500 malformed-422 array-500 array-first nan-accepted utf8-lenient utf8-500",
    "input.business-rule": "rule-unchecked-create rule-unchecked-patch rule-unchecked-start rule-second-pair rule-400 closed-to-draft",
    "input.rule-kept update. create. lifecycle.": "rule-equal-refused closed-is-final open-to-draft-refused",
    "input.reference": """
        foreign-office foreign-departments unknown-departments-dropped unknown-stage-null unknown-type-500 unknown-program-404
        reference-unchecked-update
        """,
    "input.too-large": "large-500 large-accepted long-uri-500",
    # ------------------------------------------------------------------ updates
    "update.only-named update.persists update.answers-ok": """
        patch-resets patch-resets-active patch-resets-private patch-clears-departments city-clears-zip open-clears-due-date patch-ignores-division
        patch-ignores-reference
        """,
    "update.null-clears": "patch-ignores-null patch-ignores-null-reference",
    "update.falsy-counts": "patch-ignores-false patch-ignores-empty patch-ignores-zero",
    "update.replaces-arrays": "patch-merges-array departments-sorted",
    "update.replaces-arrays update.falsy-counts": "patch-ignores-empty-array",
    "update.idempotent": "toggle",
    "update.failed-leaves-nothing": "partial-400 partial-406 partial-422",
    "update.failed-leaves-nothing conflict.rename": "partial-409",
    "update.touches-updated-at": "updated-at-frozen updated-at-always empty-update-moves siblings-touched clock-back",
    "update.immutable update.touches-updated-at": "created-at-moves number-moves",
    "update. read.is-stable": "stale-read",
    "update. delete.siblings lifecycle.": "sibling-updated",
    "update.unknown-id identity.unknown": "upsert",
    # ------------------------------------------------------------------ uniqueness
    "conflict.duplicate": "duplicate-422 duplicate-overwrites duplicate-returns-first duplicate-stored duplicate-unchecked",
    "conflict.rename": "rename-unchecked rename-merges",
    "conflict.own-value update.": "rename-self-conflict",
    "conflict.scope": "unique-global unique-case unique-accents unique-trim",
    "delete.frees-unique": "name-kept-after-delete",
    "conflict.": "old-name-kept",
    "conflict.race": "race race-rename",
    "create.failed-leaves-nothing": "refused-create-stored",
    "create.is-listed": "foreign-tenant-create",
    # ------------------------------------------------------------------ deletes
    "delete.siblings": "delete-sibling delete-all-of-company",
    "delete.clears-references": "dangling delete-restricted delete-cascades delete-clears-departments",
    "delete.is-gone": "ghost-read ghost-updated delete-repeats absent-delete-204",
    "delete.unlisted": "ghosts-listed",
    "create.unique-id": "id-reused",
    # ------------------------------------------------------------------ lists
    "list.is-listed create.is-listed list.": "newest-omitted",
    "list.pages-partition list.page-size list.links": "page-overlaps page-skips page-zero-based last-page-cut full-page-plus-one unsorted-shuffled",
    "list.default-size list.page-size": "default-size-20 default-size-all",
    "list.max-size list.bad-page": "size-unbounded size-clamped size-small-maximum",
    "list.totals": "total-of-page total-unfiltered total-of-all total-missing per-page-constant",
    "list.links list.pages-partition": "last-floor prev-on-first next-on-last no-links first-missing links-drop-query links-drop-filters links-drop-size",
    "list.past-the-end": "past-the-end-404 past-the-end-last",
    "list.bad-page robust.": "bad-page-500 bad-page-ignored negative-page page-zero size-zero-is-all",
    "list.bad-filter": "filter-id-500 filter-id-lenient status-filter-lenient status-filter-case",
    "list.filter-sound list.filter-complete": """
        filter-id-ignored filter-id-prefix filter-substring filter-prefix filter-case filter-trim filter-like status-filter-all status-filter-inverted
        status-filter-inactive-ignored filter-after-paging filter-id-unknown-404
        """,
    "list.sort": """
        sort-ignored sort-filtered-ignored sort-descending-ignored sort-created-as-id sort-updated-by-created sort-unstable sort-insensitive sort-locale
        sort-natural sort-utf16 sort-within-page
        """,
    "list.unknown-query-field": "unknown-filter-ignored unknown-sort-ignored unknown-sort-400",
    "list.own-scope auth.object-level": "list-other-company list-all-rfis list-all-tenants",
    # ------------------------------------------------------------------ identity
    "identity.malformed robust.": "id-zero-500 id-negative-400 id-malformed-400 id-malformed-500 id-huge-500 id-long-500 id-prefix",
    "identity.unknown-parent": "unknown-project-empty unknown-project-400 unknown-company-403 unknown-company-empty",
    "identity.wrong-parent auth.object-level": """
        wrong-parent-read wrong-parent-update wrong-company-read wrong-company-update wrong-company-delete foreign-by-own-company
        """,
    # ------------------------------------------------------------------ credentials and limits
    "auth.missing": "no-auth-rfi-update no-auth-companies no-auth-program-read unauthenticated-403",
    "auth.invalid": "bad-token-delete empty-bearer any-scheme token-prefix token-longer token-case",
    "auth.challenge": "no-challenge",
    "refusal.order": "body-before-auth body-before-privilege",
    "auth.forbidden": "read-only-404 read-only-updates read-only-deletes read-only-creates-rfi",
    "auth.forbidden-no-effect": "denied-write-executes",
    "auth.object-level auth.forbidden-parent": """
        foreign-reads foreign-updates foreign-lists foreign-deletes foreign-creates foreign-project-rfis all-companies-listed
        """,
    "limit.answers-429": "throttled-executes throttled-503",
    "limit.retry-after": "retry-after-fraction retry-after-date retry-after-zero no-retry-hint",
    "limit.headers": "remaining-rises reset-in-seconds limit-is-remaining limits-missing-on-204 limits-missing-on-401 limits-missing-on-errors",
    # ------------------------------------------------------------------ robustness and safety
    "robust.": "nul-500 surrogate-500 deep-500 bad-percent-500 slow-nested slow-name-filter flaky-500",
    "read.is-safe read.is-stable": "read-touches read-counts read-numbers departments-shuffled",
}

FAULTS: dict[str, tuple[str, ...]] = {
    name: tuple(rules.split()) for rules, names in _GROUPS.items() for name in names.split()
}
