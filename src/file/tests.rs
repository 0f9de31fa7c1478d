//! Pickles written by hand: all that is refused.
use super::*;
use d2l_core::Tensor;

/// A file of `torch.save`'s with this pickle and these storages.
fn archive(program: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let mut entries = vec![("a/data.pkl".to_string(), program.to_vec())];
    let storages = storages.iter();
    entries.extend(storages.map(|(key, bytes)| (format!("a/data/{key}"), bytes.to_vec())));
    zip::write(&entries, false).unwrap()
}

fn read(program: &[u8]) -> Result<Value, FormatError> {
    let numbers = Tensor::arange(6.0).to_le_bytes();
    Value::from_bytes(&archive(program, &[("0", &numbers)]))
}

#[track_caller]
fn refused(program: &[u8], why: &str) -> FormatError {
    let error = read(program).expect_err("it is refused");
    assert!(error.to_string().contains(why), "{error}");
    error
}

fn short(text: &str) -> Vec<u8> {
    [&[0x8c, text.len() as u8], text.as_bytes()].concat()
}

/// `torch.FloatStorage` of this key and length.
fn storage(kind: &str, key: &str, numel: u8) -> Vec<u8> {
    let parts = [
        b"(".to_vec(),
        short("storage"),
        format!("ctorch\n{kind}\n").into_bytes(),
        short(key),
        short("cpu"),
        vec![b'K', numel, b't', b'Q'],
    ];
    parts.concat()
}

/// A tensor of this layout.
fn tensor(storage: &[u8], offset: u8, size: &[u8], stride: &[u8]) -> Vec<u8> {
    let tuple = |numbers: &[u8]| {
        let numbers: Vec<u8> = numbers.iter().flat_map(|&n| [b'K', n]).collect();
        [b"(", &numbers[..], b"t"].concat()
    };
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n(",
        storage,
        &[b'K', offset],
        &tuple(size),
        &tuple(stride),
        b"\x89NtR",
    ]
    .concat()
}

fn program(parts: &[&[u8]]) -> Vec<u8> {
    [b"\x80\x02", &parts.concat()[..], b"."].concat()
}

#[test]
fn a_tensor_written_by_hand_is_read() {
    let float = storage("FloatStorage", "0", 6);
    let view = tensor(&float, 1, &[2, 2], &[3, 1]);
    let value = read(&program(&[&view])).unwrap();
    assert_eq!(value, Value::Tensor(Tensor::from([[1.0, 2.0], [4.0, 5.0]])));
}

#[test]
fn names_that_are_not_known_are_named_and_not_run() {
    let system = b"cos\nsystem\n\x8c\x02ls\x85R";
    assert!(matches!(
        refused(&program(&[system]), "`os.system`"),
        FormatError::UnknownGlobal(name) if name == "os.system"
    ));
    let stacked = [short("builtins"), short("eval"), vec![0x93]].concat();
    refused(&program(&[&stacked]), "`builtins.eval`");
    refused(&program(&[b"ctorch\nload\n"]), "`torch.load`");
    refused(&program(&[b"c__torch__\nNet\n)\x81"]), "`__torch__.Net`");
    // Other ways to make an object.
    refused(
        &program(&[b"ccollections\nOrderedDict\n)\x81"]),
        "instruction 0x81",
    );
    refused(&program(&[b"(ios\nsystem\n"]), "instruction 0x69");
    refused(&program(&[b"\x82\x01"]), "instruction 0x82");
    refused(&program(&[b"Pid\n"]), "instruction 0x50");
    refused(
        &program(&[b"K\x01)R"]),
        "a call of something that is no function",
    );
    refused(
        &program(&[b"K\x01}b"]),
        "attributes of something that has none",
    );
}

#[test]
fn tensors_that_cannot_be_are_refused() {
    let float = storage("FloatStorage", "0", 6);
    let of = |offset, size: &[u8], stride: &[u8]| program(&[&tensor(&float, offset, size, stride)]);
    refused(&of(0, &[7], &[1]), "lie outside of its 6 numbers");
    refused(&of(3, &[2, 3], &[3, 1]), "lie outside");
    refused(&of(0, &[2, 3], &[1]), "with strides [1]");
    refused(&of(0, &[1; 9], &[1; 9]), "with strides");
    let with =
        |kind: &str, key: &str, n| program(&[&tensor(&storage(kind, key, n), 0, &[1], &[1])]);
    refused(&with("FloatStorage", "9", 6), "no `a/data/9`");
    refused(&with("FloatStorage", "0", 7), "has 24 bytes, not 7 numbers");
    refused(
        &with("DoubleStorage", "0", 6),
        "has 24 bytes, not 6 numbers",
    );
    let bools = tensor(&storage("BoolStorage", "0", 24), 0, &[24], &[1]);
    refused(&program(&[&bools]), "a bool is stored");
    refused(&with("ComplexFloatStorage", "0", 3), "complex64");
    refused(&with("UntypedStorage", "0", 24), "without a dtype");
    refused(&program(&[&float]), "stands where a value should");
    refused(
        &program(&[b"(\x8c\x07storageNNNNtQ"]),
        "something else than a storage",
    );
    refused(
        &program(&[b"ctorch._utils\n_rebuild_tensor_v2\n)R"]),
        "called with 0 arguments",
    );
    let negative = program(&[
        b"ctorch._utils\n_rebuild_tensor_v2\n(",
        &float,
        b"J\xff\xff\xff\xff))\x89NtR",
    ]);
    refused(&negative, "a size of -1");
}

#[test]
fn what_grows_out_of_proportion_is_refused() {
    let hostile = |error| assert!(matches!(error, FormatError::OutOfProportion(_)), "{error}");
    // A number spread over a hundred thousand million places.
    let float = storage("FloatStorage", "0", 6);
    let spread = tensor(&float, 0, &[250; 5], &[0; 5]);
    hostile(refused(&program(&[&spread]), "far more than the file"));
    // A list of ten times the list before it, forty times.
    let mut laughs = b"]q\x00".to_vec();
    for i in 0..40u8 {
        laughs.extend([b']', b'q', i + 1, b'(']);
        laughs.extend([b'h', i].repeat(10));
        laughs.push(b'e');
    }
    hostile(refused(&program(&[&laughs]), "far longer than the pickle"));
    // A list in a list, a million times; and one in itself.
    let deep = b"]".repeat(1_000_000);
    let closed = b"a".repeat(999_999);
    hostile(refused(&program(&[&deep, &closed]), "nested deeper"));
    hostile(refused(&program(&[b"]q\x00h\x00a"]), "nested deeper"));
    // A long list copied by every call.
    let mut calls = b"ctorch\nSize\nq\x00(".to_vec();
    calls.extend(b"K\x01".repeat(100_000));
    calls.extend(b"tq\x01");
    calls.extend(b"h\x00h\x01\x85R0".repeat(10_000));
    hostile(refused(&program(&[&calls]), "more than 4194304 objects"));
    hostile(refused(&program(&[&b"N".repeat(5_000_000)]), "objects"));
}

#[test]
fn lengths_are_not_believed() {
    refused(&program(&[b"X\xff\xff\xff\x7fabc"]), "cut short");
    refused(
        &program(&[b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc"]),
        "cut short",
    );
    refused(&program(&[b"B\xff\xff\xff\xffabc"]), "cut short");
    refused(&program(&[b"\x8a\x09\0\0\0\0\0\0\0\0\x01"]), "9 bytes");
    // A place of four thousand million is one entry of a map.
    assert_eq!(
        read(&program(&[b"Nr\xff\xff\xff\xffj\xff\xff\xff\xff"])).unwrap(),
        Value::None
    );
    refused(&program(&[b"h\x05"]), "no object was kept as 5");
}

#[test]
fn unbalanced_programs_are_refused() {
    for text in [
        &b""[..],
        b"0",
        b"2",
        b"q\x00",
        b"t",
        b"e",
        b"]e",
        b"\x86",
        b"a",
        b"s",
        b"R",
        b"b",
        b"Q",
    ] {
        refused(&program(&[text]), "lacks what it works on");
    }
    // A mark above the stack that is left.
    refused(&program(&[b"N(0t"]), "lacks what it works on");
    refused(&program(&[b"}(Nu"]), "a key without a value");
    refused(&program(&[b"NNa"]), "something else than a list");
    refused(b"\x80\x01.", "protocol 1");
    refused(b"", "cut short");
    refused(b"\x80\x02N", "cut short");
}

#[test]
fn archives_of_others_are_refused() {
    let of = |entries: &[(&str, &[u8])], packed: bool| {
        let owned = entries.iter().map(|(n, b)| (n.to_string(), b.to_vec()));
        Value::from_bytes(&zip::write(&owned.collect::<Vec<_>>(), packed).unwrap())
    };
    let text = |result: Result<Value, FormatError>| result.unwrap_err().to_string();
    let none: &[u8] = b"\x80\x02N.";
    assert!(text(of(&[("x.npy", none)], false)).contains("without `data.pkl`"));
    assert!(text(of(&[("xdata.pkl", none)], false)).contains("without `data.pkl`"));
    assert!(text(of(&[("a/data.pkl", none)], true)).contains("is compressed"));
    let big = [("a/data.pkl", none), ("a/byteorder", &b"big"[..])];
    assert!(text(of(&big, false)).contains("not little-endian"));
    assert_eq!(of(&[("data.pkl", none)], false).unwrap(), Value::None);
}
