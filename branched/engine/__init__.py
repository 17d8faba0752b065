"""The engine: the requests of many are worked at once, and what they ask of a network is merged.

A request is anything with `work(model)`, a generator; the engine knows no more of it, and nothing of a screen. One
thread works all of them, each as a greenlet that stops where it asks a network (see `denoisers.network`), so that
every evaluation answers rows of many.
"""
from .answer import Answer
from .bounds import Bounds, Busy
from .engine import Engine, Load
from .order import AHEAD, FRONT

__all__ = ["AHEAD", "FRONT", "Answer", "Bounds", "Busy", "Engine", "Load"]
