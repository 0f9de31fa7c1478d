// Unit, tuple and newtype structs, enums of every kind, recursion.
use d2l::prelude::*;

#[derive(Module)]
struct Unit;

#[derive(Module)]
struct Newtype(Param);

#[derive(Module)]
struct Tuple(Newtype, #[module(skip)] fn(f32) -> f32, Unit, Newtype);

#[derive(Module)]
enum Block {
    Identity,
    One(Newtype),
    Both {
        first: Newtype,
        second: Box<Newtype>,
    },
    Nested(Box<Block>),
}

#[derive(Module)]
enum Never {}

#[derive(Module)]
struct Chain {
    head: Newtype,
    never: Option<Never>,
    tail: Option<Box<Chain>>,
}

fn part() -> Newtype {
    Newtype(Param::new(Tensor::ones([2])))
}

fn names(m: &impl Module) -> Vec<String> {
    m.named_parameters().into_iter().map(|p| p.0).collect()
}

fn main() {
    assert_eq!(names(&Unit), [""; 0]);
    assert_eq!(Unit.repr().to_string(), "Unit()");
    let tuple = Tuple(part(), f32::sin, Unit, part());
    assert_eq!(names(&tuple), ["0.0", "3.0"]);
    assert_eq!(tuple.1(0.0), 0.0);
    let blocks = vec![
        Block::Identity,
        Block::One(part()),
        Block::Both {
            first: part(),
            second: Box::new(part()),
        },
        Block::Nested(Box::new(Block::One(part()))),
    ];
    let found: Vec<_> = blocks.iter().map(|b| names(b).join(" ")).collect();
    assert_eq!(found, ["", "0.0", "first.0 second.0", "0.0.0"]);
    let copies = blocks.clone();
    assert!(matches!(copies[0], Block::Identity));
    assert_eq!(copies.iter().map(Block::num_parameters).sum::<usize>(), 8);
    let last = Chain {
        head: part(),
        never: None,
        tail: None,
    };
    let chain = Chain {
        head: part(),
        never: None,
        tail: Some(Box::new(last)),
    };
    assert_eq!(names(&chain.clone()), ["head.0", "tail.head.0"]);
}
