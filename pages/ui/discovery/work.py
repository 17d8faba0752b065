"""What the page How the tree is found works with: curves of similarity, which classes differ when, and a game."""
from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np

import branched
from branched import Branch, BranchedModel, ClassTree, Facts, Rule, Sampling

from ..parts.pictures import levels
from ..serve.request import Request

GUESSES = 4  # pictures of each class
MOMENTS = np.linspace(1, 0, 51).round(2)  # of the game's film
MOST = {"smoothing": 1000, "minimum_time": 0.9}  # that makes sense in a file; 0.5 of all else

Gaps = Mapping[tuple[str, str], np.ndarray]


# -- the rule ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Curves:
    """Similarity (S, N, N) of the classes `labels` at `times` (S,)."""

    labels: tuple[str, ...]
    times: np.ndarray
    similarity: np.ndarray

    def pair(self, a: str, b: str, rule: Rule) -> Pair:
        """Two of the classes under a rule."""
        curves = branched.pair_curves(self.similarity, self.labels.index(a), self.labels.index(b), rule)
        return Pair(a, b, rule, self.times, *curves)

    def gaps(self, rule: Rule) -> Gaps:
        """For all pairs: similarity within less similarity between, (S,) each, smoothed as a rule says."""
        return {(a, b): self.pair(a, b, rule).gap for a, b in combinations(self.labels, 2)}

    def tree(self, rule: Rule) -> ClassTree:
        """The tree that follows by a rule. Raises BranchedError where there is none."""
        return branched.tree_from_similarity(self.labels, self.times, self.similarity, rule)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two classes under a rule: smoothed similarity between them and within them, (S,) each, at `times` (S,)."""

    a: str
    b: str
    rule: Rule
    times: np.ndarray
    between: np.ndarray
    within: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """Similarity within less similarity between, (S,)."""
        return self.within - self.between

    @property
    def met(self) -> float | None:
        """From which time on, seen from the data, their difference is epsilon or less; None if it never is."""
        return self.rule.meeting(self.times, self.between, self.within)

    @property
    def again(self) -> tuple[float, float] | None:
        """Where, with more noise than at `met`, the difference is largest and exceeds epsilon after all: when, and how
        large; None if nowhere."""
        if self.met is None:
            return None
        over = np.where((self.times > self.met) & ~self.rule.has_met(self.between, self.within), self.gap, -np.inf)
        at = int(over.argmax())
        return (float(self.times[at]), float(over[at])) if np.isfinite(over[at]) else None


@dataclass(frozen=True)
class Likeness:
    """When two classes meet (None: never), and how far apart they are over time."""

    met: float | None
    apart: float

    @property
    def order(self) -> tuple[float, float]:
        """The smaller, the more alike: those that never meet come after all that do."""
        return math.inf if self.met is None else self.met, self.apart


def curves(model: BranchedModel) -> Curves | None:
    """The curves by which a model's tree was found; None if its file has none that make sense."""
    times, similarity = model.curves.get("times"), model.curves.get("similarity")
    n = len(model.labels)
    if times is None or similarity is None or times.ndim != 1 or len(times) < 2:
        return None
    if similarity.shape != (len(times), n, n) or not (np.isfinite(similarity).all() and np.isfinite(times).all()):
        return None
    return Curves(model.labels, times.astype(np.float64).round(6), similarity.astype(np.float32))


def own_rule(facts: Facts) -> Rule:
    """The rule by which a model's tree was found, with the usual settings where its file tells of none."""
    stored = facts.discovery.rule
    return Rule(**{name: stored[name] if 0 <= stored.get(name, -1) <= MOST.get(name, 0.5) else usual
                   for name, usual in asdict(Rule()).items()})


def likenesses(curves: Curves, gaps: Gaps, rule: Rule) -> dict[frozenset[str], Likeness]:
    """How alike each two classes are under a rule."""
    meetings = rule.meetings(curves.times, curves.similarity)
    return {frozenset(pair): Likeness(None if math.isinf(met) else float(met), float(gaps[pair].sum()))
            for pair, met in zip(combinations(curves.labels, 2), meetings, strict=True)}


def pair_of(tree: ClassTree, branch: Branch, alike: Mapping[frozenset[str], Likeness]) -> tuple[str, str]:
    """The pair to look at for a node: at a branch point the one that meets there first, at a leaf its class and the one
    most like it."""
    if branch.is_leaf:
        [a] = branch.classes
        pairs = [(a, b) for b in tree.labels if b != a]
    else:
        groups = combinations([child.classes for child in tree.children(branch)], 2)
        pairs = [(a, b) for one, other in groups for a in one for b in other]
    return min(pairs, key=lambda pair: alike[frozenset(pair)].order)


# -- the game ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Game:
    """Two rows of pictures, noised: uint8 (times, 2, GUESSES, H, W[, 3]). `upper` is the class of the first."""

    pictures: np.ndarray
    upper: str
    lower: str


@dataclass(frozen=True)
class Guess(Request[Game]):
    """The model's own pictures of two classes, a row each, at all moments of the film; each keeps its noise."""

    a: str
    b: str
    seed: int

    def work(self, model: BranchedModel) -> Generator[float, None, Game]:
        order = secret(self.a, self.b, self.seed)
        for frame in model.sampling(order, sampling=Sampling.quality(n=GUESSES, seed=self.seed)):
            yield 1 - min(frame.times)
        made = frame.result.images
        noised = levels(model.noised(made.reshape(-1, *made.shape[2:]), MOMENTS.tolist(), self.seed))
        return Game(noised.reshape(-1, *made.shape), *order)


@dataclass(frozen=True)
class Round:
    """What was guessed of the upper row ("": nothing), whether rightly, at what noise level, and from which one on the
    rule tells the two apart."""

    guess: str
    right: bool
    time: float
    rule: float

    @property
    def earlier(self) -> bool:
        """Whether one saw with more noise what the rule sees with less."""
        return self.right and frame_at(self.time) < frame_at(self.rule)

    @property
    def as_early(self) -> bool:
        """Whether one saw it in the frame in which the rule does."""
        return self.right and frame_at(self.time) == frame_at(self.rule)


def secret(a: str, b: str, seed: int) -> list[str]:
    """Two classes in an order that the draw number decides."""
    return [a, b] if np.random.default_rng([seed, 4649]).random() < 0.5 else [b, a]


def frame_at(t: float) -> int:
    """The frame of the film that is nearest to a time."""
    return int(np.abs(MOMENTS - t).argmin())
