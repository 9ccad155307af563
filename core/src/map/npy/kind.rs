//! How an .npy file's numbers lie in bytes: NumPy's type strings, such as `<f4`.

use super::NpyError;
use half::f16;

/// How a number lies in the file.
pub(super) struct Kind {
    /// `f` floating-point, `i` signed, `u` unsigned, `b` true or false.
    letter: u8,
    /// Bytes of a number.
    pub(super) size: usize,
    big: bool,
}

impl Kind {
    /// From its description, such as `'<f4'`.
    pub(super) fn of(text: &str) -> Result<Self, NpyError> {
        let Some(quote) = text.chars().next().filter(|c| ['\'', '"'].contains(c)) else {
            return Err(NpyError::Kind("record".into()));
        };
        let name = text[1..].split_once(quote).ok_or(NpyError::Header)?.0;
        // A stranger's name may be long.
        let unknown = || NpyError::Kind(name.chars().take(20).collect());
        let (&order, rest) = name.as_bytes().split_first().ok_or_else(unknown)?;
        let big = match order {
            b'>' => true,
            b'<' | b'|' | b'=' => false,
            _ => return Err(unknown()),
        };
        let (letter, size) = match *rest {
            [letter @ b'f', size @ (b'2' | b'4' | b'8')] => (letter, size),
            [letter @ (b'i' | b'u'), size @ (b'1' | b'2' | b'4' | b'8')] => (letter, size),
            [letter @ b'b', size @ b'1'] => (letter, size),
            _ => return Err(unknown()),
        };
        Ok(Self { letter, size: usize::from(size - b'0'), big })
    }

    /// The number that these bytes are.
    pub(super) fn number(&self, bytes: &[u8]) -> f32 {
        let mut word = [0; 8];
        word[..self.size].copy_from_slice(bytes);
        if self.big {
            word[..self.size].reverse();
        }
        let whole = u64::from_le_bytes(word);
        // Moved to the top and back, a number keeps its sign.
        let unused = 64 - 8 * self.size as u32;
        match (self.letter, self.size) {
            (b'f', 2) => f16::from_bits(whole as u16).to_f32(),
            (b'f', 4) => f32::from_bits(whole as u32),
            (b'f', _) => f64::from_bits(whole) as f32,
            (b'i', _) => ((whole << unused) as i64 >> unused) as f32,
            (b'u', _) => whole as f32,
            _ => f32::from(u8::from(whole != 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(descr: &str, data: &[u8]) -> Vec<f32> {
        let kind = Kind::of(&format!("'{descr}', ")).unwrap();
        data.chunks_exact(kind.size).map(|bytes| kind.number(bytes)).collect()
    }

    #[test]
    fn whole_numbers_keep_their_sign() {
        assert_eq!(numbers("|i1", &[0xff, 7]), [-1.0, 7.0]);
        assert_eq!(numbers("|u1", &[0xff, 7]), [255.0, 7.0]);
        assert_eq!(numbers(">i2", &[0xff, 0xfe, 0, 1]), [-2.0, 1.0]);
        assert_eq!(numbers("<i8", &i64::MIN.to_le_bytes()), [i64::MIN as f32]);
        assert_eq!(numbers("|b1", &[0, 2]), [0.0, 1.0]);
    }

    #[test]
    fn what_f32_cannot_hold_is_infinite() {
        assert_eq!(numbers("<f8", &1e300_f64.to_le_bytes()), [f32::INFINITY]);
        assert_eq!(numbers(">f8", &(-2_f64).to_be_bytes()), [-2.0]);
        assert_eq!(numbers("<f2", &[0x00, 0xc2]), [-3.0]);
    }
}
