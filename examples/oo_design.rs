//! cargo run --release --example oo_design
//!
//! Book 3.2: object-oriented design. Methods that come later, settings that are kept, a board.
use d2l::prelude::*;

pub struct A {
    b: i64,
}

pub struct B {
    a: i64,
    b: i64,
}

#[add_to_class(B)]
pub fn new(a: i64, b: i64, c: i64) -> Self {
    println!("c is {c} here, and is not kept");
    save_hyperparameters!(ignore = [c])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A method may be added below the object it is called on. (`do` is a word of Rust: `r#do`.)
    let a = A { b: 1 };
    #[add_to_class(A)]
    fn r#do(&self) -> String {
        format!("Class attribute \"b\" is {}", self.b)
    }
    println!("{}", a.r#do());
    assert_eq!(a.r#do(), "Class attribute \"b\" is 1");

    let b = B::new(1, 2, 3);
    println!("self.a = {} self.b = {}", b.a, b.b);
    println!("There is no self.c = {}", !b.hparams().contains_key("c"));
    assert_eq!(b.hparams().keys().collect::<Vec<_>>(), ["a", "b"]);

    let mut board = ProgressBoard::new().xlabel("x");
    for i in 0..100 {
        let x = f64::from(i) / 10.0;
        board.draw(x, x.sin(), "sin", 2);
        board.draw(x, x.cos(), "cos", 10);
    }
    let points = ["sin", "cos"].map(|label| board.points(label).len());
    assert_eq!(points, [50, 10]);
    board.save("oo_design.svg")?;
    println!("board with {points:?} points of sin and cos in oo_design.svg");
    Ok(())
}
