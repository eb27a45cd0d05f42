"""A system in SimPy: a process for each request, a resource for each station."""

import itertools
import random
import sys
import time

import simpy

import design


class Run:
    """One run that sends requests until it is told to stop."""

    def __init__(self, system):
        self.system = system
        self.env = simpy.Environment()
        self.latencies = []
        self.draw = random.Random(1)
        place = lambda station: station and (station, simpy.Resource(self.env, station.cores))
        self.balancer = place(system.balancer)
        self.servers = [place(station) for station in system.servers]
        self.turn = itertools.cycle(self.servers)
        self.cache, self.store = place(system.cache), place(system.store)
        self.env.process(self.send())

    def send(self):
        while True:
            yield self.env.timeout(self.draw.expovariate(self.system.rate))
            self.env.process(self.request())

    def request(self):
        born = self.env.now
        yield from self.call(self.balancer, self.at_balancer) if self.balancer else self.call(next(self.turn), self.at_server)
        self.latencies.append(self.env.now - born)

    def call(self, callee, then):
        """A call with its hops; with a timeout it is a process that the caller waits for no longer than that."""
        station, _ = callee
        if station.timeout_s is None:
            yield from self.visit(callee, then)
            return
        answered = self.env.process(self.visit(callee, then))
        yield answered | self.env.timeout(station.timeout_s)

    def visit(self, callee, then):
        station, cores = callee
        if station.hop_s:
            yield self.env.timeout(station.hop_s)
        with cores.request() as core:
            yield core
            yield self.env.timeout(self.draw.expovariate(1 / station.service_s))
        if then:
            yield from then()
        if station.hop_s:
            yield self.env.timeout(station.hop_s)

    def at_balancer(self):
        yield from self.call(next(self.turn), self.at_server)

    def at_server(self):
        if self.cache:
            yield from self.call(self.cache, None)
            if self.draw.random() >= self.system.hit_ratio:
                yield from self.call(self.store, None)


def main(path, seconds):
    run = Run(design.read(path))
    step = 2_000 / run.system.rate
    run.env.run(until=step)
    begin, sent = time.process_time(), len(run.latencies)
    while (passed := time.process_time() - begin) < seconds:
        run.env.run(until=run.env.now + step)
    found = design.statistics(run.latencies)
    passed = time.process_time() - begin
    print((len(run.latencies) - sent) / passed, found["mean"], found["p99"], sep="\t")


main(sys.argv[1], float(sys.argv[2]))
