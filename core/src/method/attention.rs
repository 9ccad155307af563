//! The attention of a transformer, layer by layer, as matrices of tokens by tokens.

use super::prelude::*;
use crate::network::graph::Tokens;

/// Where a network's attention is.
pub struct Attention {
    /// The nodes that hold it, first layer first: `[1, heads, T, T]`.
    pub nodes: Vec<NodeId>,
    tokens: Tokens,
}

/// A matrix a layer, read back.
pub struct Layers {
    numbers: Vec<f32>,
    side: usize,
    tokens: Tokens,
}

impl Attention {
    /// Finds it and keeps its values.
    ///
    /// # Errors
    /// If the network has none between the tokens of a picture.
    pub fn of(work: &mut Work<'_, '_>) -> Result<Attention, MethodError> {
        let graph = &work.session.network.graph;
        let nodes: Vec<NodeId> = graph.attention().collect();
        let Some(tokens) = graph.tokens.filter(|_| !nodes.is_empty()) else {
            let why = "The network has no attention between parts of the picture: choose a method that needs none.";
            return Err(MethodError::Refused(why.into()));
        };
        nodes.iter().for_each(|&node| work.session.tap(node));
        Ok(Attention { nodes, tokens })
    }

    /// Reads a matrix a layer back, all at once.
    ///
    /// # Shapes
    /// Each `[1, 1, T, T]`.
    ///
    /// # Errors
    /// If the device fails, or the layers have tokens of another number.
    pub async fn read(self, matrices: Vec<Tensor<4>>) -> Result<Layers, MethodError> {
        let side = matrices.first().map_or(0, |matrix| matrix.dims()[3]);
        let [rows, columns] = self.tokens.grid;
        let fits = side >= self.tokens.before + rows * columns;
        if !fits || matrices.iter().any(|matrix| matrix.dims() != [1, 1, side, side]) {
            let why =
                "The network's layers attend to different numbers of tokens, so attention cannot be followed through.";
            return Err(MethodError::Refused(why.into()));
        }
        let all = Tensor::cat(matrices.into_iter().map(|matrix| Value::from(matrix).flat()).collect(), 0);
        Ok(Layers { numbers: Value::from(all).read().await?, side, tokens: self.tokens })
    }
}

impl Layers {
    /// The layers' matrices, first layer first.
    pub fn matrices(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks_exact(self.side * self.side)
    }

    /// The identity.
    #[must_use]
    pub fn identity(&self) -> Vec<f64> {
        (0..self.side * self.side).map(|i| f64::from(u8::from(i / self.side == i % self.side))).collect()
    }

    /// A matrix with rows that sum to one.
    #[must_use]
    pub fn to_sum_one(&self, mut matrix: Vec<f64>) -> Vec<f64> {
        for row in matrix.chunks_exact_mut(self.side) {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|v| *v /= sum);
        }
        matrix
    }

    /// The product of two matrices.
    #[must_use]
    pub fn product(&self, a: &[f64], b: &[f64]) -> Vec<f64> {
        let n = self.side;
        let mut product = vec![0.0; n * n];
        for (row, sum) in a.chunks_exact(n).zip(product.chunks_exact_mut(n)) {
            for (weight, other) in row.iter().zip(b.chunks_exact(n)) {
                sum.iter_mut().zip(other).for_each(|(sum, v)| *sum += weight * v);
            }
        }
        product
    }
}

/// The class token's row over the picture's tokens; the mean of the picture's rows where there is no class token.
///
/// # Errors
/// Never, so far.
pub fn drawn(work: &Work<'_, '_>, layers: &Layers, rolled: &[f64]) -> Result<Map, MethodError> {
    let (n, Tokens { before, grid: [rows, columns] }) = (layers.side, layers.tokens);
    let readers = if before > 0 { 0..1 } else { 0..rows * columns };
    let count = readers.len() as f64;
    let seen = |token: usize| readers.clone().map(|reader| rolled[reader * n + token]).sum::<f64>() / count;
    let values = (before..before + rows * columns).map(|token| seen(token) as f32).collect();
    Ok(work.made(values, (1, rows, columns), None))
}
