"""A pool on Ray Serve: replicas of the engine, started, kept alive and ended."""
from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from ..errors import BranchedError
from .courier import APP, settings, until_gone
from .pool import MISSING

STORE = 128 * 2**20    # bytes of shared memory for what is on its way: an answer has some hundred thousand
ONGOING = 10_000       # requests at one replica; the engine's own bounds say when it is busy
ROOT = Path(__file__).parents[2]


@contextmanager
def pool(load: Callable[[str], Any], replicas: int, threads: int, address: str = "") -> Iterator[str]:
    """A pool while this lasts; gives the address by which an app reaches it.

    Without an address it has a Ray of its own on this machine, which listens to this machine alone and ends with it;
    else it is put onto the cluster that is there. Raises BranchedError if there is no Ray, or no such cluster.
    """
    if find_spec("ray") is None:
        raise BranchedError(MISSING)
    os.environ.update(settings(address or "auto"))
    import ray

    _connect(address, replicas * threads)
    try:
        _deploy(load, replicas, threads)
        yield ray.get_runtime_context().gcs_address
    finally:
        _end()


def wait() -> None:
    """Wait as long as the pool's head is there. Raises BranchedError when it has gone."""
    import ray

    asyncio.run(until_gone(ray.get_runtime_context().gcs_address))
    raise BranchedError("The pool's Ray has ended.")


def usual_threads(replicas: int) -> int:
    """Threads for each of some replicas that share this machine."""
    return max(1, (os.cpu_count() or 1) // replicas)


def _connect(address: str, processors: int) -> None:
    import ray

    own = {"include_dashboard": False, "num_cpus": processors, "object_store_memory": STORE}
    try:
        ray.init(address=address or "local", namespace=APP, logging_level="ERROR", **({} if address else own))
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BranchedError(f"There is no Ray cluster at {address or 'this machine'}: {error}") from error
    if not address and not ray.get_runtime_context().gcs_address.startswith("127."):
        ray.shutdown()
        raise BranchedError("Ray was imported before the pool, and would listen to other machines.")


def _deploy(load: Callable[[str], Any], replicas: int, threads: int) -> None:
    """Put the replicas to work, and wait until they are there."""
    from ray import cloudpickle, serve
    from ray.serve.config import ProxyLocation, RequestRouterConfig

    from . import twins
    from .serving import Serving

    cloudpickle.register_pickle_by_value(twins)  # the couriers, who choose by it, do not know this package
    gpus = torch.cuda.device_count()
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": str(threads)}
    deployment = serve.deployment(
        Serving, name="engine", num_replicas=replicas, max_ongoing_requests=ONGOING, health_check_period_s=1,
        health_check_timeout_s=10, graceful_shutdown_wait_loop_s=0.1, graceful_shutdown_timeout_s=1,
        ray_actor_options={"num_cpus": threads, "num_gpus": gpus // replicas or gpus / replicas,
                           "runtime_env": {"env_vars": environment}},
        request_router_config=RequestRouterConfig(request_router_class=twins.Twins),
        logging_config={"enable_access_log": False, "log_level": "ERROR"})
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    serve.start(proxy_location=ProxyLocation.Disabled, logging_config={"log_level": "ERROR"})
    try:
        serve.run(deployment.bind(load, threads), name=APP, route_prefix=None)
    except RuntimeError as error:
        raise BranchedError(f"The replicas cannot be started: {error}") from error


def _end() -> None:
    import ray
    from ray import serve

    serve.delete(APP)
    ray.shutdown()
