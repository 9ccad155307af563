//! Files made to do harm: each is a typed error, and nothing is allocated for what they only claim.

use super::proto::*;
use super::{Model, OnnxError};
use prost::Message;
use prost::bytes::Bytes;

fn node(op: &str, inputs: &[&str], output: &str) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect();
    NodeProto {
        op_type: op.into(),
        input: names(inputs),
        output: names(&[output]),
        name: output.into(),
        ..NodeProto::default()
    }
}

fn weight(name: &str, dims: &[i64], data_type: i32, raw: &[u8]) -> TensorProto {
    let raw_data = Bytes::copy_from_slice(raw);
    TensorProto { name: name.into(), dims: dims.to_vec(), data_type, raw_data, ..TensorProto::default() }
}

fn value(name: &str, lengths: &[i64]) -> ValueInfoProto {
    let dim = |&length: &i64| DimensionProto { dim_value: Some(length), dim_param: None };
    let shape = TensorShapeProto { dim: lengths.iter().map(dim).collect() };
    let tensor_type = Some(TensorTypeProto { elem_type: 1, shape: Some(shape) });
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { tensor_type }) }
}

/// What becomes of a file whose output is called `y` and whose picture `x` is 3 x 8 x 8.
fn outcome(nodes: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Result<(), OnnxError> {
    let graph = GraphProto {
        node: nodes,
        initializer,
        input: vec![value("x", &[1, 3, 8, 8])],
        output: vec![value("y", &[1, 3])],
        ..GraphProto::default()
    };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    let model = ModelProto { graph: Some(graph), opset_import, ..ModelProto::default() };
    Model::read(model.encode_to_vec(), &|_| None)?.network(None).map(drop)
}

/// The mean over places, flattened: what turns `from` into the output.
fn head(from: &str) -> [NodeProto; 2] {
    [node("GlobalAveragePool", &[from], "mean"), node("Flatten", &["mean"], "y")]
}

fn refused(nodes: Vec<NodeProto>, weights: Vec<TensorProto>) -> OnnxError {
    outcome([nodes, head("z").to_vec()].concat(), weights).expect_err("such a file is refused")
}

#[test]
fn a_sound_file_passes() {
    assert_eq!(outcome([vec![node("Relu", &["x"], "z")], head("z").to_vec()].concat(), vec![]), Ok(()));
}

#[test]
fn nodes_in_a_circle_and_values_from_nowhere() {
    let circle = vec![node("Add", &["x", "b"], "a"), node("Relu", &["a"], "b"), node("Relu", &["b"], "z")];
    assert!(matches!(refused(circle, vec![]), OnnxError::Cycle(_)));
    let nowhere = refused(vec![node("Add", &["x", "lost"], "z")], vec![]);
    assert_eq!(nowhere, OnnxError::Dangling { node: "z".into(), value: "lost".into() });
}

#[test]
fn an_operator_that_is_not_known_names_itself_and_its_node() {
    let sentence = refused(vec![node("NonMaxSuppression", &["x"], "z")], vec![]).to_string();
    assert!(sentence.contains("node z (NonMaxSuppression)") && sentence.contains("export"), "{sentence}");
}

#[test]
fn lengths_that_no_number_can_hold_together() {
    let bytes = |target: &[i64]| target.iter().flat_map(|length| length.to_le_bytes()).collect::<Vec<u8>>();
    for target in [[1, i64::MAX, i64::MAX], [1, 88, i64::MAX / 8], [0, i64::MAX, i64::MAX]] {
        let shape = weight("shape", &[3], 7, &bytes(&target));
        let zero = AttributeProto { name: "allowzero".into(), i: 1, r#type: 2, ..AttributeProto::default() };
        let reshape = NodeProto { attribute: vec![zero], ..node("Reshape", &["x", "shape"], "z") };
        let error = refused(vec![reshape], vec![shape]);
        assert!(matches!(error, OnnxError::Node { .. }), "{error}");
    }
}

#[test]
fn weights_that_lie_about_their_length_type_or_numbers() {
    let add = || vec![node("Add", &["x", "w"], "z")];
    let wrong = |dims: &[i64], kind: i32, raw: &[u8]| refused(add(), vec![weight("w", dims, kind, raw)]);
    let cases = [
        wrong(&[1 << 40, 1 << 40], 1, &[0; 4]),
        wrong(&[1 << 27], 1, &[0; 4]),
        wrong(&[-1], 1, &[0; 4]),
        wrong(&[2], 1, &[0; 4]),
        wrong(&[1], 8, &[0; 4]),
        wrong(&[1], 99, &[0; 4]),
        wrong(&[3, 1, 1], 1, &[f32::NAN.to_le_bytes(); 3].concat()),
        wrong(&[1; 40], 1, &[0; 4]),
    ];
    for case in cases {
        assert!(matches!(&case, OnnxError::Tensor { name, .. } if name == "w"), "{case}");
    }
}

#[test]
fn sums_for_much_memory() {
    let shape = |length: i64| weight("s", &[2], 7, &[length.to_le_bytes(); 2].concat());
    let fill = || vec![node("ConstantOfShape", &["s"], "c"), node("Add", &["x", "c"], "z")];
    for length in [1 << 20, 1 << 40, i64::MAX, -3] {
        let error = refused(fill(), vec![shape(length)]);
        assert!(matches!(error, OnnxError::Node { .. }), "{error}");
    }
    // Each is small enough by itself, all of them are not.
    let mut many = vec![];
    for i in 0..40 {
        many.push(node("ConstantOfShape", &["s"], &format!("c{i}")));
        many.push(node("ReduceMax", &[&format!("c{i}")], &format!("m{i}")));
        many.push(node(
            "Add",
            &[&if i == 0 { "x".into() } else { format!("a{}", i - 1) }, &format!("m{i}")],
            &format!("a{i}"),
        ));
    }
    many.push(node("Relu", &["a39"], "z"));
    assert!(matches!(refused(many, vec![shape(1 << 12)]), OnnxError::Large { .. }));
}

#[test]
fn a_second_file_is_asked_for_by_a_plain_name_only() {
    for location in ["../../etc/passwd", "/etc/passwd", "C:\\x", "", "weights.bin"] {
        let entry = |key: &str, value: &str| StringStringEntryProto { key: key.into(), value: value.into() };
        let external_data = vec![entry("location", location)];
        let outside = TensorProto { data_location: 1, external_data, ..weight("w", &[1], 1, &[]) };
        let error = refused(vec![node("Add", &["x", "w"], "z")], vec![outside]);
        assert!(matches!(error, OnnxError::External { .. }), "{error}");
    }
}

#[test]
fn windows_and_attributes_that_make_no_sense() {
    let list = |name: &str, ints: &[i64]| AttributeProto {
        name: name.into(),
        ints: ints.to_vec(),
        ..AttributeProto::default()
    };
    for (name, ints) in [
        ("kernel_shape", vec![0, 0]),
        ("kernel_shape", vec![i64::MAX, 2]),
        ("strides", vec![0, 1]),
        ("pads", vec![i64::MIN, 0, 0, 0]),
        ("dilations", vec![-1, 1]),
    ] {
        let mut pool = node("MaxPool", &["x"], "z");
        if name != "kernel_shape" {
            pool.attribute.push(list("kernel_shape", &[2, 2]));
        }
        pool.attribute.push(list(name, &ints));
        let error = refused(vec![pool], vec![]);
        assert!(matches!(error, OnnxError::Node { .. }), "{name} {ints:?}: {error}");
    }
}

#[test]
fn more_parts_than_are_taken_are_counted_before_they_are_made() {
    // A graph of a million empty nodes: two bytes each.
    let graph: Vec<u8> = [0x0a, 0x00].repeat(super::scan::MOST_PARTS + 1);
    let mut file = vec![0x3a];
    prost::encoding::encode_varint(graph.len() as u64, &mut file);
    file.extend(graph);
    assert!(matches!(Model::read(file, &|_| None), Err(OnnxError::Large { .. })));
}
