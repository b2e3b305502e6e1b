"""Runs stories: every ask is answered by the protocol and compared with what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.replay.answers import answer, names_of
from monitoring.replay.asked import Ask
from monitoring.replay.compare import Expectation, plain
from monitoring.replay.story import Story


@dataclass(frozen=True, slots=True)
class Answered:
    """One ask with all that the software knows about it and the expectations that do not hold."""

    number: int
    ask: Ask
    got: dict[str, object]
    failing: tuple[Expectation, ...]

    @property
    def passed(self) -> bool:
        """Every expectation holds."""
        return not self.failing

    def as_json(self) -> dict[str, object]:
        """The entry of ``asks`` in the contract's JSON."""
        return {
            "n": self.number,
            "expected": {each.key: plain(each.written) for each in self.ask.expectations},
            "got": plain(self.got),
            "pass": self.passed,
        }


@dataclass(frozen=True, slots=True)
class Replayed:
    """One story with its answers."""

    story: Story
    asks: tuple[Answered, ...]

    def as_json(self) -> dict[str, object]:
        """The entry of ``scenarios`` in the contract's JSON."""
        return {
            "scenario": self.story.scenario,
            "file": self.story.file,
            "asks": [ask.as_json() for ask in self.asks],
        }


def replay(story: Story) -> Replayed:
    """Answer every ask of a story; an ask changes nothing, so their order does not matter."""
    return Replayed(
        story=story,
        asks=tuple(_answered(story, ask, number) for number, ask in enumerate(story.asks, start=1)),
    )


def _answered(story: Story, ask: Ask, number: int) -> Answered:
    try:
        got = answer(story, ask)
    except Exception as error:  # a question the rules cannot answer fails, and says why
        got = {**dict.fromkeys(names_of(ask)), "error": f"{type(error).__name__}: {error}"}
        return Answered(number, ask, got, ask.expectations)
    failing = tuple(each for each in ask.expectations if not each.holds(got.get(each.reads)))
    return Answered(number, ask, got, failing)


def summary(replayed: Iterable[Replayed]) -> dict[str, object]:
    """The whole run in the contract's JSON; ``passed`` and ``failed`` count asks."""
    scenarios = list(replayed)
    asks = [ask for scenario in scenarios for ask in scenario.asks]
    passed = sum(ask.passed for ask in asks)
    return {
        "scenarios": [scenario.as_json() for scenario in scenarios],
        "passed": passed,
        "failed": len(asks) - passed,
    }
