"""Soundings: which fields of a create a server takes, where its contract leaves open which rules there are.

One create with every field is sent for each resource before a run is planned. Where it is refused and the smallest one
is not, a field is to blame that names something, or has a form, of which nobody has written: it is looked for, and the
bodies of the run do without it. So it does not keep all that is asked with whole bodies from being tested.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from restproof.bundle import REGISTER, suites_of
from restproof.contract.given import GivenValues
from restproof.contract.model import Resource
from restproof.contract.shapes import types_of
from restproof.contract.values import VALUES
from restproof.engine.around import put_away
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.subject import Subject
from restproof.engine.world import World
from restproof.errors import Interrupted, RestproofError
from restproof.frozen import frozen
from restproof.hooks import HookFailed
from restproof.learning.blame import to_blame
from restproof.plan.bodies import Bodies
from restproof.plan.symbols import RUN, valid_with_token
from restproof.plan.words import PLAIN_PHRASES, PLAIN_WORDS
from restproof.report.text import plural
from restproof.session.ending import closed_at_end, told_at_end
from restproof.session.options import Options
from restproof.session.promise import Promise
from restproof.session.run import Run
from restproof.session.soundings import MOST, MOST_IN_ALL, PART, bound_of
from restproof.wire.stop import STOP


@frozen
class Sounded:
    """What soundings have shown. ``given``: by resource and field, the values that are known to be taken, none where no
    body holds the field; ``left``: what could not be taken away, a line each; ``requests``: how many it took."""

    given: GivenValues = field(default_factory=dict)
    left: tuple[str, ...] = ()
    requests: int = 0


NOTHING = Sounded()


def sounded(promise: Promise, say: Callable[[str], object]) -> Sounded:
    """Sound the target of ``promise``, ``say`` so, and take away what that has made; nothing of an embedded sandbox,
    and where nothing may be made, or only what the user has counted. Raises ``RestproofError``, ``Interrupted`` among
    them."""
    options = promise.options
    # Who plans, or is answered by a recording, need not have what the target asks for.
    target = promise.target if promise.recorded is None and not options.plan else None
    resources, most = bound_of(promise.contract, target.forbid, options) if target else ((), 0)
    if not resources:
        return NOTHING
    say(f"sounding what creates take: {plural(len(resources), 'resource')}, {plural(most, 'create')} at most")
    folders = suites_of(promise.config.root)
    with TemporaryDirectory(prefix="restproof-soundings-") as folder:
        options = _plain(options, Path(folder) / "run")
        run = Run.planned(replace(promise, options=options, is_shared=True), folders[0] / REGISTER, {}, None)
        given: dict[str, dict[str, list[Any] | None]] = {}
        requests = 0
        run.start()
        try:
            with closed_at_end(run), STOP.deferring():
                connection = run.open(()).connection
                sounder = Sounder(connection.runner.world)
                for resource in resources:
                    given[resource.name] = sounder.known(resource)
                requests = connection.session.requests
        except KeyboardInterrupt:
            raise Interrupted(signal.Signals[run.signal or "SIGINT"], run.tidied.left) from None
        except RestproofError as error:  # no run comes after it that would tell
            error.tell_left(run.tidied.left)
            raise
        finally:
            with told_at_end(run):
                run.finish()
        if sounder.passed_over:
            say(f"not sounded, since enough was sent: {', '.join(sounder.passed_over)}")
        return Sounded({name: fields for name, fields in given.items() if fields}, run.tidied.left, requests)


def _plain(options: Options, out: Path) -> Options:
    """The options of a run that only speaks to the same target in the same way."""
    of_target = ("contract", "target", "resource", "max_wait", "cleanup_timeout", "rate", "coordinate")
    most = None if options.max_requests is None else options.max_requests // PART
    return Options(**{name: getattr(options, name) for name in of_target}, max_requests=most, out=str(out))


@dataclass
class Sounder:
    """Sends the soundings of one resource after the other."""

    world: World
    passed_over: list[str] = field(default_factory=list)
    """Resources of which nothing is known, since others took all that may be sent."""
    _sent: int = 0
    _sent_in_all: int = 0
    _words: dict[str, Any] = field(default_factory=dict)
    """Fields of the resource whose texts are a word, each with one."""

    def known(self, resource: Resource) -> dict[str, list[Any] | None]:
        """The fields of which not all values that the schema allows are taken, each with those that are known to be
        (``GivenValues``)."""
        self._sent, self._words = 0, {}
        found: dict[str, list[Any] | None] = {}
        if self._sent_in_all >= MOST_IN_ALL:
            self.passed_over.append(resource.name)
            return found
        with suppress(NotTested, Inconclusive, SetUpFailed, HookFailed):  # the run tells of it where it matters
            bodies = self.world.bodies(resource)
            needed, whole = _needed(bodies).keys(), bodies.full()
            optional = [name for name in whole if name not in needed]
            words = {n: word for n in whole if (word := _word(bodies, n)) is not None}
            refused = self._refused(resource, optional, words)
            found |= dict.fromkeys(self._words)
            found |= {name: [] for name in refused}
            kept = [name for name in optional if name not in refused]
            texts = {n: text for n in whole if n not in refused and (text := _phrase(bodies, n)) is not None}

            def are_refused(some: Sequence[str]) -> bool:
                return self._is_refused(resource, kept, {n: texts[n] for n in some})

            found |= {name: [bodies.plain(name)] for name in to_blame(list(texts), are_refused) or ()}
        return found

    def _refused(self, resource: Resource, optional: Sequence[str], words: Mapping[str, Any]) -> Collection[str]:
        """The optional fields with which creates are refused that are taken without them. Where a word is taken in
        place of a phrase, it is the phrase that is refused."""

        def are_refused(some: Sequence[str]) -> bool:
            return self._is_refused(resource, some)

        if not are_refused(optional):
            return ()
        is_small_taken = not are_refused(())
        if not is_small_taken:
            is_small_taken = self._spell(resource, {n: w for n, w in words.items() if n not in optional})
            if is_small_taken and not are_refused(optional):
                return ()
        found = list((to_blame(optional, are_refused) or ()) if is_small_taken else optional)
        for name in [n for n in found if n in words] if is_small_taken else ():
            if self._spell(resource, {name: words[name]}, [name]):
                found.remove(name)
        # What only lacks another one is refused without it: all others may be taken together.
        alone = (n for n in found if len(found) > 1 and not are_refused([o for o in optional if o != n]))
        if (one := next(alone, None)) is not None:
            return (one,)
        if not is_small_taken:
            raise NotTested("no field alone is to blame")
        return found

    def _spell(self, resource: Resource, words: Mapping[str, Any], beside: Sequence[str] = ()) -> bool:
        """Whether a create is taken with words in place of phrases. From then on, those that are refused as phrases are
        words."""
        if not words or self._is_refused(resource, beside, words):
            return False

        def are_refused(some: Sequence[str]) -> bool:
            return self._is_refused(resource, beside, {n: w for n, w in words.items() if n not in some})

        blamed = to_blame(list(words), are_refused)
        self._words |= {n: words[n] for n in (words if blamed is None else blamed)}
        return True

    def _is_refused(
        self, resource: Resource, names: Sequence[str], instead: Mapping[str, Any] = MappingProxyType({})
    ) -> bool:
        """Whether a create with the smallest body and these fields is refused. ``instead``: values in place of the
        plain ones. Raises ``NotTested`` where that says nothing of them."""
        if self._sent >= MOST or self._sent_in_all >= MOST_IN_ALL:
            raise NotTested("enough was sent")
        self._sent += 1
        self._sent_in_all += 1
        token = self.world.values.next_token()
        subject = Subject(self.world, resource, token=token, setup=f"sounding {token}")
        whole = subject.bodies.full()
        body = {**_needed(subject.bodies), **{name: whole[name] for name in names}}
        body |= {n: word for n, word in self._words.items() if n in body} | dict(instead)
        reply = subject.create(subject.bodies.adjusted_to_rules(body))
        if reply.ok and not put_away(subject, reply):
            raise NotTested("what a create makes stays")
        if not reply.ok and not reply.left_open:
            raise NotTested(f"a create answered {reply.status}, and nothing that is open is to blame")
        return not reply.ok


def _needed(bodies: Bodies) -> dict[str, Any]:
    """The fields that a create cannot do without, as far as anything says so: where the bodies of a run hold all, since
    nobody may have written down which are required, one that holds only its mark is tried."""
    return bodies.minimal() if bodies.required else {}


def _word(bodies: Bodies, name: str) -> Any:
    """A word in place of the phrase that is the plain value of a field; ``None`` where that is none."""
    schema, plain = bodies.settable[name], bodies.plain(name)
    if not isinstance(plain, str) or " " not in plain or not _is_free(schema):
        return None
    word = f"{RUN}{PLAIN_WORDS[0]}" if RUN in plain else PLAIN_WORDS[0]
    return word if valid_with_token(schema, word) else None


def _phrase(bodies: Bodies, name: str) -> Any:
    """An ordinary text for a field of texts whose plain value is none, and is no mark either; ``None`` for any other
    field."""
    schema, plain = bodies.settable[name], bodies.plain(name)
    inner = schema.get("items", {}) if isinstance(plain, list) else schema
    if not _is_free(inner):
        return None
    phrase = [PLAIN_PHRASES[0]] if isinstance(plain, list) else PLAIN_PHRASES[0]
    is_telling = "examples" in inner or "default" in inner or "examples" in schema or "default" in schema
    return phrase if is_telling and RUN not in str(plain) and bodies.suits_both(name, phrase) else None


def _is_free(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of texts, and says nothing of which fit."""
    bound = {"enum", "const", "format", "pattern", VALUES}
    return types_of(schema) - {"null"} == {"string"} and not bound & schema.keys()
