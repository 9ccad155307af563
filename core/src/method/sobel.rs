//! Sobel edges: how fast brightness changes, whatever the network.
//!
//! The length of Sobel's two differences of the normalised channels' mean, borders repeated.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "sobel",
    title: "Sobel edges",
    sentence: "How fast brightness changes from place to place, whatever the network.",
    formula: "R = sqrt(gx^2 + gy^2), gx and gy by Sobel's kernels on the mean of the channels",
    caution: "A control: many maps that look convincing are little more than edges.",
    citation: Citation { short: "Adebayo et al. 2018", title: "Sanity Checks for Saliency Maps", source: "NeurIPS 2018, arXiv 1810.03292" },
    family: Family::Control,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::ClassBlind],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::default()
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let (height, width) = work.session.size;
    let x = work.session.input().read().await?;
    let place = height * width;
    let grey: Vec<f32> = (0..place).map(|i| (x[i] + x[place + i] + x[2 * place + i]) / 3.0).collect();
    Ok(work.map(edges(&grey, height, width)))
}

fn edges(grey: &[f32], height: usize, width: usize) -> Vec<f32> {
    let at = |y: isize, x: isize| {
        grey[y.clamp(0, height as isize - 1) as usize * width + x.clamp(0, width as isize - 1) as usize]
    };
    let edge = |i: usize| {
        let (y, x) = ((i / width) as isize, (i % width) as isize);
        let column = |x: isize| at(y - 1, x) + 2.0 * at(y, x) + at(y + 1, x);
        let row = |y: isize| at(y, x - 1) + 2.0 * at(y, x) + at(y, x + 1);
        let (across, down) = (column(x + 1) - column(x - 1), row(y + 1) - row(y - 1));
        (across * across + down * down).sqrt()
    };
    (0..height * width).map(edge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_one_edge() {
        // scipy.ndimage.sobel with mode="nearest" gives 4 on both sides of a step of height 1.
        let grey = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        assert_eq!(edges(&grey, 3, 4), [0.0, 4.0, 4.0, 0.0].repeat(3));
    }
}
