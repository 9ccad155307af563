//! The units of a scan: in which order blocks come and where they belong.

use super::bits::Bits;
use super::frame::{Component, Frame};
use super::rows::Plane;
use super::scan::{self, Band, Carry, Tables};
use super::{damaged, filled, idct};
use crate::photo::error::DecodeError;

/// A component of a scan.
pub(super) struct Part {
    /// Its place in the frame.
    pub(super) place: usize,
    /// Place of its table of codes for means.
    pub(super) dc: usize,
    /// Place of its table of codes for all else.
    pub(super) ac: usize,
}

/// The components of a scan, and what it holds of them.
pub(super) fn scan_header(segment: &[u8], frame: &Frame) -> Result<(Vec<Part>, Band), DecodeError> {
    let wrong = || damaged("a scan's header makes no sense");
    let (&count, rest) = segment.split_first().ok_or_else(wrong)?;
    let count = usize::from(count);
    let (parts, _) = rest.get(..2 * count).ok_or_else(wrong)?.as_chunks::<2>();
    let mut places: Vec<Part> = Vec::new();
    for &[id, tables] in parts {
        let place = frame.component(id).ok_or_else(wrong)?;
        let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
        if dc > 3 || ac > 3 || places.iter().any(|known| known.place == place) {
            return Err(wrong());
        }
        places.push(Part { place, dc, ac });
    }
    let band = match rest.get(2 * count..2 * count + 3) {
        Some(&[first, last, bits]) if frame.progressive => {
            Band { first: first.into(), last: last.into(), refines: bits >> 4 != 0, shift: u32::from(bits & 15) }
        }
        _ => Band { first: 0, last: 63, refines: false, shift: 0 },
    };
    let mixed = frame.progressive && band.first == 0 && band.last != 0;
    let several = band.first > 0 && places.len() != 1;
    if places.is_empty() || band.first > band.last || band.last > 63 || band.shift > 13 || mixed || several {
        return Err(wrong());
    }
    Ok((places, band))
}

/// Reads all units of a scan; whether it was sound to its end.
pub(super) fn read(
    frame: &mut Frame,
    parts: &[(usize, Tables<'_>)],
    band: Band,
    restart: usize,
    bits: &mut Bits<'_>,
) -> bool {
    let alone = parts.len() == 1;
    let (across, down) = if alone { frame.components[parts[0].0].own() } else { frame.units };
    let mut carry = Carry::default();
    let mut sound = true;
    let mut unit = 0;
    while unit < across * down {
        if restart > 0 && unit > 0 && unit.is_multiple_of(restart) {
            if !bits.restart() {
                return false;
            }
            carry = Carry::default();
        }
        let mut read = Some(());
        for &(place, tables) in parts {
            let component = &mut frame.components[place];
            let (h, v) = if alone { (1, 1) } else { component.blocks };
            for i in 0..h * v {
                let block = (unit / across * v + i / h) * component.stride() + unit % across * h + i % h;
                read = read.and_then(|()| read_block(component, place, block, tables, band, &mut carry, bits));
            }
        }
        unit += 1;
        if read.is_none() || bits.is_over() {
            sound = false;
            // What follows up to the next restart cannot be read; without restarts, nothing can.
            if restart == 0 {
                return false;
            }
            unit = unit.div_ceil(restart) * restart;
        }
    }
    sound
}

fn read_block(
    component: &mut Component,
    place: usize,
    block: usize,
    tables: Tables<'_>,
    band: Band,
    carry: &mut Carry,
    bits: &mut Bits<'_>,
) -> Option<()> {
    if !component.coefficients.is_empty() {
        return scan::part(bits, tables, band, place, carry, component.coefficients.get_mut(block)?);
    }
    let mut coefficients = [0; 64];
    scan::whole(bits, tables, &mut carry.means[place], &mut coefficients)?;
    put(&mut component.plane, block, &idct::inverse(&coefficients, component.steps.as_ref()?));
    Some(())
}

/// Samples of a progressive file's component. Its coefficients are given back.
pub(super) fn transform(component: &mut Component) -> Result<(), DecodeError> {
    let coefficients = std::mem::take(&mut component.coefficients);
    if coefficients.is_empty() {
        return Ok(());
    }
    let steps = component.steps.unwrap_or([1; 64]);
    component.plane.samples = filled(coefficients.len() * 64, 128)?;
    for (block, coefficients) in coefficients.iter().enumerate() {
        put(&mut component.plane, block, &idct::inverse(coefficients, &steps));
    }
    Ok(())
}

/// Puts a block's samples into a plane.
fn put(plane: &mut Plane, block: usize, samples: &[u8; 64]) {
    let stride = plane.stride;
    let corner = block / (stride / 8) * 8 * stride + block % (stride / 8) * 8;
    for (y, row) in samples.as_chunks::<8>().0.iter().enumerate() {
        plane.samples[corner + y * stride..][..8].copy_from_slice(row);
    }
}
