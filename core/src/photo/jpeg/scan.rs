//! The coefficients of one block, as sequential and progressive files write them (ITU-T T.81, F.2 and G.2).

use super::bits::{Bits, Codes};

/// Place in a block, row after row, of each coefficient in the order of the file.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Which coefficients a scan holds, and which of their bits.
#[derive(Clone, Copy)]
pub(super) struct Band {
    /// First coefficient, in zigzag order.
    pub(super) first: usize,
    /// Last coefficient.
    pub(super) last: usize,
    /// Whether the scan adds a bit to coefficients that are already there.
    pub(super) refines: bool,
    /// Lowest bit written.
    pub(super) shift: u32,
}

/// What carries over from block to block of a scan.
#[derive(Default)]
pub(super) struct Carry {
    /// The last mean of each component.
    pub(super) means: [i32; 4],
    /// Blocks to come without new coefficients.
    empty: u32,
}

/// The codes that a component of a scan uses.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    /// For means.
    pub(super) dc: Option<&'a Codes>,
    /// For all else.
    pub(super) ac: Option<&'a Codes>,
}

/// All coefficients of a block of a sequential file; none if there is a wrong code.
pub(super) fn whole(bits: &mut Bits<'_>, tables: Tables<'_>, mean: &mut i32, block: &mut [i16; 64]) -> Option<()> {
    difference(bits, tables, mean)?;
    block[0] = *mean as i16;
    let codes = tables.ac?;
    let mut k = 1;
    while k < 64 {
        let (run, size) = run_and_size(bits, codes)?;
        match (run, size) {
            (15, 0) => k += 16,
            (_, 0) => break,
            _ => {
                k += run;
                *block.get_mut(usize::from(*ZIGZAG.get(k)?))? = bits.number(size) as i16;
                k += 1;
            }
        }
    }
    Some(())
}

/// What a scan of a progressive file adds to a block; none if there is a wrong code.
pub(super) fn part(
    bits: &mut Bits<'_>,
    tables: Tables<'_>,
    band: Band,
    component: usize,
    carry: &mut Carry,
    block: &mut [i16; 64],
) -> Option<()> {
    match (band.first, band.refines) {
        (0, false) => {
            let mean = &mut carry.means[component];
            difference(bits, tables, mean)?;
            block[0] = (*mean << band.shift) as i16;
        }
        (0, true) => block[0] |= i16::from(bits.flag()) << band.shift,
        (_, false) => first_bits(bits, tables.ac?, band, &mut carry.empty, block)?,
        (_, true) => next_bit(bits, tables.ac?, band, &mut carry.empty, block)?,
    }
    Some(())
}

fn difference(bits: &mut Bits<'_>, tables: Tables<'_>, mean: &mut i32) -> Option<()> {
    let size = bits.code(tables.dc?)?;
    if size > 15 {
        return None;
    }
    *mean = mean.wrapping_add(bits.number(size.into()));
    Some(())
}

fn run_and_size(bits: &mut Bits<'_>, codes: &Codes) -> Option<(usize, u32)> {
    let code = bits.code(codes)?;
    Some((usize::from(code >> 4), u32::from(code & 15)))
}

/// How many blocks from this one on are empty, of a code with this run.
fn empty_blocks(bits: &mut Bits<'_>, run: usize) -> u32 {
    (1 << run) + bits.take(run as u32)
}

fn first_bits(bits: &mut Bits<'_>, codes: &Codes, band: Band, empty: &mut u32, block: &mut [i16; 64]) -> Option<()> {
    if *empty > 0 {
        *empty -= 1;
        return Some(());
    }
    let mut k = band.first;
    while k <= band.last {
        let (run, size) = run_and_size(bits, codes)?;
        match (run, size) {
            (15, 0) => k += 16,
            (_, 0) => {
                *empty = empty_blocks(bits, run) - 1;
                break;
            }
            _ => {
                k += run;
                *block.get_mut(usize::from(*ZIGZAG.get(k)?))? = (bits.number(size) << band.shift) as i16;
                k += 1;
            }
        }
    }
    Some(())
}

fn next_bit(bits: &mut Bits<'_>, codes: &Codes, band: Band, empty: &mut u32, block: &mut [i16; 64]) -> Option<()> {
    let bit = 1 << band.shift;
    let mut k = band.first;
    while *empty == 0 && k <= band.last {
        let (mut run, size) = run_and_size(bits, codes)?;
        let mut new = 0;
        if size > 0 {
            new = if bits.flag() { bit } else { -bit };
        } else if run < 15 {
            *empty = empty_blocks(bits, run);
            break;
        }
        // The run counts coefficients that are still zero; others on the way get their bit.
        while k <= band.last {
            let coefficient = &mut block[usize::from(ZIGZAG[k])];
            if *coefficient != 0 {
                refine(bits, bit, coefficient);
            } else if run == 0 {
                *coefficient = new;
                break;
            } else {
                run -= 1;
            }
            k += 1;
        }
        k += 1;
    }
    if *empty > 0 {
        for &place in ZIGZAG.get(k..=band.last).unwrap_or_default() {
            let coefficient = &mut block[usize::from(place)];
            if *coefficient != 0 {
                refine(bits, bit, coefficient);
            }
        }
        *empty -= 1;
    }
    Some(())
}

fn refine(bits: &mut Bits<'_>, bit: i16, coefficient: &mut i16) {
    if bits.flag() && *coefficient & bit == 0 {
        *coefficient = coefficient.wrapping_add(if *coefficient > 0 { bit } else { -bit });
    }
}
