//! Writing JPEG files, byte for byte as Pillow does with its own settings: baseline, halved chroma, the tables of
//! ITU-T T.81 Annex K.
//!
//! A study that stores its pictures so measures on what the loss has left of them; to repeat it, the same loss is
//! needed.

use super::fdct::forward;
use super::halve::{Padded, planes};
use super::scan::ZIGZAG;

/// The quality that Pillow takes when nothing is said.
pub const QUALITY: u8 = 75;

/// The longest side that a JPEG file can tell.
pub const LONGEST: usize = 65_535;

/// Steps of luma at quality 50, row after row (T.81, table K.1).
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Steps of both colour differences at quality 50 (T.81, table K.2).
const CHROMA: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

/// Numbers of codes of each length, and their values in order.
struct Standard {
    counts: [u8; 16],
    values: &'static [u8],
}

/// Codes of luma's means (T.81, table K.3) and all else (K.5), then those of the differences (K.4, K.6).
const CODES: [[Standard; 2]; 2] = [
    [
        Standard {
            counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
            values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        },
        Standard {
            counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
            values: &[
                0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
                0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33,
                0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34,
                0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55,
                0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76,
                0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96,
                0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5,
                0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4,
                0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1,
                0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
            ],
        },
    ],
    [
        Standard {
            counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
            values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        },
        Standard {
            counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
            values: &[
                0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13,
                0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62,
                0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29,
                0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54,
                0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75,
                0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94,
                0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3,
                0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2,
                0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea,
                0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
            ],
        },
    ],
];

/// The picture as a JPEG file.
///
/// # Shapes
/// `[height, width, 3]`
///
/// # Panics
/// If `rgb` has another length, a side is zero or beyond [`LONGEST`], or the quality is not from 1 to 100.
#[must_use]
pub fn write(rgb: &[u8], height: usize, width: usize, quality: u8) -> Vec<u8> {
    assert_eq!(rgb.len(), height * width * 3, "an RGB picture of {height} by {width}");
    assert!((1..=LONGEST).contains(&height) && (1..=LONGEST).contains(&width), "{height} by {width}");
    let steps = [LUMA, CHROMA].map(|table| scaled(&table, quality));
    let mut file = head(height, width, &steps);
    let mut bits = Bits { file: &mut file, ahead: 0, count: 0 };
    let codes = CODES.map(|pair| pair.map(|table| lengths(&table)));
    let mut means = [0; 3];
    units(&planes(rgb, height, width), |component, block, hidden| {
        let table = component.min(1);
        let mut coefficients = [0; 64];
        if hidden {
            // Beyond the picture a block costs least that has the mean of the last one.
            coefficients[0] = means[component];
        } else {
            coefficients = forward(block, &steps[table]);
        }
        put(&mut bits, &coefficients, means[component], &codes[table]);
        means[component] = coefficients[0];
    });
    bits.put(0x7f, 7);
    file.extend([0xff, 0xd9]);
    file
}

/// A table of steps at another quality, as the JPEG group's library scales it.
fn scaled(table: &[u8; 64], quality: u8) -> [u16; 64] {
    assert!((1..=100).contains(&quality), "a quality from 1 to 100");
    let quality = u16::from(quality);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|step| ((u32::from(step) * u32::from(percent) + 50) / 100).clamp(1, 255) as u16)
}

/// All that comes before the coded pixels.
fn head(height: usize, width: usize, steps: &[[u16; 64]; 2]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (place, table) in (0..).zip(steps) {
        let values = ZIGZAG.map(|at| table[usize::from(at)] as u8);
        segment(&mut file, 0xdb, &[&[place][..], &values].concat());
    }
    let ([h0, h1], [w0, w1]) = ((height as u16).to_be_bytes(), (width as u16).to_be_bytes());
    // Each component: its number, blocks of a unit across and down, its table of steps.
    segment(&mut file, 0xc0, &[8, h0, h1, w0, w1, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    for (place, pair) in (0..).zip(&CODES) {
        for (class, table) in (0..).zip(pair) {
            segment(&mut file, 0xc4, &[&[class << 4 | place][..], &table.counts, table.values].concat());
        }
    }
    segment(&mut file, 0xda, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend([0xff, marker]);
    file.extend((content.len() as u16 + 2).to_be_bytes());
    file.extend(content);
}

/// Calls `put` with each block in the file's order: units of 16 by 16 pixels, in each four blocks of luma and one of
/// both differences. Says of a block whether it lies beyond the picture.
fn units(planes: &[Padded; 3], mut put: impl FnMut(usize, &[u8; 64], bool)) {
    let (across, down) = planes[1].blocks;
    for unit in 0..across * down {
        let (x, y) = (unit % across, unit / across);
        for i in 0..4 {
            let (x, y) = (2 * x + i % 2, 2 * y + i / 2);
            let hidden = x >= planes[0].blocks.0 || y >= planes[0].blocks.1;
            put(0, &if hidden { [0; 64] } else { planes[0].block(x, y) }, hidden);
        }
        put(1, &planes[1].block(x, y), false);
        put(2, &planes[2].block(x, y), false);
    }
}

/// The code of each value and its length.
fn lengths(table: &Standard) -> [(u16, u8); 256] {
    let mut codes = [(0, 0); 256];
    let (mut code, mut place) = (0, 0);
    for (length, &count) in (1..).zip(&table.counts) {
        for _ in 0..count {
            codes[usize::from(table.values[place])] = (code, length);
            code += 1;
            place += 1;
        }
        code <<= 1;
    }
    codes
}

/// Writes a block: the difference of its mean from the last one, then each coefficient behind the number of zeros
/// before it.
fn put(bits: &mut Bits<'_>, coefficients: &[i16; 64], mean: i16, codes: &[[(u16, u8); 256]; 2]) {
    let code = |bits: &mut Bits<'_>, class: usize, value: usize| {
        let (code, length) = codes[class][value];
        bits.put(code, length);
    };
    let difference = coefficients[0] - mean;
    code(bits, 0, usize::from(size(difference)));
    bits.number(difference);
    let mut zeros = 0;
    for place in &ZIGZAG[1..] {
        let value = coefficients[usize::from(*place)];
        if value == 0 {
            zeros += 1;
            continue;
        }
        while zeros > 15 {
            code(bits, 1, 0xf0);
            zeros -= 16;
        }
        code(bits, 1, zeros << 4 | usize::from(size(value)));
        bits.number(value);
        zeros = 0;
    }
    if zeros > 0 {
        code(bits, 1, 0);
    }
}

/// How many bits a number takes.
fn size(value: i16) -> u8 {
    (u16::BITS - value.unsigned_abs().leading_zeros()) as u8
}

/// Bits on their way into the file.
struct Bits<'a> {
    file: &'a mut Vec<u8>,
    ahead: u32,
    count: u8,
}

impl Bits<'_> {
    fn put(&mut self, bits: u16, count: u8) {
        self.ahead = self.ahead << count | u32::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.ahead >> self.count) as u8;
            self.file.push(byte);
            if byte == 0xff {
                // So that it is not taken for a marker.
                self.file.push(0);
            }
        }
    }

    /// A number without its leading bits; below zero, one less.
    fn number(&mut self, value: i16) {
        let count = size(value);
        let bits = if value < 0 { value - 1 } else { value } as u16;
        self.put(bits & ((1_u32 << count) - 1) as u16, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_quality_75_are_half() {
        assert_eq!(scaled(&LUMA, 75)[..8], [8, 6, 5, 8, 12, 20, 26, 31]);
        assert_eq!(scaled(&LUMA, 100), [1; 64]);
    }

    #[test]
    fn numbers_as_in_the_standard() {
        assert_eq!([0, 1, -1, 2, -3, 4, 2047].map(size), [0, 1, 1, 2, 2, 3, 11]);
        let mut file = Vec::new();
        let mut bits = Bits { file: &mut file, ahead: 0, count: 0 };
        // -3 is 00, 5 is 101, -1 is 0; then ones.
        for value in [-3, 5, -1] {
            bits.number(value);
        }
        bits.put(3, 2);
        bits.put(0xff, 8);
        assert_eq!(file, [0b0010_1011, 0xff, 0]);
    }

    #[test]
    fn what_is_written_is_read() {
        let rgb: Vec<u8> = (0..19 * 23).flat_map(|i| [(i % 23 * 9) as u8, (i / 23 * 11) as u8, 90]).collect();
        let read = super::super::decode(&write(&rgb, 19, 23, 95)).unwrap();
        assert_eq!((read.height, read.width, read.whole), (19, 23, true));
        assert!(read.rgb.iter().zip(&rgb).all(|(read, rgb)| read.abs_diff(*rgb) < 12));
    }
}
