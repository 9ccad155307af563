//! Numbers along axes in f64, as slow and plain as can be: what the second writings compute with.

/// Numbers and the lengths of their axes, last axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// All places of a shape, last axis fastest.
pub fn places(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let shape = shape.to_vec();
    (0..shape.iter().product()).map(move |mut rest| {
        let mut place = vec![0; shape.len()];
        for axis in (0..shape.len()).rev() {
            place[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        place
    })
}

/// The same place but `at` along one axis.
pub fn with(place: &[usize], axis: usize, at: usize) -> Vec<usize> {
    let mut place = place.to_vec();
    place[axis] = at;
    place
}

/// Whole numbers from a counter (splitmix64, Steele et al. 2014).
fn mixed(seed: u64, i: u64) -> u64 {
    let mut z = seed.wrapping_add((i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Array {
    pub fn from_fn(shape: &[usize], value: impl FnMut(Vec<usize>) -> f64) -> Array {
        Array { shape: shape.to_vec(), values: places(shape).map(value).collect() }
    }

    /// Numbers between -1 and 1 with 24 bits: f32 holds them exactly.
    pub fn noise(seed: u64, shape: &[usize]) -> Array {
        let count: usize = shape.iter().product();
        let unit = |i| (mixed(seed, i) >> 40) as f64 / f64::from(1 << 23) - 1.0;
        Array { shape: shape.to_vec(), values: (0..count as u64).map(unit).collect() }
    }

    /// Numbers at least 1/16 from each other and 1/64 from 0, in random order: no maximum among them is near a tie.
    pub fn distinct(seed: u64, shape: &[usize]) -> Array {
        let count: usize = shape.iter().product();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&i| mixed(seed, i as u64));
        let value = |i: usize| (i as f64 - (count / 2) as f64) / 16.0 + 1.0 / 64.0;
        Array { shape: shape.to_vec(), values: order.into_iter().map(value).collect() }
    }

    pub fn at(&self, place: &[usize]) -> f64 {
        assert_eq!(place.len(), self.shape.len(), "a place in {:?}", self.shape);
        assert!(place.iter().zip(&self.shape).all(|(at, length)| at < length), "{place:?} in {:?}", self.shape);
        self.values[place.iter().zip(&self.shape).fold(0, |sum, (at, length)| sum * length + at)]
    }

    /// The number at a place of a stretched shape: axes are aligned at the last, those of length one count as any.
    pub fn stretched_at(&self, place: &[usize]) -> f64 {
        let tail = &place[place.len() - self.shape.len()..];
        let own: Vec<usize> = tail.iter().zip(&self.shape).map(|(&at, &n)| if n == 1 { 0 } else { at }).collect();
        self.at(&own)
    }

    pub fn map(&self, function: impl Fn(f64) -> f64) -> Array {
        Array { shape: self.shape.clone(), values: self.values.iter().map(|&x| function(x)).collect() }
    }

    /// Rounded to f32, so that both writings start from the same numbers.
    pub fn rounded(&self) -> Array {
        self.map(|x| f64::from(x as f32))
    }

    /// As a device takes them.
    pub fn floats(&self) -> Vec<f32> {
        self.values.iter().map(|&x| x as f32).collect()
    }

    /// One picture of a batch.
    pub fn picture(&self, n: usize) -> Array {
        let each = self.values.len() / self.shape[0];
        Array { shape: with(&self.shape, 0, 1), values: self.values[n * each..(n + 1) * each].to_vec() }
    }
}

/// numpy's stretching: the shape of two values with axes of length one stretched.
pub fn stretched(a: &[usize], b: &[usize]) -> Vec<usize> {
    let axes = a.len().max(b.len());
    let at = |shape: &[usize], i: usize| if i + shape.len() < axes { 1 } else { shape[i + shape.len() - axes] };
    (0..axes).map(|i| at(a, i).max(at(b, i))).collect()
}
