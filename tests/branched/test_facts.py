"""The record of what a file tells of its model: typed where it is understood, and kept as it is where it is not."""
import json
from dataclasses import FrozenInstanceError, asdict

import msgspec
import pytest
from safetensors import safe_open

import branched
from branched import BranchedError, BranchedModel, checkpoint
from branched.class_tree.training import TrainingConfig
from branched.facts import (
    Classification,
    Data,
    Facts,
    Generation,
    GenerationOfImages,
    GenerationOfRows,
    Lesson,
    Protocol,
    Quality,
    Training,
    TransmutationOfImages,
    figures,
    to_json,
)

SHIPPED = ("mnist", "mnist-049", "letters")
LESSON = {"name": "star", "sibling": "4", "time": 0.3, "images": 10, "training": {"steps": 400, "batch": 48},
          "steps": 380, "seconds": 51.2, "versions": {"branched": "0.1.0"}}


def header(path) -> str:
    """The header of a checkpoint, as the file has it."""
    with safe_open(path, "pt") as file:
        return file.metadata()["header"]


# -- shipped models ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_saved_as_it_was_loaded(name, tmp_path):
    path = tmp_path / "again.safetensors"
    branched.load(name).save(path)
    assert header(path) == header(checkpoint.find(name))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_fact_of_a_shipped_model_is_understood(name):
    """Written anew from the typed parts alone, they say the same, but for one figure that has a truer name now."""
    facts = branched.load(name).facts
    stored = facts.stored
    generation = stored["quality"]["generation"]
    if "evaluations of each ten-class set" in generation:
        generation["evaluations of each set"] = generation.pop("evaluations of each ten-class set")
    assert stored == json.loads(json.dumps({
        **{part: to_json(getattr(facts, part), facts.kind) for part in ("data", "training", "discovery", "quality")},
        "versions": facts.versions}))


def test_what_the_digits_tell():
    facts = branched.load("mnist").facts
    assert facts.data == Data(name="mnist", count=60_000, shape=(1, 28, 28), background=0.0)
    assert facts.training.steps == 14_000 and facts.training.device == "2 CPU cores"
    assert facts.discovery.rule == {"epsilon": 0.005, "smoothing": 3.0, "minimum_time": 0.0, "minimum_length": 0.005}
    generation = facts.quality.generation
    assert isinstance(generation, GenerationOfImages) and generation.right == 0.994
    assert generation.evaluations == 101 and generation.precision_recall == (0.8508, 0.7641)
    assert facts.quality.stochastic.right_of["9>4"] == facts.quality.stochastic.right_worst == 0.91
    assert facts.quality.classification.count == 2000 and facts.quality.protocol.solver == "ddim-eta"


def test_what_the_letters_tell():
    facts = branched.load("letters").facts
    assert facts.data.count == 16_000 and facts.data.shape == (16,) and facts.data.background is None
    assert isinstance(facts.quality.generation, GenerationOfRows) and facts.quality.generation.evaluations == 259
    assert len(facts.quality.stochastic.kept_features["V>Y"]) == 16


# -- what is not as it should be ---------------------------------------------------------------------------------------

ODD = [
    {"data": None, "training": 3, "discovery": [], "versions": "x", "quality": "good", "extensions": "many"},
    {"data": {"name": 7}, "training": {"steps": None, "device": {}}, "versions": {"torch": 2}, "extensions": [3, {}]},
    {"data": {"images": -1}, "training": {"steps": 1.5}, "quality": {"generation": [], "protocol": 1}},
    {"data": {"images": 10**400}, "training": {"steps": True}, "quality": {"generation": {"right class": "high"}}},
    {"quality": {"generation": {"precision, recall": [1]}, "classification": {"accuracy": None, "images": "x"}}},
    {"quality": {"generation": {"right class per class": {"4": True}}, "transmutation, stochastic": {"slant kept": []},
                 "transmutation, deterministic": {"worst pair": 4}}}]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_an_odd_part_is_left_out_and_not_lost(odd, model, tmp_path):
    fresh = BranchedModel(model.denoise.network, model.tree, odd, {})
    facts = fresh.facts
    assert (facts.data, facts.training, facts.discovery.rule) == (Data(), Training(), {})
    assert facts.versions == {} and facts.extensions == () and facts.quality == Quality()
    fresh.save(tmp_path / "odd.safetensors")
    assert branched.load(tmp_path / "odd.safetensors").facts.stored == odd


def test_of_several_parts_only_the_odd_one_is_missing():
    facts = Facts.read({"data": {"name": "mnist", "images": "many"}, "training": {"steps": 3},
                        "extensions": [LESSON, 7], "poem": "anything",
                        "quality": {"generation": {"n": 3}, "protocol": 1}}, "images")
    assert facts.data == Data() and facts.training == Training(steps=3) and len(facts.extensions) == 1
    assert facts.quality == Quality(generation=GenerationOfImages(n=3)) and facts.stored["poem"] == "anything"


@pytest.mark.parametrize("stored", [None, [], "text", 3])
def test_facts_that_are_no_dictionary_are_refused_in_a_sentence(stored, model, tmp_path):
    with pytest.raises(BranchedError, match="no dictionary"):
        Facts.read(stored, "images")
    path = tmp_path / "odd.safetensors"
    model.save(path)
    tensors, contents = checkpoint.load(path, "model")
    checkpoint.save(path, "model", tensors, contents | {"facts": stored})
    with pytest.raises(BranchedError, match=r"does not hold a whole model \(its facts are no dictionary"):
        branched.load(path)


# -- other records from one --------------------------------------------------------------------------------------------

def test_nothing_in_it_changes(model):
    facts = branched.load("mnist-049").facts
    for thing, name in ((facts, "kind"), (facts.data, "name"), (facts.quality.generation, "right")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(thing, name, "x")
    facts.stored["data"]["name"] = "other"
    assert facts.data.name == facts.stored["data"]["name"] == "mnist"


def test_measured_figures_join_those_of_before():
    facts = Facts.read({"quality": {"generation": {"right class": 0.5}, "poem": 1}}, "images")
    later = facts.with_quality(Quality(protocol=Protocol(n=3), classification=Classification(count=4, accuracy=0.9)))
    assert later.quality.generation.right == 0.5 and later.quality.classification.count == 4
    assert later.stored["quality"] == {"generation": {"right class": 0.5}, "poem": 1, "protocol": {"n": 3},
                                       "classification": {"images": 4, "accuracy": 0.9}}
    assert facts.quality.classification is None


def test_lessons_come_and_go():
    facts = Facts.read({"data": {"name": "mnist"}}, "images")
    lesson = Lesson(name="star", sibling="4", time=0.3, count=10, training=Training(steps=400, batch=48), steps=380,
                    seconds=51.2, versions={"branched": "0.1.0"})
    taught = facts.with_lesson(lesson)
    assert taught.stored["extensions"] == [LESSON] and taught.lesson("star") == lesson and taught != facts
    assert list(taught.stored["extensions"][0]) == list(LESSON), "in the order that files have"
    twice = taught.with_lesson(msgspec.structs.replace(lesson, name="moon"))
    assert twice.without_lesson("star").extensions == (msgspec.structs.replace(lesson, name="moon"),)
    assert taught.without_lesson("star") == facts
    with pytest.raises(KeyError):
        facts.without_lesson("star")


def test_what_is_written_is_read_again():
    facts = Facts.of("rows", data=Data(name="letters", count=3, shape=(16,)), training=Training(steps=2),
                     discovery=None, versions={"torch": "2"})
    assert facts.stored == {"data": {"name": "letters", "rows": 3, "shape": [16]}, "training": {"steps": 2},
                            "discovery": None, "versions": {"torch": "2"}}
    assert facts == Facts.read(facts.stored, "rows") and facts != Facts.read(facts.stored | {"data": {}}, "rows")


def test_a_form_of_its_own_has_what_all_have():
    stored = {"data": {"name": "waves", "signals": 9}, "quality": {
        "generation": {"n": 3, "nearer to a training signal than 5% of test signals": 0.04},
        "classification": {"signals": 5, "evaluations of each signal": 7}}}
    facts = Facts.read(stored, "signals")
    assert facts.data.count == 9 and facts.quality.generation == Generation(n=3, near=0.04)
    assert facts.quality.classification == Classification(count=5, evaluations=7)


def test_a_training_is_kept_whole_also_what_the_record_has_no_field_for():
    config = asdict(TrainingConfig(bridge=0.5))
    facts = Facts.of("images", training=config | {"drop": 0.1})
    assert facts.training.bridge == 0.5 and facts.stored["training"] == config | {"drop": 0.1}
    assert Training.of(config | {"drop": 0.1}) == Training(**config)


def test_figures_for_reading_leave_out_the_pairs():
    turned = TransmutationOfImages(right=0.9, right_of={"4>9": 0.9}, n=5, slant=(0.5, 0.4, 0.6))
    assert figures(turned, "images") == {"images of each class": 5, "right class": 0.9, "slant kept": (0.5, 0.4, 0.6)}
