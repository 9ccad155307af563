"""The product's counter-based generator: number i of a named stream is a function of seed, name and i alone.

    mix(z):  z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27; z *= 0x94D049BB133111EB; z ^= z >> 31
    start    = mix(seed + 0x9E3779B97F4A7C15) xor FNV-1a of 64 bits of the name
    bits(i)  = mix(start + (i + 1) * 0x9E3779B97F4A7C15)

all in 64 bits that wrap around (the finaliser of splitmix64).
"""
import numpy as np

STEP = np.uint64(0x9E3779B97F4A7C15)


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def fnv1a(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & ((1 << 64) - 1)
    return np.uint64(value)


class Stream:
    """All functions take counts or arrays of them."""

    def __init__(self, name, seed=0):
        self.start = mix(np.array([seed], np.uint64) + STEP) ^ fnv1a(name)

    def bits(self, i):
        i = np.asarray(i, np.uint64)
        return mix(self.start + (i.reshape(-1) + np.uint64(1)) * STEP).reshape(i.shape)

    def uniform(self, i):
        """In [0, 1), in f64."""
        return (self.bits(i) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, i):
        """Box and Muller's cosine, in f64, rounded to f32."""
        i = np.asarray(i, np.uint64)
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(np.uint64(2) * i)))
        angle = 2.0 * np.pi * self.uniform(np.uint64(2) * i + np.uint64(1))
        return (radius * np.cos(angle)).astype(np.float32)

    def below(self, i, n):
        return np.floor(self.uniform(i) * n).astype(np.int64)
