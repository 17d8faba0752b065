"""Discovery against brute force, planted hierarchies and degenerate data."""
import numpy as np
import pytest
import torch

from branched.class_tree import discovery
from branched.class_tree.discovery import discover, tree_from_similarity
from branched.class_tree.rule import Rule, pair_curves
from branched.data.dataset import Dataset
from branched.errors import BranchedError
from branched.noise.schedule import alpha, sigma

FAST = {"samples": 100, "times": 200}
SHARP = Rule(smoothing=0)


def planted(labels: str, heights: dict[str, float], n: int = 100, seed: int = 0) -> Dataset:
    """Gaussian clouds about prototypes of equal length; the squared distance of two is twice the height (per pixel)
    of the smallest group that holds both. By the rule, the greater the distance, the later two classes meet.
    """
    generator = torch.Generator().manual_seed(seed)
    heights = {**dict.fromkeys(labels, 0.0), **heights}
    prototypes = {label: torch.zeros(1, 16, 16) for label in labels}
    for group, height in heights.items():
        above = [h for other, h in heights.items() if set(group) < set(other)]
        pattern = (min(above, default=height + 100) - height) ** 0.5 * torch.randn(1, 16, 16, generator=generator)
        for label in group:
            prototypes[label] = prototypes[label] + pattern
    x = torch.cat([p + 10 * torch.randn(n, 1, 16, 16, generator=generator) for p in prototypes.values()])
    y = torch.arange(len(labels)).repeat_interleave(n)
    return Dataset.of_images("planted", tuple(labels), (127.5 + x).round().clamp(0, 255).to(torch.uint8), y)


def blank(count: int, n: int = 5, value: int = 0) -> Dataset:
    labels = tuple(f"c{k}" for k in range(count))
    return Dataset.of_images("blank", labels, torch.full((count * n, 1, 4, 4), value, dtype=torch.uint8),
                   torch.arange(count).repeat_interleave(n))


def groups(tree) -> set[frozenset[str]]:
    return {frozenset(branch.classes) for branch in tree.branch_points}


def curves(meetings: dict[tuple[int, int], float], count: int, steps: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Similarities whose meeting times are known: 1 within a class, 0 or 1 between two."""
    times = np.arange(1, steps + 1) / steps
    similarity = np.ones((steps, count, count), np.float32)
    for (i, j), time in meetings.items():
        similarity[:, i, j] = similarity[:, j, i] = times >= time
    return times, similarity


# -- similarity ------------------------------------------------------------------------------------------------------

def test_all_pairs_equal_a_loop_over_pairs():
    data = planted("abc", {"ab": 100, "abc": 300}, n=7)
    images, times = [data.of(label)[:n] for label, n in zip("abc", (7, 5, 2), strict=True)], np.arange(1, 13) / 12
    found, _ = discovery.pairwise_similarity(images, data.form, times, torch.Generator().manual_seed(3))

    generator, noise = torch.Generator().manual_seed(3), {}
    for first in range(discovery.ROUNDS):
        for c, x in enumerate(images):
            noise[first, c] = torch.randn(len(x), 256, generator=generator)
    for s, t in enumerate(times):
        noised = [float(alpha(t)) * data.form.scale(x).flatten(1) + float(sigma(t)) * noise[s % discovery.ROUNDS, c]
                  for c, x in enumerate(images)]
        for i in range(3):
            for j in range(3):
                pairs = [torch.cosine_similarity(a, b, dim=0).item() for k, a in enumerate(noised[i])
                         for m, b in enumerate(noised[j]) if (i, k) != (j, m)]
                assert found[s, i, j] == pytest.approx(np.mean(pairs), abs=1e-5)


def test_neighbouring_times_have_independent_noise():
    """Times share noise only ROUNDS steps apart, where it has no part in what smoothing averages."""
    similarity = discover(blank(40, n=2, value=127), Rule(smoothing=0), samples=2, times=400).similarity
    i, j = np.triu_indices(40, 1)
    at = [similarity[300 + k, i, j] for k in (0, 1, discovery.ROUNDS)]
    assert abs(np.corrcoef(at[0], at[1])[0, 1]) < 0.15
    assert np.corrcoef(at[0], at[2])[0, 1] > 0.9


def test_same_seed_same_result_and_another_seed_another():
    data = planted("abcd", {"ab": 80, "cd": 200, "abcd": 500})
    a, b, c = (discover(data, seed=seed, **FAST) for seed in (0, 0, 1))
    assert np.array_equal(a.similarity, b.similarity) and a.tree == b.tree
    assert not np.array_equal(a.similarity, c.similarity)
    assert a.settings["seed"] == 0 and a.settings["samples"] == 100


def test_global_seed_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    discover(planted("ab", {"ab": 200}), **FAST)
    assert torch.equal(before, torch.get_rng_state())


def test_result_has_the_promised_shapes():
    found = discover(planted("abc", {"abc": 200}), **FAST)
    assert found.times.shape == (200,) and found.times[-1] == 1 and found.times[0] > 0
    assert found.similarity.shape == (200, 3, 3) and found.similarity.dtype == np.float32
    assert np.allclose(found.similarity, found.similarity.transpose(0, 2, 1), atol=1e-6)


# -- planted hierarchies ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(5))
def test_planted_hierarchy_is_recovered(seed):
    data = planted("abcdef", {"ab": 80, "de": 150, "abc": 250, "abcde": 400, "abcdef": 600}, seed=seed)
    tree = discover(data, seed=seed, **FAST).tree
    assert groups(tree) == {frozenset(g) for g in ("ab", "abc", "de", "abcde", "abcdef")}


def test_classes_that_differ_more_meet_later():
    data = planted("abcd", {"ab": 80, "cd": 200, "abcd": 500})
    tree = discover(data, **FAST).tree
    assert tree.meeting_point("a", "b") < tree.meeting_point("c", "d") < tree.meeting_point("a", "c")


def test_larger_epsilon_branches_earlier_in_time():
    found = discover(planted("abcd", {"ab": 80, "cd": 200, "abcd": 500}), **FAST)
    lengths = [tree_from_similarity("abcd", found.times, found.similarity, Rule(epsilon=e)).total_length
               for e in (0.0, 0.005, 0.02, 0.1)]
    assert lengths == sorted(lengths, reverse=True) and lengths[0] > lengths[-1]


# -- the rule on curves that are given -------------------------------------------------------------------------------

def test_single_linkage_of_known_meetings():
    times, similarity = curves({(0, 1): 0.2, (0, 2): 0.7, (1, 2): 0.4}, 3)
    tree = tree_from_similarity("abc", times, similarity, SHARP)
    assert tree.meeting_point("a", "b") == pytest.approx(0.2)
    assert tree.meeting_point("a", "c") == tree.meeting_point("b", "c") == pytest.approx(0.4)


def test_the_mean_of_both_classes_decides():
    times, similarity = curves({}, 2)
    similarity[:, 0, 0], similarity[:, 1, 1] = 0.9, 0.1
    similarity[:, 0, 1] = similarity[:, 1, 0] = np.where(times >= 0.6, 0.496, 0.494)
    tree = tree_from_similarity("ab", times, similarity, SHARP)
    assert tree.meeting_point("a", "b") == pytest.approx(0.6)


def test_curves_of_a_pair_are_what_the_rule_compares():
    """By hand: between is the pair's own entry, within the mean of two; and where they meet the tree has its point."""
    similarity = np.random.default_rng(0).random((50, 4, 4)).astype(np.float32)
    similarity += similarity.swapaxes(1, 2)
    between, within = pair_curves(similarity, 3, 1, SHARP)
    assert between.shape == within.shape == (50,)
    assert np.array_equal(between, similarity[:, 3, 1])
    assert np.array_equal(within, (similarity[:, 3, 3] + similarity[:, 1, 1]) / 2)
    turned = pair_curves(similarity, 1, 3, SHARP)
    assert np.array_equal(turned[0], between) and np.array_equal(turned[1], within)

    offsets = np.arange(-20, 21)  # gaussian_filter1d looks at four sigma each way, and repeats the ends
    kernel = np.exp(-offsets**2 / (2 * 5.0**2)) / np.exp(-offsets**2 / (2 * 5.0**2)).sum()
    smoothed = [kernel @ between[(t + offsets).clip(0, 49)] for t in range(50)]
    assert np.allclose(pair_curves(similarity, 3, 1, Rule(smoothing=5))[0], smoothed, atol=1e-5)

    found = discover(planted("ab", {"ab": 200}), **FAST)
    between, within = pair_curves(found.similarity, 0, 1, Rule())
    met = found.times[np.argmax(between >= within - 0.005)]
    assert 0 < met < 1 and found.tree.meeting_point("a", "b") == met


def test_smoothing_removes_a_spike():
    times, similarity = curves({(0, 1): 0.5}, 2)
    similarity[20, 0, 1] = similarity[20, 1, 0] = 1
    tree = tree_from_similarity("ab", times, similarity, SHARP)
    assert tree.meeting_point("a", "b") == pytest.approx(0.21)
    assert tree_from_similarity("ab", times, similarity, Rule(smoothing=3)).meeting_point("a", "b") > 0.49


def test_classes_that_never_meet_are_joined_just_below_noise():
    times, similarity = curves({(0, 1): 2, (0, 2): 2, (1, 2): 2}, 3)
    tree = tree_from_similarity("abc", times, similarity)
    assert len(tree.branches) == 4 and tree.roots[0].t_low == pytest.approx(0.99)


def test_equal_times_make_one_split_of_several():
    times, similarity = curves({(0, 1): 0.3, (0, 2): 0.3, (1, 2): 0.3, (0, 3): 0.8, (1, 3): 0.8, (2, 3): 0.8}, 4)
    tree = tree_from_similarity("abcd", times, similarity, SHARP)
    assert groups(tree) == {frozenset("abc"), frozenset("abcd")}


def test_short_branches_are_merged_into_their_parents():
    pairs = {(0, 1): 0.30, (0, 2): 0.34, (1, 2): 0.34, (0, 3): 0.6, (1, 3): 0.6, (2, 3): 0.6}
    times, similarity = curves(pairs, 4)
    tree = tree_from_similarity("abcd", times, similarity, Rule(smoothing=0, minimum_length=0.05))
    assert groups(tree) == {frozenset("abc"), frozenset("abcd")}
    assert tree.meeting_point("a", "b") == pytest.approx(0.34)
    longer = tree_from_similarity("abcd", times, similarity, Rule(smoothing=0, minimum_length=0.04))
    assert len(longer.branch_points) == 3


def test_minimum_time():
    times, similarity = curves({(0, 1): 0.1, (0, 2): 0.7, (1, 2): 0.7}, 3)
    tree = tree_from_similarity("abc", times, similarity, Rule(smoothing=0, minimum_time=0.25))
    assert tree.meeting_point("a", "b") == 0.25 and tree.meeting_point("a", "c") == pytest.approx(0.7)


@pytest.mark.parametrize("seed", range(20))
def test_any_curves_give_a_tree_that_keeps_the_limits(seed):
    rng = np.random.default_rng(seed)
    count, length, lowest = int(rng.integers(2, 51)), rng.choice([0, 0.01, 0.1, 0.5]), rng.choice([0, 0.2, 0.45])
    noise = rng.normal(size=(60, count, count)).astype(np.float32)
    tree = tree_from_similarity([f"c{k}" for k in range(count)], np.arange(1, 61) / 60, noise + noise.swapaxes(1, 2),
                                Rule(minimum_length=length, minimum_time=lowest))
    assert min(branch.length for branch in tree.branches) >= length - 1e-6
    assert all(branch.t_low >= lowest for branch in tree.branch_points)
    assert len(tree.roots) == 1


# -- degenerate data and options -------------------------------------------------------------------------------------

@pytest.mark.parametrize("count", [2, 3, 50])
@pytest.mark.parametrize("value", [0, 127, 255])
def test_blank_images_of_identical_classes(count, value):
    tree = discover(blank(count, value=value), times=50).tree
    assert len(tree.labels) == count and tree.total_length < count


def test_identical_classes_split_at_the_first_step():
    data = planted("ab", {"ab": 200}, n=200)
    x, y = torch.cat([data.x, data.of("b")]), torch.cat([data.y, torch.full((200,), 2)])
    twin = Dataset.of_images("twins", ("a", "b", "c"), x, y)
    found = discover(twin, Rule(epsilon=0.01), times=200)
    assert found.tree.meeting_point("b", "c") == pytest.approx(1 / 200)
    assert found.tree.meeting_point("a", "b") > 0.2


@pytest.mark.parametrize("options", [
    {"epsilon": -0.1}, {"epsilon": float("nan")}, {"smoothing": -1}, {"smoothing": float("inf")}, {"minimum_time": 1.0},
    {"minimum_time": -0.1}, {"minimum_length": -0.1}, {"minimum_length": 0.6}, {"samples": 1}, {"times": 3},
    {"minimum_time": 0.8, "minimum_length": 0.4},
])
def test_bad_options_are_refused_in_a_sentence(options):
    with pytest.raises(BranchedError, match=r"\.$"):
        size = {"times": 50} | {name: options[name] for name in ("samples", "times") if name in options}
        discover(blank(2), Rule(**{name: value for name, value in options.items() if name not in size}), **size)


def test_too_few_classes_or_images_are_refused():
    with pytest.raises(BranchedError, match="two classes"):
        discover(blank(1))
    with pytest.raises(BranchedError, match="at least 2"):
        discover(blank(3, n=1))


def test_similarity_of_another_shape_is_refused():
    times, similarity = curves({}, 3)
    with pytest.raises(BranchedError):
        tree_from_similarity("ab", times, similarity)
    similarity[3] = np.nan
    with pytest.raises(BranchedError):
        tree_from_similarity("abc", times, similarity)
