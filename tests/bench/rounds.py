"""A contender's side of the talk with `cargo xtask bench`: one line asks for passes, one line answers with their seconds."""
import sys
import time

import numpy as np


def answer(name, jobs):
    """Says its name, then answers lines `JOB COUNT` until there are no more.

    A job is a function that makes one pass and gives back a number that all contenders must agree on. The answer is
    that number and the seconds of each pass; `-` says that there is no such job.
    """
    print(name, flush=True)
    for line in sys.stdin:
        job, count = line.split()
        if job not in jobs:
            print("-", flush=True)
            continue
        seconds = []
        for _ in range(int(count)):
            start = time.perf_counter()
            check = jobs[job]()
            seconds.append(time.perf_counter() - start)
        print(check, *seconds, flush=True)


def picture(folder):
    """The picture that all contenders see, [1, 3, side, side]."""
    values = np.fromfile(folder / "picture.f32", "<f4")
    side = round((values.size / 3) ** 0.5)
    return values.reshape(1, 3, side, side)
