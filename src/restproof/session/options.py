"""The options of a run, each declared once: ``restproof run`` makes click's options of them, the plugin pytest's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, fields
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from restproof.frozen import frozen

if TYPE_CHECKING:
    from restproof.contract.model import Resource

DEFAULT_SEED = 1
_KEY = "option"


@frozen
class Option:
    """How an option is said. ``flag``: its name on a command line, without dashes; ``kind``: the type of its value;
    ``least``: the smallest number that is allowed (``above``: not itself); ``positional``: it is the argument of
    ``restproof run``."""

    name: str
    flag: str
    kind: type[str | int | float | bool]
    default: Any
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    repeated: bool = False
    least: int | None = None
    above: bool = False
    positional: bool = False

    def read(self, text: str) -> Any:
        """The value that ``text`` says. Raises ``ValueError``, whose message tells what is allowed."""
        if self.choices and text not in self.choices:
            raise ValueError(f"{text!r} is not one of {', '.join(self.choices)}")
        try:
            value: Any = self.kind(text)
        except ValueError:
            raise ValueError(f"{text!r} is no {'whole number' if self.kind is int else 'number'}") from None
        if self.least is not None and not (value > self.least if self.above else value >= self.least):
            raise ValueError(f"{text} is too small: {'more than' if self.above else 'at least'} {self.least}")
        return value


def _option(default: Any, help: str, **how: Any) -> Any:
    return field(default=default, metadata={_KEY: {"help": help, **how}})


@frozen
class Options:
    """What the user asked for. Everything that narrows a run makes it incomplete (``selection``)."""

    contract: str | None = _option(
        None, "A contract: directory, file or bundled name.", metavar="CONTRACT", positional=True
    )
    target: str | None = _option(
        None, "A target of restproof.toml, or a URL. Default: the embedded sandbox.", metavar="NAME|URL"
    )
    profile: str = _option("ci", "How many cases.", choices=("smoke", "ci", "deep"))
    seed: int = _option(DEFAULT_SEED, "Seed of everything that is drawn.")
    only: tuple[str, ...] = _option((), "Only this requirement or family. May be repeated.", metavar="REQ")
    resource: tuple[str, ...] = _option((), "Only this resource. May be repeated.", metavar="NAME")
    case: str | None = _option(None, "Only the item, or the case ITEM#n, of this id.", metavar="ID")
    plan: bool = _option(False, "Print what would be sent, and send nothing.")
    read_only: bool = _option(False, "Send no request that writes.")
    max_requests: int | None = _option(None, "Test no more after N requests.", metavar="N", least=1)
    max_creates: int | None = _option(None, "Send at most N writes that may store something.", metavar="N", least=0)
    max_wait: float = _option(5.0, "Longest wait for a throttle, in seconds.", metavar="S", least=0)
    cleanup_timeout: float = _option(
        60.0, "Longest time for clean-up after an interruption, in seconds.", metavar="S", least=0
    )
    rate: float | None = _option(None, "At most N requests per second.", metavar="N", least=0, above=True)
    coordinate: str | None = _option(
        None, "A folder, or redis://:${NAME}@HOST: runs that name the same share the rate of a host.", metavar="PLACE"
    )
    shard: str | None = _option(
        None, "Only the K-th of N parts of the plan; auto: the one that the CI system names.", metavar="K/N|auto"
    )
    deviations: str | None = _option(None, "Declared deviations.", metavar="FILE")
    fail_on: str = _option("must", "The mildest level whose failure fails the run.", choices=("must", "should"))
    write_deviations: str | None = _option(
        None, "Draft deviations of what fails, for their owner to fill in.", metavar="FILE"
    )
    require_tested: tuple[str, ...] = _option(
        (), "Not judged (3) unless this requirement or family was tested. May be repeated.", metavar="REQ"
    )
    require_complete: bool = _option(False, "Not judged (3) unless every promised operation was seen to work.")
    out: str | None = _option(None, "Where the run file and the reports go. Default: reports/<time>.", metavar="DIR")
    baseline: str | None = _option(
        None, "The run to compare with. Default: the last one of this contract and target.", metavar="RUN"
    )
    new_only: bool = _option(False, "Fail (1) only for what did not fail in the run that --baseline names.")
    evidence: Literal["failures", "sample", "all"] = _option(
        "sample", "Which exchanges the HTML report holds: of failing cases, some that passed too, or all."
    )
    stubs: str | None = _option(
        None, "No server: a recording answers (a run file, or the name of a shipped one).", metavar="FILE"
    )
    against: str | None = _option(None, "A recording: tell where the target behaves otherwise.", metavar="FILE")
    faults: tuple[str, ...] = _option(
        (), "A fault of the embedded sandbox. May be repeated.", metavar="NAME", flag="fault"
    )

    @property
    def selection(self) -> dict[str, Any]:
        """The narrowing options that are set, as the run file's header holds them."""
        narrowing = ("only", "resource", "case", "read_only", "max_requests", "max_creates", "shard")
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if name in narrowing and value
        }

    def selects_rule(self, name: str) -> bool:
        """Whether the options leave any item of a requirement in."""
        if self.case and self.case.partition("[")[0] != name:
            return False
        only = (o.removesuffix(".*") for o in self.only)
        return not self.only or any(name == o or name.startswith(f"{o}.") for o in only)

    def selects_resource(self, resource: Resource | None) -> bool:
        """Whether the options leave any item of a resource in; ``None``: those about the whole server."""
        return not self.resource or (resource is not None and resource.name in self.resource)

    @classmethod
    def said(cls, values: Mapping[str, Any]) -> Options:
        """The options with these values by name; what is repeated may come as any sequence."""
        repeated = {o.name for o in OPTIONS if o.repeated}
        said: dict[str, Any] = {name: tuple(value) if name in repeated else value for name, value in values.items()}
        return cls(**said)


def _declared() -> tuple[Option, ...]:
    types = get_type_hints(Options)
    return tuple(_as_option(f.name, types[f.name], f.default, dict(f.metadata[_KEY])) for f in fields(Options))


def _as_option(name: str, annotation: Any, default: Any, how: dict[str, Any]) -> Option:
    """``annotation``: a type, one or ``None``, a tuple of texts, or a ``Literal`` of the texts to choose from."""
    inner = [a for a in get_args(annotation) if a is not NoneType and a is not ...]
    if inner and all(isinstance(a, str) for a in inner):
        how, inner = {**how, "choices": tuple(inner)}, [str]
    kind = inner[0] if inner else annotation
    flag = how.pop("flag", name.replace("_", "-"))
    return Option(name, flag, kind, default, repeated=isinstance(default, tuple), **how)


OPTIONS = _declared()
"""The options of a run, in the order in which they are told."""
