"""How few steps suffice: what is on the frontier, and that a setting once measured is not measured again."""
import json

from branched import Sampling
from branched.measure import frontier
from branched.measure.frontier import Search, Setting, Sought, Task


def _point(evaluations: float, right: float, frechet: float) -> dict[str, float]:
    return {"evaluations": evaluations, "right": right, "frechet": frechet}


def test_on_the_frontier_is_what_nothing_beats():
    points = {"cheap": _point(1, 0.99, 3), "good": _point(9, 0.995, 1), "dear": _point(10, 0.995, 1),
              "between": _point(5, 0.99, 2), "near but wrong": _point(2, 0.5, 0.5), "far": _point(5, 0.99, 2.5)}
    assert frontier.frontier(points) == ["cheap", "near but wrong", "between", "good"]
    assert frontier.frontier(points, least=0.9) == ["cheap", "between", "good"]
    twins = {"a": _point(1, 1, 1), "b": _point(1, 1, 1)}
    assert frontier.frontier(twins) == ["a", "b"], "of equals neither is better"


def test_the_names_of_settings_are_read_again():
    assert all(Setting.read(str(setting)) == setting for setting in frontier.OWN)
    assert Setting("ddim-eta", 8).without_noise().steps == 8 and Setting("ddim", 8).without_noise().solver == "ddim"


def test_what_was_measured_is_kept_and_not_measured_again(model, digits, judge, tmp_path):
    """What is tried says what is told of; a run goes on where another stopped; other sizes are measured anew."""
    path = tmp_path / "steps.json"

    def run(**asked) -> list[Task]:
        sought = Sought(("tried", "told"), ("ddim", "ddpm"), (2, 4), 3, n=4, least=0.0, **asked)
        return [task for task, _ in Search(model, judge, digits, digits, sought, path).run()]

    done = run()
    figures = json.loads(path.read_text())["figures"]
    assert [task for task in done if task.part == "tried"] == [
        Task("tried", Setting(solver, steps)) for solver in ("ddim", "ddpm") for steps in (2, 4)]
    assert set(figures["told"]) == {*frontier.frontier(figures["tried"]), *map(str, frontier.OWN)}
    assert figures["told"]["ddim 8"]["evaluations"] == model.sample(sampling=Sampling.quality(n=1)).evaluations
    assert run() == [] and {task.part for task in run(seed=5)} == {"told"}
