//! The Mersenne twister MT19937 as Python's `random.Random` and NumPy's `RandomState` seed and use it, to the bit: what
//! a published study drew with it can be drawn again. Nothing else here takes chance from it.
//!
//! Matsumoto and Nishimura 1998, ACM Transactions on Modeling and Computer Simulation 8; seeding as in their
//! `mt19937ar` of 2002.

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// A Mersenne twister.
#[derive(Clone)]
pub struct Twister {
    state: [u32; SIZE],
    next: usize,
}

impl Twister {
    /// As `numpy.random.RandomState(seed)`.
    #[must_use]
    pub fn numpy(seed: u32) -> Self {
        let mut state = [seed; SIZE];
        for i in 1..SIZE {
            let before = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = before.wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, next: SIZE }
    }

    /// As `random.Random(seed)` of Python: seeding by array, with an array of one.
    #[must_use]
    pub fn python(seed: u32) -> Self {
        let mut twister = Self::numpy(19_650_218);
        let state = &mut twister.state;
        let mixed = |state: &[u32; SIZE], i: usize, factor: u32| {
            state[i] ^ (state[i - 1] ^ (state[i - 1] >> 30)).wrapping_mul(factor)
        };
        let mut i = 1;
        for _ in 0..SIZE {
            state[i] = mixed(state, i, 1_664_525).wrapping_add(seed);
            i = following(state, i);
        }
        for _ in 1..SIZE {
            state[i] = mixed(state, i, 1_566_083_941).wrapping_sub(i as u32);
            i = following(state, i);
        }
        state[0] = 1 << 31;
        twister
    }

    /// The next 32 bits.
    pub fn bits(&mut self) -> u32 {
        if self.next == SIZE {
            self.turn();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn turn(&mut self) {
        for i in 0..SIZE {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
            let odd = if y % 2 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + MIDDLE) % SIZE] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// As `random.shuffle`: from the last place down, each changes with one at or before it.
    ///
    /// # Panics
    /// If the list has 2³² entries or more.
    pub fn python_shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = self.python_below(i + 1);
            list.swap(i, j);
        }
    }

    /// As `random.randrange(n)`: as many of the upper bits as `n` has, drawn again until below it.
    fn python_below(&mut self, n: usize) -> usize {
        let n = u32::try_from(n).expect("lists are short");
        loop {
            let drawn = self.bits() >> n.leading_zeros();
            if drawn < n {
                return drawn as usize;
            }
        }
    }

    /// As `RandomState.permutation(n)`: the lower bits are kept, drawn again until not beyond the place.
    ///
    /// # Panics
    /// If `n` is 2³² or more.
    #[must_use]
    pub fn numpy_permutation(&mut self, n: usize) -> Vec<usize> {
        let mut list: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            let most = u32::try_from(i).expect("lists are short");
            let mask = u32::MAX >> most.leading_zeros();
            let j = loop {
                let drawn = self.bits() & mask;
                if drawn <= most {
                    break drawn as usize;
                }
            };
            list.swap(i, j);
        }
        list
    }
}

/// The place after `i` while seeding: after the last comes 1, and place 0 takes what the last one holds.
fn following(state: &mut [u32; SIZE], i: usize) -> usize {
    if i + 1 < SIZE {
        return i + 1;
    }
    state[0] = state[SIZE - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numpy_says_the_same() {
        let mut twister = Twister::numpy(42);
        assert_eq!([(); 4].map(|()| twister.bits()), [1_608_637_542, 3_421_126_067, 4_083_286_876, 787_846_414]);
        assert_eq!(Twister::numpy(42).numpy_permutation(10), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
        assert_eq!(Twister::numpy(42).numpy_permutation(1019)[..8], [522, 453, 439, 31, 615, 584, 442, 731]);
    }

    #[test]
    fn python_says_the_same() {
        let mut twister = Twister::python(42);
        let drawn = [(); 8].map(|()| twister.bits());
        assert_eq!(drawn[..4], [2_746_317_213, 478_163_327, 107_420_369, 3_184_935_163]);
        assert_eq!(drawn[4..], [1_181_241_943, 1_051_802_512, 958_682_846, 599_310_825]);
        let mut list: Vec<usize> = (0..10).collect();
        Twister::python(42).python_shuffle(&mut list);
        assert_eq!(list, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
    }
}
