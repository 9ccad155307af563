//! Bits of the coded pixels, and the Huffman codes in them.

/// Length of the codes that one look-up resolves.
const FAST: usize = 9;

/// A table of Huffman codes.
pub(super) struct Codes {
    /// For the next [`FAST`] bits: length of the code they begin with and its value; length 0 where the code is longer.
    fast: Vec<(u8, u8)>,
    /// For each length: the first code beyond those of that length, left-aligned to 16 bits.
    end: [u32; 17],
    /// For each length: what added to a code gives its place in `values`.
    offset: [i32; 17],
    values: Vec<u8>,
}

impl Codes {
    /// From the number of codes of each length, 1 to 16, and the values in order; none if they do not fit.
    pub(super) fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut codes = Self { fast: vec![(0, 0); 1 << FAST], end: [0; 17], offset: [0; 17], values: values.to_vec() };
        let (mut code, mut place) = (0_u32, 0);
        for length in 1..=16 {
            codes.offset[length] = place as i32 - code as i32;
            for _ in 0..counts[length - 1] {
                let value = *values.get(place)?;
                if length <= FAST {
                    let from = (code as usize) << (FAST - length);
                    codes.fast.get_mut(from..from + (1 << (FAST - length)))?.fill((length as u8, value));
                }
                code += 1;
                place += 1;
            }
            if code > 1 << length {
                return None;
            }
            codes.end[length] = code << (16 - length);
            code <<= 1;
        }
        Some(codes)
    }
}

/// Reads bits up to the next marker. Behind it come zeros, and [`Bits::is_over`] says so.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Where the next byte is read.
    at: usize,
    /// Bits read ahead, the next one on top.
    ahead: u64,
    count: u32,
    /// Bits in `ahead` that are not in the file.
    invented: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, ahead: 0, count: 0, invented: 0 }
    }

    /// Where the marker stands that ends these bits, or the file's end.
    pub(super) fn marker(&self) -> usize {
        let mut at = self.at;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == 0xff && !matches!(self.bytes.get(at + 1), Some(0 | 0xff) | None) {
                return at;
            }
            at += 1;
        }
        self.bytes.len()
    }

    /// Whether more bits were taken than there are.
    pub(super) fn is_over(&self) -> bool {
        self.invented > self.count
    }

    /// Goes behind the restart marker that should be next; whether there is one.
    pub(super) fn restart(&mut self) -> bool {
        let at = self.marker();
        let found = matches!(self.bytes.get(at + 1), Some(0xd0..=0xd7));
        if found {
            *self = Self::new(self.bytes, at + 2);
        }
        found
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xff, 0, ..]) => {
                    self.at += 2;
                    0xff
                }
                // Fill bytes before a marker.
                Some([0xff, 0xff, ..]) => {
                    self.at += 1;
                    continue;
                }
                None | Some([] | [0xff, ..]) => {
                    self.invented += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.ahead |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn skip(&mut self, count: u32) {
        self.ahead <<= count;
        self.count -= count;
    }

    /// The next `count` bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        if self.count < count {
            self.fill();
        }
        let bits = (self.ahead >> (64 - count)) as u32;
        self.skip(count);
        bits
    }

    /// The next bit.
    pub(super) fn flag(&mut self) -> bool {
        self.take(1) == 1
    }

    /// A number of `size` bits whose upper half is positive, as coefficients are written.
    pub(super) fn number(&mut self, size: u32) -> i32 {
        let bits = self.take(size) as i32;
        if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits }
    }

    /// The value of the next code; none if it is no code.
    pub(super) fn code(&mut self, codes: &Codes) -> Option<u8> {
        if self.count < 16 {
            self.fill();
        }
        let (length, value) = codes.fast[(self.ahead >> (64 - FAST)) as usize];
        if length > 0 {
            self.skip(length.into());
            return Some(value);
        }
        let next = (self.ahead >> 48) as u32;
        let length = (FAST + 1..=16).find(|&length| next < codes.end[length])?;
        self.skip(length as u32);
        let place = (next >> (16 - length)) as i32 + codes.offset[length];
        codes.values.get(usize::try_from(place).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_all_lengths() {
        // One code of each length: 0, 10, 110, ... and the values 1 to 16.
        let codes = Codes::new(&[1; 16], &(1..=16).collect::<Vec<_>>()).unwrap();
        // 110, then fifteen ones and a zero, then 0.
        let bytes = [0b1101_1111, 0b1111_1111, 0, 0b1100_0000];
        let mut bits = Bits::new(&bytes, 0);
        let found: Vec<_> = std::iter::from_fn(|| bits.code(&codes)).take(3).collect();
        assert_eq!(found, [3, 16, 1]);
        assert!(Codes::new(&[3; 16], &[0; 48]).is_none(), "no room for three codes of one bit");
    }

    #[test]
    fn bits_end_at_a_marker() {
        let bytes = [0xa5, 0xff, 0x00, 0xff, 0xd9];
        let mut bits = Bits::new(&bytes, 0);
        assert_eq!((bits.take(4), bits.number(4), bits.take(8)), (0xa, 5 - 15, 0xff));
        assert!(!bits.is_over());
        assert_eq!((bits.take(3), bits.is_over(), bits.marker()), (0, true, 3));
    }
}
