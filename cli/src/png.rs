//! Drawings as PNG files, for who cannot place an SVG.

use crate::file::{unreadable, unwritable};
use resvg::{tiny_skia, usvg};
use std::fs;
use std::path::Path;
use usvg::fontdb::{Database, Family, Query};

/// Pixels for each unit of a drawing.
const FINE: f32 = 2.0;

/// Families without serifs, as wide as the drawings take their letters to be, and what comes near.
const FAMILIES: [&str; 6] = ["Arial", "Liberation Sans", "Helvetica", "Arimo", "DejaVu Sans", "Noto Sans"];

/// Paints drawings with the letters that are installed.
pub struct Painter(usvg::Options<'static>);

impl Painter {
    /// Looks for letters.
    ///
    /// # Errors
    /// One sentence if there are none: the drawings would lose their words without a sign.
    pub fn new() -> Result<Painter, String> {
        let mut options = usvg::Options::default();
        let fonts = options.fontdb_mut();
        fonts.load_system_fonts();
        let family = family(fonts)
            .ok_or("No font is installed here, so PNG files would have no words: install one, such as Liberation Sans, or use the SVG files.")?;
        fonts.set_sans_serif_family(family);
        Ok(Painter(options))
    }

    /// Paints every SVG file of a folder, beside it; a folder that is not there has none.
    ///
    /// # Errors
    /// One sentence if a file cannot be read, painted or written.
    pub fn folder(&self, folder: &Path) -> Result<(), String> {
        let Ok(files) = fs::read_dir(folder) else { return Ok(()) };
        for file in files {
            let path = file.map_err(|error| unreadable(folder, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "svg") {
                let svg = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
                let bytes =
                    self.paint(&svg).map_err(|why| format!("{} could not be painted: {why}.", path.display()))?;
                let to = path.with_extension("png");
                fs::write(&to, bytes).map_err(|error| unwritable(&to, &error))?;
            }
        }
        Ok(())
    }

    fn paint(&self, svg: &str) -> Result<Vec<u8>, String> {
        let tree = usvg::Tree::from_str(svg, &self.0).map_err(|error| error.to_string())?;
        let size = tree.size().to_int_size().scale_by(FINE).ok_or("it has no size")?;
        let mut picture = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("it is too large")?;
        resvg::render(&tree, tiny_skia::Transform::from_scale(FINE, FINE), &mut picture.as_mut());
        picture.encode_png().map_err(|error| error.to_string())
    }
}

/// The family to write with: one of those that fit, or any.
fn family(fonts: &Database) -> Option<String> {
    let there = |name: &&&str| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }).is_some();
    let any = || fonts.faces().find_map(|face| Some(face.families.first()?.0.clone()));
    FAMILIES.iter().find(there).map(|name| (*name).to_owned()).or_else(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_painted() {
        let Ok(painter) = Painter::new() else {
            // Without fonts there is a sentence, and nothing else to test.
            return assert!(Painter::new().is_err_and(|sentence| sentence.contains("font")));
        };
        let svg = |words: &str| {
            format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" font-family="Arial, sans-serif"><text x="2" y="15">{words}</text></svg>"#
            )
        };
        let painted = |words: &str| {
            let picture = tiny_skia::Pixmap::decode_png(&painter.paint(&svg(words)).unwrap()).unwrap();
            assert_eq!((picture.width(), picture.height()), (120, 40));
            picture.pixels().iter().filter(|pixel| pixel.alpha() > 128).count()
        };
        assert_eq!(painted(""), 0);
        assert!(painted("rank") > 100, "letters are missing");
        assert!(painter.paint("no drawing").is_err());
    }
}
