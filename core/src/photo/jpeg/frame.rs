//! The header of a picture: its size and its components.

use super::rows::{Colours, Plane};
use super::{damaged, unsupported};
use crate::photo::decode::check_size;
use crate::photo::error::DecodeError;

/// Size, components and what was read of them.
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
    /// Units of the largest component's blocks, across and down.
    pub(super) units: (usize, usize),
}

/// One component.
pub(super) struct Component {
    id: u8,
    /// Blocks in a unit, across and down.
    pub(super) blocks: (usize, usize),
    /// Which table of quantisation steps it uses.
    pub(super) table: usize,
    /// Those steps, as they were when its first scan began.
    pub(super) steps: Option<[u16; 64]>,
    /// The samples.
    pub(super) plane: Plane,
    /// The coefficients, of progressive files, which write them in several scans.
    pub(super) coefficients: Vec<[i16; 64]>,
}

impl Component {
    /// Blocks from one row of blocks to the next, padding included.
    pub(super) fn stride(&self) -> usize {
        self.plane.stride / 8
    }

    /// Blocks across and down that belong to the picture: what a scan of this component alone holds.
    pub(super) fn own(&self) -> (usize, usize) {
        (self.plane.width.div_ceil(8), self.plane.height.div_ceil(8))
    }
}

impl Frame {
    /// Reads the header and takes the memory.
    pub(super) fn read(segment: &[u8], progressive: bool) -> Result<Self, DecodeError> {
        let [precision, h1, h0, w1, w0, count, rest @ ..] = segment else {
            return Err(damaged("its header is cut off"));
        };
        if *precision != 8 {
            return Err(unsupported("its samples have more than 8 bits"));
        }
        let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
        check_size(width.into(), height.into(), "JPEG")?;
        let (parts, _) = rest.as_chunks::<3>();
        let count = usize::from(*count);
        if parts.len() < count {
            return Err(damaged("its header is cut off"));
        }
        if ![1, 3, 4].contains(&count) {
            return Err(unsupported("it has an unusual number of colour components"));
        }
        let (height, width) = (usize::from(height), usize::from(width));
        let mut frame = Self { width, height, progressive, components: Vec::new(), units: (0, 0) };
        frame.add_components(&parts[..count])?;
        Ok(frame)
    }

    fn add_components(&mut self, parts: &[[u8; 3]]) -> Result<(), DecodeError> {
        let blocks = |part: &[u8; 3]| (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        let across = parts.iter().map(|part| blocks(part).0).max().unwrap_or(1);
        let down = parts.iter().map(|part| blocks(part).1).max().unwrap_or(1);
        for part in parts {
            let (h, v) = blocks(part);
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || part[2] > 3 {
                return Err(damaged("its header makes no sense"));
            }
            if !across.is_multiple_of(h) || !down.is_multiple_of(v) {
                return Err(unsupported("its colours are sampled in an unusual way"));
            }
        }
        self.units = (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down));
        for part in parts {
            let (h, v) = blocks(part);
            let stride = self.units.0 * h * 8;
            let rows = self.units.1 * v * 8;
            let plane = Plane {
                // Grey where a file ends early. Progressive samples are made when all coefficients are there.
                samples: if self.progressive { Vec::new() } else { super::filled(stride * rows, 128)? },
                stride,
                width: (self.width * h).div_ceil(across),
                height: (self.height * v).div_ceil(down),
                across: across / h,
                down: down / v,
            };
            let coefficients =
                if self.progressive { super::filled(stride / 8 * (rows / 8), [0; 64])? } else { Vec::new() };
            let table = usize::from(part[2]);
            self.components.push(Component { id: part[0], blocks: (h, v), table, steps: None, plane, coefficients });
        }
        Ok(())
    }

    /// Place of the component with this id.
    pub(super) fn component(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|component| component.id == id)
    }

    /// What the components mean, from what the file says or else from their number and ids.
    pub(super) fn colours(&self, jfif: bool, adobe: Option<u8>) -> Colours {
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        match (ids.len(), adobe) {
            (1, _) => Colours::Grey,
            (3, _) if jfif => Colours::Ycc,
            (3, Some(0)) => Colours::Rgb,
            (3, None) if ids == *b"RGB" => Colours::Rgb,
            (3, _) => Colours::Ycc,
            (_, None | Some(0)) => Colours::Cmyk,
            _ => Colours::Ycck,
        }
    }
}
