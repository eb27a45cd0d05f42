"""Reads the designs of benches/speed: the few blocks that they are drawn with, as numbers for another simulator."""

import json
from dataclasses import dataclass, field


@dataclass
class Station:
    """One waiting line: cores, mean service time [s], hop before it [s]."""

    cores: int
    service_s: float
    hop_s: float = 0.0
    timeout_s: float | None = None


@dataclass
class System:
    """A chain of stations: perhaps a balancer, servers in turn, perhaps a cache with a store behind its misses."""

    rate: float
    balancer: Station | None = None
    servers: list[Station] = field(default_factory=list)
    cache: Station | None = None
    hit_ratio: float = 0.0
    store: Station | None = None

    def hops_and_timeouts(self):
        return self.servers[0].timeout_s is not None


DEFAULTS = {"load-balancer": 0.05, "app-server": 10.0, "cache": 0.02, "sql-database": 2.0}


def read(path):
    """The system of a design file."""
    with open(path, encoding="utf-8") as file:
        design = json.load(file)
    into = {}
    for caller, callee, *options in design["links"]:
        into[callee] = options[0] if options else {}
    system = System(rate=0.0)
    for node in design["nodes"]:
        if node["block"] == "client":
            system.rate = node["rate"]
            continue
        link = into[node["id"]]
        service_ms = node.get("service_ms", node.get("read_ms", DEFAULTS[node["block"]]))
        timeout_ms = link.get("timeout_ms")
        one = Station(
            cores=node["cores"],
            service_s=service_ms / 1e3,
            hop_s=link["latency_ms"] / 1e3,
            timeout_s=timeout_ms and timeout_ms / 1e3,
        )
        match node["block"]:
            case "load-balancer":
                system.balancer = one
            case "app-server":
                system.servers += [one] * node.get("instances", 1)
            case "cache":
                system.cache, system.hit_ratio = one, node["hit_ratio"]
            case "sql-database":
                system.store = one
    return system


def statistics(latencies):
    """What a report would say: mean and the percentiles of all latencies [s]."""
    ordered = sorted(latencies)
    at = lambda share: ordered[min(int(share * len(ordered)), len(ordered) - 1)]
    return {
        "mean": sum(ordered) / len(ordered),
        "p50": at(0.5),
        "p95": at(0.95),
        "p99": at(0.99),
        "p999": at(0.999),
    }
