//! NumPy's .npy format, version 1.0 (NEP 1), for f32.

use tessera_core::map::Map;

/// A map as an .npy file: `[H, W]` for one channel, else `[C, H, W]`, little-endian f32.
pub fn write(map: &Map) -> Vec<u8> {
    let facts = &map.facts;
    let shape = match facts.channels {
        1 => format!("({}, {})", facts.height, facts.width),
        channels => format!("({channels}, {}, {})", facts.height, facts.width),
    };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // Magic, version, length and header together fill a multiple of 64 bytes, so that the numbers are aligned.
    let bare = 10 + header.len() + 1;
    header.push_str(&" ".repeat(bare.next_multiple_of(64) - bare));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(tessera_engine::dispatch::bytes(&map.values));
    file
}
