//! Files that NumPy wrote (`save`, `savez`, `savez_compressed` of version 2.4), and back.
use d2l::{
    DType, Tensor,
    data::{read_npy, read_npz, write_npy},
};
use std::{fs, path::PathBuf};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("numpy")
        .join(name)
}

#[test]
fn arrays_of_every_layout_are_read() {
    let quarters = Tensor::arange(6).reshape([2, 3]).float() / 4;
    let cases = [
        ("c.npy", quarters),
        (
            "fortran.npy",
            Tensor::arange(24).reshape([2, 3, 4]).double(),
        ),
        ("big_endian.npy", Tensor::from([1, -2, 1i64 << 40])),
        ("version_2.npy", Tensor::from([0u8, 200])),
        ("version_3.npy", Tensor::from([[true], [false]])),
        ("int32.npy", Tensor::from([-7, 7])),
    ];
    for (name, expected) in cases {
        assert_eq!(read_npy(file(name)).unwrap(), expected, "{name}");
    }
}

#[test]
fn what_we_write_is_what_numpy_writes() {
    let path = std::env::temp_dir().join(format!("d2l-numpy-{}.npy", std::process::id()));
    write_npy(&path, &read_npy(file("c.npy")).unwrap()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), fs::read(file("c.npy")).unwrap());
    fs::remove_file(path).unwrap();
}

#[test]
fn archives_are_read_by_name() {
    let quarters = Tensor::arange(6).reshape([2, 3]).float() / 4;
    let named = |list: &[(&str, Tensor)]| -> Vec<(String, Tensor)> {
        let owned = list.iter().map(|(n, t)| (n.to_string(), t.clone()));
        owned.collect()
    };
    // NumPy puts the arrays with names first.
    let stored = [
        ("labels", Tensor::from([3, 1])),
        ("flag", Tensor::from(true)),
        ("arr_0", quarters.clone()),
    ];
    assert_eq!(read_npz(file("stored.npz")).unwrap(), named(&stored));
    let zeros = Tensor::zeros([100, 50]).to_dtype(DType::F64);
    let compressed = [("zeros", zeros), ("small", quarters)];
    assert_eq!(
        read_npz(file("compressed.npz")).unwrap(),
        named(&compressed)
    );
}
