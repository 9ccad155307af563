//! From the name of an operator to what makes ops of it. One table: what is not in it is refused by name.

use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Import, Outcome};
use super::{
    activation, arithmetic, attention, branch, convolution, einsum, linear, normalisation, pooling, quantisation,
    reduction, resize, shape_moving,
};

/// Makes ops of one node of the file.
pub type Map = for<'a, 'm> fn(&'a mut Import<'m>, &'a Call<'m>, Args) -> Outcome;

/// The operators of ONNX's own that are understood where a value depends on the picture.
pub const OPERATORS: &[(&str, Map)] = &[
    ("Abs", activation::simple),
    ("Add", arithmetic::pair),
    ("Attention", attention::attention),
    ("AveragePool", pooling::average),
    ("BatchNormalization", normalisation::batch),
    ("Cast", shape_moving::cast),
    ("CastLike", shape_moving::cast),
    ("Celu", activation::celu),
    ("Clip", activation::clip),
    ("Concat", shape_moving::concat),
    ("Conv", convolution::convolution),
    ("ConvInteger", quantisation::convolution_of_integers),
    ("DepthToSpace", shape_moving::depth_to_space),
    ("DequantizeLinear", quantisation::dequantize),
    ("Div", arithmetic::pair),
    ("Dropout", shape_moving::dropout),
    ("DynamicQuantizeLinear", quantisation::dynamic),
    ("Einsum", einsum::einsum),
    ("Elu", activation::elu),
    ("Erf", activation::simple),
    ("Exp", activation::simple),
    ("Expand", shape_moving::expand),
    ("Flatten", shape_moving::flatten),
    ("Gather", shape_moving::gather),
    ("Gelu", activation::gelu),
    ("Gemm", linear::gemm),
    ("GlobalAveragePool", pooling::global_average),
    ("GlobalMaxPool", pooling::global_maximum),
    ("GroupNormalization", normalisation::group),
    ("HardSigmoid", activation::hard_sigmoid),
    ("HardSwish", activation::simple),
    ("Identity", shape_moving::identity),
    ("If", branch::branch),
    ("InstanceNormalization", normalisation::instance),
    ("LRN", normalisation::across_channels),
    ("LayerNormalization", normalisation::layer),
    ("LeakyRelu", activation::leaky_relu),
    ("Log", activation::simple),
    ("LogSoftmax", activation::softmax),
    ("LpNormalization", reduction::to_unit_norm),
    ("MatMul", linear::matmul),
    ("MatMulInteger", quantisation::matmul_of_integers),
    ("Max", arithmetic::several),
    ("MaxPool", pooling::maximum),
    ("Mean", arithmetic::several),
    ("Min", arithmetic::several),
    ("Mish", activation::mish),
    ("Mul", arithmetic::pair),
    ("Neg", activation::simple),
    ("PRelu", activation::prelu),
    ("Pad", shape_moving::pad),
    ("Pow", arithmetic::power),
    ("QLinearConv", quantisation::convolution),
    ("QLinearMatMul", quantisation::matmul),
    ("QuantizeLinear", quantisation::quantize),
    ("Reciprocal", activation::simple),
    ("ReduceL1", reduction::reduce),
    ("ReduceL2", reduction::reduce),
    ("ReduceLogSum", reduction::reduce),
    ("ReduceLogSumExp", reduction::reduce),
    ("ReduceMax", reduction::reduce),
    ("ReduceMean", reduction::reduce),
    ("ReduceMin", reduction::reduce),
    ("ReduceSum", reduction::reduce),
    ("ReduceSumSquare", reduction::reduce),
    ("Relu", activation::simple),
    ("Reshape", shape_moving::reshape),
    ("Resize", resize::resize),
    ("Selu", activation::selu),
    ("Sigmoid", activation::simple),
    ("Slice", shape_moving::slice),
    ("Softmax", activation::softmax),
    ("Softplus", activation::simple),
    ("Softsign", activation::softsign),
    ("SpaceToDepth", shape_moving::space_to_depth),
    ("Split", shape_moving::split),
    ("Sqrt", activation::simple),
    ("Squeeze", shape_moving::squeeze),
    ("Sub", arithmetic::pair),
    ("Sum", arithmetic::several),
    ("Swish", activation::swish),
    ("Tanh", activation::simple),
    ("ThresholdedRelu", activation::refused_kink),
    ("Tile", shape_moving::tile),
    ("Transpose", shape_moving::transpose),
    ("Unsqueeze", shape_moving::unsqueeze),
    ("Upsample", resize::upsample),
    ("Where", arithmetic::choice),
    // Operators of runtimes, as they stand in files that such a runtime has optimised or quantised.
    ("com.microsoft.FusedConv", convolution::fused),
    ("com.microsoft.FusedMatMul", linear::fused_matmul),
    ("com.microsoft.FusedGemm", linear::fused_gemm),
    ("com.microsoft.Gelu", activation::gelu),
    ("com.microsoft.FastGelu", activation::fast_gelu),
    ("com.microsoft.QuickGelu", activation::quick_gelu),
    ("com.microsoft.BiasGelu", activation::bias_gelu),
    ("com.microsoft.SkipLayerNormalization", normalisation::skip_layer),
    ("com.microsoft.QuantizeLinear", quantisation::quantize),
    ("com.microsoft.DequantizeLinear", quantisation::dequantize),
    ("com.microsoft.QLinearAdd", quantisation::arithmetic),
    ("com.microsoft.QLinearMul", quantisation::arithmetic),
    ("com.microsoft.QLinearAveragePool", quantisation::average_pool),
    ("com.microsoft.QLinearGlobalAveragePool", quantisation::global_average),
    ("com.microsoft.QLinearConcat", quantisation::concat),
    ("com.microsoft.QLinearLeakyRelu", quantisation::activation),
    ("com.microsoft.QLinearSigmoid", quantisation::activation),
    ("com.microsoft.QLinearSoftmax", quantisation::softmax),
    ("com.microsoft.QGemm", quantisation::gemm),
];

/// What makes ops of a node.
///
/// # Errors
/// If its operator is not in the table.
pub fn mapping(call: &Call) -> Result<Map, Refusal> {
    let op = call.op();
    match OPERATORS.iter().find(|(name, _)| *name == op) {
        Some((_, map)) => Ok(*map),
        None => Err(Refusal::Reason(advice(&op))),
    }
}

/// Why an operator is not in the table, and what to do.
fn advice(op: &str) -> String {
    let reason = match op {
        "Loop" | "Scan" | "RNN" | "LSTM" | "GRU" => {
            "loops are not understood: export a network that goes through its layers once"
        }
        "NonMaxSuppression" | "RoiAlign" | "TopK" | "ArgMax" | "NonZero" => {
            "it belongs to what is made of a network's answer: export the network up to its logits"
        }
        "ConvTranspose" | "MaxUnpool" | "MaxRoiPool" | "DeformConv" | "GridSample" | "Col2Im" => {
            "it belongs to networks that make pictures: export a classifier"
        }
        "RandomNormal" | "RandomUniform" | "RandomNormalLike" | "RandomUniformLike" | "Bernoulli" | "Multinomial" => {
            "it is drawn by chance: export the network in inference mode"
        }
        op if op.starts_with("ai.onnx.ml.") => "it is no layer of a neural network: export the network alone",
        op if op.starts_with("com.microsoft.") => {
            "it was put there by a runtime's optimiser: use the file as it was before, or optimise it less"
        }
        op if op.contains('.') => "it is an operator of the exporter's own: export with standard operators (opset 17)",
        _ => {
            "this operator is not understood where it depends on the picture: export without it, or simplify the file with onnxsim"
        }
    };
    reason.to_string()
}
