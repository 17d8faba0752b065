"""Which replica of a pool is asked: where the same is asked already, if it is not much busier than others."""
from __future__ import annotations

from hashlib import blake2b

from ray.serve.request_router import PendingRequest, RequestRouter, RunningReplica

LEAD = 4  # requests that a favourite may have more than the least busy one


class Twins(RequestRouter):
    """The least busy replica; for a request with a `session_id`, its favourite, which all processes choose alike.

    The favourite is found by rendezvous hashing (Thaler and Ravishankar, 1998), bounded in load (Mirrokni et al.,
    2018).
    """

    async def choose_replicas(self, candidate_replicas: list[RunningReplica],
                              pending_request: PendingRequest | None = None) -> list[list[RunningReplica]]:
        """Ranks of replicas, best first; within a rank Serve takes the least busy, and asks those that it knows
        nothing of."""
        busy = {each.replica_id: self.replica_queue_len_cache.get(each.replica_id) for each in candidate_replicas}
        known = [count for count in busy.values() if count is not None]
        unknown = [each for each in candidate_replicas if busy[each.replica_id] is None]
        key = pending_request.metadata.session_id if pending_request else ""
        if not key or not candidate_replicas:
            return [unknown or candidate_replicas]
        favourite = max(candidate_replicas, key=lambda each: _weight(key, each.replica_id.unique_id))
        ahead = (busy[favourite.replica_id] or 0) - min(known, default=0)
        return [[favourite], candidate_replicas] if ahead <= LEAD else [unknown or candidate_replicas]


def _weight(key: str, replica: str) -> bytes:
    return blake2b(f"{key} {replica}".encode(), digest_size=8).digest()
