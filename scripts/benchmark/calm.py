"""Tells whether a measurement had the machine to itself: what other work took, and what the host of a virtual machine took."""
import os
import resource
import time

LIMIT = 0.03  # of the processors' time


def ticks():
    """Seconds that all processors have worked, for anyone, and those that the hypervisor kept (proc_stat(5))."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK"), steal / os.sysconf("SC_CLK_TCK")


def own():
    """Seconds of this process and of those that it has waited for."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


class Watch:
    """Counts from its making on."""

    def __init__(self):
        self.began, self.own, (self.worked, self.steal) = time.perf_counter(), own(), ticks()

    def shares(self):
        """The shares of the processors' time that other work and the host took."""
        worked, steal = ticks()
        all_time = (time.perf_counter() - self.began) * os.cpu_count()
        others = worked - self.worked - (own() - self.own)
        return max(0, others) / all_time, (steal - self.steal) / all_time


def rounds(count, once):
    """Calls `once` until `count` rounds were calm, but at most twice as often; disturbed rounds stand in for calm ones that are
    missing then. Returns what `count` rounds returned, the calm ones first, and a line that says how calm they were."""
    calm, disturbed = [], []
    while len(calm) < count and len(calm) + len(disturbed) < 2 * count:
        watch = Watch()
        result = once()
        shares = watch.shares()
        (calm if max(shares) < LIMIT else disturbed).append((result, shares))
    kept = (calm + disturbed)[:count]
    others, steal = (max(s) for s in zip(*(shares for _, shares in kept)))
    return [result for result, _ in kept], (f"{len(calm)} calm rounds, {len(disturbed)} disturbed ones; in those that count, other "
                                            f"work took at most {others:.1%} of the processors' time, the host {steal:.1%}")
