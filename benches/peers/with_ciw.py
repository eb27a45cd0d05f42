"""A system in Ciw: a node for each station, and one with endless servers for each hop."""

import sys
import time

import ciw

import design


def network(system):
    """Ciw's network. Its customers hold nothing while they are served elsewhere, as in the others a core is only held
    during service; a timeout is one that never fires here, so a customer would renege from the line of a node."""
    arrivals, services, servers, reneging, routers = [], [], [], [], []

    def node(service, count, timeout_s=None):
        arrivals.append(None)
        services.append(service)
        servers.append(count)
        reneging.append(timeout_s and ciw.dists.Deterministic(value=timeout_s))
        routers.append(ciw.routing.Leave())
        return len(servers)

    def hop(station):
        return node(ciw.dists.Deterministic(value=station.hop_s), float("inf"))

    def place(station):
        """Entry and exit of a station with the hop to it."""
        first = hop(station) if station.hop_s else None
        own = node(ciw.dists.Exponential(rate=1 / station.service_s), station.cores, station.timeout_s)
        if first:
            routers[first - 1] = ciw.routing.Direct(to=own)
        return (first or own, own)

    def direct(exit_, to):
        routers[exit_ - 1] = ciw.routing.Direct(to=to)

    balancer = place(system.balancer) if system.balancer else None
    tiers = [place(station) for station in system.servers]
    if balancer:
        routers[balancer[1] - 1] = ciw.routing.Cycle(cycle=[entry for entry, _ in tiers])
    ends = [own for _, own in tiers]
    if system.cache:
        cache, store = place(system.cache), place(system.store)
        for end in ends:
            direct(end, cache[0])
        ends = [cache[1], store[1]]
    # The hops back, together: they take a constant time.
    back = [station for station in [system.balancer, system.servers[0], system.cache] if station and station.hop_s]
    if back:
        ways = [hop(station) for station in back]
        for one, next_ in zip(ways, ways[1:]):
            direct(one, next_)
        if system.store:
            more = hop(system.store)
            direct(ends[1], more)
            direct(more, ways[0])
    leave = ways[0] if back else -1
    if system.cache:
        miss = 1 - system.hit_ratio
        routers[ends[0] - 1] = ciw.routing.Probabilistic([leave, store[0]], [system.hit_ratio, miss])
    elif back:
        for end in ends:
            direct(end, leave)
    arrivals[(balancer or tiers[0])[0] - 1] = ciw.dists.Exponential(rate=system.rate)
    return ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=services,
        number_of_servers=servers,
        reneging_time_distributions=reneging if any(reneging) else None,
        routing=ciw.routing.NetworkRouting(routers=routers),
    )


def latencies(run):
    """From arrival to departure of everybody who left."""
    for one in run.nodes[-1].all_individuals:
        records = one.data_records
        yield records[-1].exit_date - records[0].arrival_date


def main(path, seconds):
    system = design.read(path)
    requests, passed = 1_000, 0.0
    while True:
        # Ciw runs to a given time from the start; a run that was too short is repeated, longer.
        ciw.seed(1)
        begin = time.process_time()
        run = ciw.Simulation(network(system))
        run.simulate_until_max_time(requests / system.rate)
        found = list(latencies(run))
        statistics = design.statistics(found)
        passed = time.process_time() - begin
        if passed >= seconds / 2:
            break
        requests = int(requests * min(8.0, 1.2 * seconds / max(passed, 0.05)))
    print(len(found) / passed, statistics["mean"], statistics["p99"], sep="\t")


main(sys.argv[1], float(sys.argv[2]))
