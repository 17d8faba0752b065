"""Measuring methods side by side, on a model that draws planted pictures: its figures are known, and so is how they
change with guidance."""
import json
import re
from dataclasses import dataclass, replace

import numpy as np
import pytest
from models import tiny_label_model

import branched
from branched.command.main import main
from branched.data import dataset
from branched.denoisers import classifiers
from branched.errors import BranchedError
from branched.facts import Facts
from branched.measure import laboratory, of_images, of_methods
from branched.measure.laboratory import PARTS, Laboratory, Task
from branched.measure.methods_data import Point
from branched.measure.methods_store import Piece, stored_arrays, stored_figures
from branched.measure.of_methods import Curve, Protocol, Setting, best, draw, figures, learnt
from branched.networks.noisy_classifier import NoisyClassifierConfig
from branched.noise.samples import Samples
from branched.noise.sampling import Sampling


@dataclass
class Planted:
    """Draws real test images. Guidance w makes more of them right, and fewer of them different: of ten images, 2 + w
    are of the class that was asked for (at most ten, the others of the next one), taken from the first n / (1 + w)."""

    data: dataset.Dataset
    guides = ("model",)
    parameters = 1234
    facts = Facts.read({"training": {"seconds": 90, "device": "a machine"}}, "images")

    def __post_init__(self):
        self.labels, self.form, self.asked = self.data.labels, self.data.form, []

    def sample(self, labels=None, sampling: Sampling | None = None) -> Samples:
        self.asked.append(sampling)
        labels = self.labels if labels is None else (labels,)
        made = np.stack([self.of(label, sampling) for label in labels])
        evaluations = 20 * len(labels) * sampling.n
        return Samples(made, "images", labels, evaluations, 2 * evaluations, 20, 0.1, sampling)

    def of(self, label: str, sampling: Sampling) -> np.ndarray:
        following = self.labels[(self.labels.index(label) + 1) % len(self.labels)]
        right, wrong = (self.form.shown(self.data.of(name)) for name in (label, following))
        kept = max(1, round(sampling.n / (1 + sampling.guidance)))
        place = np.arange(sampling.n) % min(kept, len(right), len(wrong))
        is_right = (np.arange(sampling.n) % 10 < 2 + sampling.guidance)[:, None, None]
        return np.where(is_right, right[place], wrong[place])


@pytest.fixture
def lab(judge, train, test, tmp_path, monkeypatch) -> Laboratory:
    """One curve of three points, and two rows."""
    monkeypatch.setattr(laboratory, "OF_CURVES", {"free": Curve(Setting("planted"), (0.0, 4.0, 8.0))})
    monkeypatch.setattr(laboratory, "OF_ROWS", {"label": Setting("planted"), "free": "free"})
    monkeypatch.setattr(laboratory, "MAPPED", 5)
    protocol = Protocol(n=20, curve_n=10, device="cpu", models=tmp_path)
    return Laboratory(judge, train, test, protocol, tmp_path, {"planted": Planted(test)})


# -- figures -----------------------------------------------------------------------------------------------------------

def of(judge, made: np.ndarray, labels, real: np.ndarray) -> dict:
    """Figures of images (N, n, H, W)."""
    pictures = of_methods.Pictures(dict(zip(labels, made, strict=True)), 20, 20, 0)
    return figures(pictures, Setting("planted"), of_images.looked(judge, pictures.images), real)


def test_of_real_images_it_says_what_the_judge_says_of_them(judge, train, test):
    made = np.stack([test.form.shown(test.of(label))[:20] for label in test.labels])
    found = of(judge, made, test.labels, judge.features(train.form.shown(train.x)[:200]))
    accuracy = judge.accuracy(made.reshape(-1, 8, 8), np.repeat(np.arange(10), 20))
    assert found["right"] == pytest.approx(accuracy) and accuracy > 0.9
    assert found["coverage"] > 0.8 and 0.9 * 10 * accuracy < found["score"] < 10


def test_the_score_does_not_see_a_collapse_and_coverage_does(judge, train, test):
    """One picture a class, of which the judge is sure, again and again: the score is at its most."""
    looks = [test.form.shown(test.of(label)) for label in test.labels]
    surest = [images[judge.probabilities(images)[:, k].argmax()] for k, images in enumerate(looks)]
    collapsed = np.repeat(np.stack(surest)[:, None], 20, axis=1)
    real = judge.features(train.form.shown(train.x)[:200])
    varied = np.stack([images[:20] for images in looks])
    whole, poor = (of(judge, made, test.labels, real) for made in (varied, collapsed))
    assert poor["score"] > whole["score"] and poor["score"] > 9.8 and poor["right"] == 1
    assert poor["coverage"] < 0.2 < 0.8 < whole["coverage"] and poor["feature_frechet"] > whole["feature_frechet"]


def test_where_the_class_has_no_say_as_many_are_drawn_from_fresh_noise(test):
    model = Planted(test)
    sampling = Sampling(n=3, seed=5)
    untold = draw(model, Setting(of_methods.UNTOLD), sampling)
    assert model.asked[-1] == replace(sampling, n=30) and list(untold.images) == list(test.labels)
    whole = model.of("0", replace(sampling, n=30))
    assert np.array_equal(np.concatenate(list(untold.images.values())), whole)
    assert (untold.evaluations, untold.evaluations_alone, untold.gradients) == (20, 40, 0)
    guided = draw(model, Setting(of_methods.UNTOLD, 2.0, "classifier"), replace(sampling, guidance=2.0,
                                                                               guide="classifier"))
    assert model.asked[-1].n == 3 and guided.gradients == guided.evaluations == 20


# -- the best point ----------------------------------------------------------------------------------------------------

def point(guidance, right, feature_frechet):
    return Point(guidance=guidance, right=right, feature_frechet=feature_frechet)


def test_the_best_point_is_right_most_often_and_at_most_half_as_far_again():
    points = [point(2, 0.99, 3.1), point(1, 0.97, 2.9), point(0, 0.9, 2), point(0.5, 0.97, 2.5), point(4, 1, 9)]
    assert best("free", points).guidance == 0.5        # as often right as at 1, and nearer
    assert best("classifier", points).guidance == 2    # unguided it is told nothing: half as far again as the least
    assert best("free", [point(0, 0.9, 1), point(1, 0.99, 2), point(2, 1, 3)]).guidance == 1  # none near: the nearest


def test_what_guides_a_model_counts_as_a_part_of_it(tmp_path, monkeypatch):
    model = tiny_label_model("label")
    network = NoisyClassifierConfig((1, 8, 8), model.labels, (8, 8)).build()
    classifiers.save(network, {"spent": {"seconds": 90}}, tmp_path / "classifier-tiny.safetensors")
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    told = replace(Setting("tiny"), guide="classifier")
    alone, free, led = (learnt(model, setting) for setting in (told, Setting("tiny", 1.0), replace(told, guidance=1.0)))
    assert alone == free and alone["parameters"] == model.parameters and alone["training_steps"] == 3
    assert led["parameters"] == model.parameters + sum(parameter.numel() for parameter in network.parameters())


def test_every_row_has_a_setting_and_every_curve_begins_without_guidance():
    assert all(curve.guidances[0] == 0 and list(curve.guidances) == sorted(set(curve.guidances))
               for curve in of_methods.OF_CURVES.values())
    assert all(row in of_methods.OF_CURVES for row in of_methods.OF_ROWS.values() if isinstance(row, str))
    assert not set(of_methods.UNGUIDED_IS_NONE) - set(of_methods.OF_CURVES)


# -- tasks -------------------------------------------------------------------------------------------------------------

ALL = ("real", "curves", "rows", "tsne")


def test_all_is_measured_and_read_again(lab, test):
    done = [str(task) for task in lab.measure(ALL)]
    measured_at = stored_figures(lab.folder)["rows"]["free"]["guidance"]
    assert done == ["real", "curves free at 0", "curves free at 4", "curves free at 8", "rows label at 0",
                    f"rows free at {measured_at:g}", "tsne label", "tsne free"]
    read = branched.measured_methods(lab.folder)
    points = read.record.curves["free"]
    assert [p.guidance for p in points] == [0, 4, 8]
    rights, coverages = [p.right for p in points], [p.coverage for p in points]
    assert rights == sorted(rights) and rights[0] < 0.4 < 0.85 < rights[2] and coverages[0] > coverages[2]
    label = read.record.rows["label"]
    assert (label.parameters, label.training_minutes, label.training_device) == (1234, 1.5, "a machine")
    assert label.evaluations == 20 and label.evaluations_alone == 40 and read.record.n == 20
    assert read.record.real.right > 0.9 > label.right and 0 < read.record.real.fine_share < 1
    assert read.of("row", "free").shape == (12, 10, 8, 8) and read.of("curve", "free").shape == (3, 10, 8, 8)
    chart = read.record.tsne["free"]
    assert len(chart.real) == len(chart.drawn) == 50 and chart.meant[:6] == (0, 0, 0, 0, 0, 1)


def test_a_stopped_run_goes_on_where_it_stopped(lab):
    for k, _ in enumerate(lab.measure(ALL)):
        if k == 3:  # the fourth task has begun, and is not done
            break
    assert [task.setting.guidance for task in lab.tasks("curves")] == [8]
    assert lab.tasks("real") == [] and len(lab.tasks("curves", anew=True)) == 3
    assert [task.name for task in lab.tasks("rows")] == ["label"]  # the best point is not known yet
    assert len([*lab.measure(ALL)]) == 5 and [*lab.measure(ALL)] == []


def test_pictures_of_a_curve_stay_beside_their_points(lab):
    tasks = lab.tasks("curves")
    for task in (tasks[2], tasks[0], tasks[1], tasks[2]):
        lab.keep([lab.do(task)], "here")
    pictures = stored_arrays(lab.folder / "methods.npz")["curve/free"]
    for picture, task in zip(pictures, tasks, strict=True):
        assert np.array_equal(picture, of_methods.sets(lab.model("planted"), task.setting, lab.protocol, 1)[0])


def test_a_row_that_is_drawn_otherwise_loses_its_seconds_and_its_map(lab):
    values = {"model": "planted", "guidance": 1.0, "guide": "model", "right": 0.5}
    lab.keep([Piece("rows", "free", values), Piece("tsne", "free", {"meant": []}),
              Piece("seconds", values={"free": 0.5})], "here")
    lab.keep([Piece("rows", "free", values | {"right": 0.6})], "there")
    assert stored_figures(lab.folder)["rows"]["free"] == values | {
        "right": 0.6, "seconds": 0.5, "machine": "there"}
    assert stored_figures(lab.folder)["tsne"] == {}
    lab.keep([Piece("rows", "free", values | {"guidance": 2.0})], "there")
    stored = stored_figures(lab.folder)
    assert "seconds" not in stored["rows"]["free"] and stored["seconds_machine"] == "here"


def test_figures_that_were_drawn_otherwise_are_not_mixed(lab):
    lab.keep([Piece("real", values={})], "here")
    other = replace(lab, protocol=replace(lab.protocol, n=21))
    with pytest.raises(BranchedError, match="measured with n = 20"):
        other.tasks("rows")
    with pytest.raises(BranchedError, match="into another one"):
        other.keep([Piece("real", values={})], "here")


@pytest.mark.parametrize("name", ["methods.json", "methods.npz"])
def test_a_file_that_is_cut_short_is_told_of(lab, name):
    for _ in lab.measure(("curves",)):
        pass
    path = lab.folder / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BranchedError, match=re.escape(name)):
        lab.keep([Piece("real", values={})], "here")


def test_the_file_has_a_line_for_each_entry_in_order(lab):
    for _ in lab.measure(("rows", "curves", "rows")):
        pass
    lines = (lab.folder / "methods.json").read_text().splitlines()
    assert [line.split('"')[1] for line in lines if line.startswith("  ")] == ["label", "free", "free"]
    assert json.loads("\n".join(lines)) == stored_figures(lab.folder)


def test_models_that_are_not_there_or_cannot_be_guided_are_left_out(lab, monkeypatch):
    monkeypatch.setattr(laboratory, "OF_CURVES", {"free": Curve(Setting("nowhere"), (0.0, 1.0)),
                                                  "classifier": Curve(Setting("planted", guide="classifier"), (0.0,))})
    assert lab.tasks("curves") == [] and [task.name for task in lab.tasks("rows")] == ["label"]


def test_seconds_are_medians_of_every_row_on_the_cpu(lab, monkeypatch):
    for _ in lab.measure(("rows",)):
        pass
    monkeypatch.setattr(Protocol, "load", lambda protocol, name: {"planted": Planted(lab.test)}[name])
    assert lab.tasks("seconds") == [Task("seconds")]
    for _ in lab.measure(("seconds",)):
        pass
    assert lab.tasks("seconds") == [] and stored_figures(lab.folder)["rows"]["label"]["seconds"] < 1
    assert set(PARTS) >= {"real", "curves", "rows", "variants", "autoencoders", "tsne", "seconds"}


# -- the command -------------------------------------------------------------------------------------------------------

def test_the_command_measures_and_refuses_to_mix(judge, tmp_path, capsys):
    judge.save(tmp_path / "judge.safetensors")
    options = ["measure-methods", "--data", "digits", "--judge", str(tmp_path / "judge.safetensors"), "--output",
               str(tmp_path), "--device", "cpu", "--parts", "real"]
    assert main([*options, "--n", "20"]) == 0
    assert capsys.readouterr().out.splitlines() == ["real", f"See {tmp_path}."]
    assert stored_figures(tmp_path)["n"] == 20
    assert main([*options, "--n", "21"]) == 2 and "measured with n = 20" in capsys.readouterr().err
    assert main([*options, "--n", "0"]) == 2 and "whole number" in capsys.readouterr().err
    assert main([*options, "--curve-seed", "-1"]) == 2 and "from 0 to" in capsys.readouterr().err
