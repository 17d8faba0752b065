"""All ways to tell a model what to draw, measured side by side, a task at a time.

Curves are drawn from one seed, and say at which guidance a method is at its best; rows are drawn there, from another.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np

from .. import checkpoint
from ..data.dataset import Dataset
from . import bench, methods_store, of_images, of_variants
from .artefacts import difference, fine_share
from .methods_data import Point
from .methods_store import LOOKS, Piece, is_as_asked
from .of_methods import OF_CURVES, OF_ROWS, Protocol, Setting, best, draw, fidelity, figures, learnt, sets
from .sizes import drawn
from .tasks import InParts, Part
from .two_files import stored_arrays

DRAWS = 12          # seeds that the pictures of a row are drawn from
MAPPED = 100        # images of each class on a map
PERPLEXITY = 30     # van der Maaten and Hinton (2008): from 5 to 50
REPEATS = 5         # timings that a median is of
LATENT = ("mnist-latent-kl", "mnist-latent-vq")
WITHOUT = "ac-0"    # the variant with an auxiliary classifier that nothing is learnt from


class Task(NamedTuple):
    """A measurement: its part, the name of its entry, and the setting that is drawn."""

    part: str
    name: str = ""
    setting: Setting | None = None

    def __str__(self) -> str:
        at = f" at {self.setting.guidance:g}" if self.setting else ""
        return f"{self.part} {self.name}{at}".strip()


@dataclass(frozen=True, eq=False)
class Laboratory(InParts):
    """All methods, real images, and who judges."""

    files, on_cpu = methods_store, ("seconds", "tsne")
    protocol: Protocol = Protocol()

    @property
    def parts(self) -> Mapping[str, Part]:
        return PARTS

    def model(self, name: str) -> Any:
        """A model, loaded once."""
        if name not in self.models:
            self.models[name] = self.protocol.load(name)
        return self.models[name]

    def can(self, setting: Setting) -> bool:
        """Whether the model is there, and can be guided so."""
        is_there = setting.model in self.models or checkpoint.find(self.protocol.file(setting.model)).is_file()
        return is_there and (not setting.guidance or setting.guide in self.model(setting.model).guides)

    def look(self, data: Dataset, n: int, seed: int) -> of_images.Look:
        """What the judge sees in n real images of each class (or in all, where there are fewer)."""
        return of_images.looked(self.judge, {label: drawn(data, label, n, seed) for label in data.labels})

    @cached_property
    def beside_rows(self) -> np.ndarray:
        """The judge's features of as many training images as a row has."""
        return self.look(self.train, self.protocol.n, self.protocol.seed).features

    @cached_property
    def beside_points(self) -> np.ndarray:
        """The same for a point of a curve."""
        return self.look(self.train, self.protocol.curve_n, self.protocol.curve_seed).features


# -- the parts: what is to be done, how it is done, whether it is done -------------------------------------------------


def _is_there(stored: Mapping[str, Any], task: Task) -> bool:
    return task.name in stored.get(task.part, {})


def _real(lab: Laboratory, task: Task) -> Piece:
    """Real test images beside the training images that rows are compared with: floor and ceiling."""
    protocol = lab.protocol
    real = {label: drawn(lab.test, label, protocol.n, protocol.seed) for label in lab.test.labels}
    fine = fine_share(np.concatenate(list(real.values())))
    return Piece("real", values={**fidelity(of_images.looked(lab.judge, real), lab.beside_rows), "fine_share": fine})


def _points(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("curves", name, setting) for name, curve in OF_CURVES.items() for setting in curve.settings
            if lab.can(replace(setting, guidance=1.0))]


def _point(lab: Laboratory, task: Task) -> Piece:
    """A point of a curve, and a picture of each class from seed 0."""
    protocol, model = lab.protocol, lab.model(task.setting.model)
    pictures = draw(model, task.setting, protocol.sampling(task.setting, protocol.curve_n, protocol.curve_seed))
    look = of_images.looked(lab.judge, pictures.images)
    return Piece("curves", task.name, figures(pictures, task.setting, look, lab.beside_points),
                 {f"curve/{task.name}": sets(model, task.setting, protocol, 1)[0]})


def _is_on_curve(stored: Mapping[str, Any], task: Task) -> bool:
    return any(is_as_asked(point, task.setting) for point in stored.get("curves", {}).get(task.name, ()))


def _rows(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    """A task for each row whose setting is known, and whose model is there."""
    settings = {name: setting if isinstance(setting, Setting) else _best(setting, stored)
                for name, setting in OF_ROWS.items()}
    return [Task("rows", name, setting) for name, setting in settings.items() if setting and lab.can(setting)]


def _best(curve: str, stored: Mapping[str, Any]) -> Setting | None:
    """A curve's setting where it is at its best; None as long as points are missing."""
    settings = OF_CURVES[curve].settings
    if not all(_is_on_curve(stored, Task("curves", curve, setting)) for setting in settings):
        return None
    points = msgspec.convert(stored["curves"][curve], tuple[Point, ...])
    return replace(settings[0], guidance=best(curve, points).guidance)


def _row(lab: Laboratory, task: Task) -> Piece:
    """A method: figures, a dozen pictures of each class, and features for its map."""
    protocol, model = lab.protocol, lab.model(task.setting.model)
    pictures = draw(model, task.setting, protocol.sampling(task.setting, protocol.n, protocol.seed))
    look = of_images.looked(lab.judge, pictures.images)
    some = look.features.reshape(len(pictures.images), protocol.n, -1)[:, :MAPPED]
    values = {**figures(pictures, task.setting, look, lab.beside_rows), **learnt(model, task.setting)}
    return Piece("rows", task.name, values,
                 {f"row/{task.name}": sets(model, task.setting, protocol, DRAWS)}, {task.name: some.astype(np.float16)})


def _is_row(stored: Mapping[str, Any], task: Task) -> bool:
    return is_as_asked(stored.get("rows", {}).get(task.name, {}), task.setting)


def _codecs(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    """An autoencoder is named as in its model's name: "kl" in "mnist-latent-kl"."""
    settings = [Setting(name) for name in LATENT]
    return [Task("autoencoders", setting.model.rpartition("-")[2], setting) for setting in settings if lab.can(setting)]


def _codec(lab: Laboratory, task: Task) -> Piece:
    found, seen = of_variants.reconstruction(lab.model(task.setting.model), lab.judge, lab.test)
    return Piece("autoencoders", task.name, found, {f"reconstruction/{task.name}": seen})


def _variants(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    """A task for each model with an auxiliary classifier; of one with batch normalisation, for each of the statistics.
    """
    models = {name: Setting(model) for name, model in lab.protocol.variants().items() if lab.can(Setting(model))}
    return [Task("variants", f"{name}{end}", setting) for name, setting in models.items()
            for end in ([f"-{way}" for way in of_variants.STATISTICS] if _is_normed(name) else [""])]


def _is_normed(name: str) -> bool:
    return name.startswith("cbn-")


def _variant(lab: Laboratory, task: Task) -> Piece:
    """A form of a method: figures, and what says why."""
    protocol, model = lab.protocol, lab.model(task.setting.model)
    if _is_normed(task.name):
        way = next(way for way in of_variants.STATISTICS if task.name.endswith(f"-{way}"))
        model = of_variants.by_statistics(model, way, lab.train)
    pictures = draw(model, task.setting, protocol.sampling(task.setting, protocol.n, protocol.seed))
    values = figures(pictures, task.setting, of_images.looked(lab.judge, pictures.images), lab.beside_rows)
    fine = fine_share(np.concatenate(list(pictures.images.values())))
    why = (of_variants.of_statistics(model, lab.model(task.setting.model), lab.train) if _is_normed(task.name)
           else of_variants.of_classifier(model, lab.judge, pictures.images))
    seen = sets(model, task.setting, protocol, DRAWS)
    return Piece("variants", task.name, {**values, "fine_share": fine, **why, **learnt(model, task.setting)},
                 {f"variant/{task.name}": seen, **_artefact(lab, task.name, seen)})


def _artefact(lab: Laboratory, name: str, seen: np.ndarray) -> dict[str, np.ndarray]:
    """What a classifier in the loss has changed, int16 (N, H, W): a variant's pictures, from seed 0, less those of the
    variant without, from the same noise."""
    if _is_normed(name) or name == WITHOUT or not lab.can(Setting(WITHOUT)):
        return {}
    without = sets(lab.model(WITHOUT), Setting(WITHOUT), lab.protocol, 1)
    return {f"artefact/{name}": difference(seen[0], without[0])}


def _maps(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("tsne", name) for name in stored.get("rows", {}) if name in stored_arrays(lab.folder / LOOKS)]


def _map(lab: Laboratory, task: Task) -> Piece:
    """A t-SNE (van der Maaten and Hinton 2008) of real test and drawn images, by the judge's features."""
    from sklearn.manifold import TSNE  # a second, and rarely needed

    look = stored_arrays(lab.folder / LOOKS)[task.name]                                        # (N, MAPPED, D)
    real = lab.look(lab.test, MAPPED, lab.protocol.seed).features
    rows = np.concatenate([real, look.reshape(-1, look.shape[-1]).astype(np.float32)])
    places = TSNE(perplexity=min(PERPLEXITY, len(rows) // 4), init="pca", random_state=0).fit_transform(rows)
    places = np.round(places.astype(float), 1).tolist()
    meant = np.repeat(np.arange(len(look)), look.shape[1]).tolist()
    return Piece("tsne", task.name, {"real": places[:len(real)], "drawn": places[len(real):], "meant": meant})


def _timings(lab: Laboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("seconds")] if stored.get("rows") else []


def _timing(lab: Laboratory, task: Task) -> Piece:
    """Seconds of one set, an image of each class, on the CPU: medians of runs in turn."""
    protocol = replace(lab.protocol, device="cpu")
    rows = {name: Setting(row["model"], row["guidance"], row["guide"])
            for name, row in lab.stored()["rows"].items()}
    models = {name: protocol.load(name) for name in {setting.model for setting in rows.values()}}

    def drawing(setting: Setting) -> Callable[[], Any]:
        return lambda: models[setting.model].sample(sampling=protocol.sampling(setting, 1, 0))

    seconds = bench.medians([drawing(setting) for setting in rows.values()], REPEATS)
    return Piece("seconds", values={name: round(value, 4) for name, value in zip(rows, seconds, strict=True)})


def _is_timed(stored: Mapping[str, Any], task: Task) -> bool:
    return all("seconds" in row for row in stored["rows"].values())


PARTS: dict[str, Part] = {  # in the order in which they need each other
    "real": Part(lambda lab, stored: [Task("real")], _real, lambda stored, task: "real" in stored),
    "curves": Part(_points, _point, _is_on_curve),
    "rows": Part(_rows, _row, _is_row),
    "variants": Part(_variants, _variant, _is_there),
    "autoencoders": Part(_codecs, _codec, _is_there),
    "tsne": Part(_maps, _map, _is_there),
    "seconds": Part(_timings, _timing, _is_timed),
}
