//! `add_to_class` (book 3.2): functions written outside of a class become its methods.
use super::*;

struct A {
    b: i64,
}

#[add_to_class(A)]
fn r#do(&self) -> String {
    format!("Class attribute \"b\" is {}", self.b)
}

#[test]
fn ac_1_a_function_becomes_a_method() {
    assert_eq!(A { b: 1 }.r#do(), "Class attribute \"b\" is 1");
}

#[test]
fn ac_2_it_works_for_instances_made_before() {
    let a = A { b: 7 };

    #[add_to_class(A)]
    fn later(&self) -> i64 {
        self.b + 1
    }
    assert_eq!(a.later(), 8);
}

#[test]
fn ac_3_the_name_of_the_function_is_all_there_is_to_say() {
    #[add_to_class(A)]
    fn twice(&self) -> i64 {
        2 * self.b
    }
    assert_eq!((A { b: 4 }.twice(), A::twice(&A { b: 5 })), (8, 10));
}

/// Were the decorated function still there, this one of the same name would not compile.
#[test]
fn ac_4_the_decorated_name_is_no_free_function() {
    #[add_to_class(A)]
    fn name(&self) -> &'static str {
        "the method"
    }
    fn name() -> &'static str {
        "a function of its own"
    }
    assert_eq!(
        (A { b: 1 }.name(), name()),
        ("the method", "a function of its own")
    );
}

mod late_base {
    use super::*;

    #[derive(Module)]
    #[module(base = Regressor)]
    pub struct Net {
        #[hparam]
        lr: f32,
        net: LazyLinear,
    }

    #[add_to_class(Net)]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    /// A method for all models, written after them.
    trait Width: ModuleExt {
        fn width(&self) -> usize {
            self.num_parameters()
        }
    }
    impl<M: Module> Width for M {}

    pub struct Regressor;
    impl<M: ?Sized> CompleteFor<M> for Regressor {}
    impl Base for Regressor {
        fn loss(_: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor {
            y_hat.mse_loss(y)
        }
    }

    #[test]
    fn ac_6_models_see_what_their_base_class_gets_later() {
        let net = Net {
            lr: 0.1,
            net: LazyLinear::new(1),
        };
        let y_hat = net.forward(&Tensor::zeros([2, 3]));
        assert_eq!(net.loss(&y_hat, &y_hat).item(), 0.0);
        assert_eq!(net.width(), 4);
    }
}

struct Blocks {
    widths: Vec<usize>,
}

#[add_to_class(Blocks)]
fn first() -> usize {
    64
}

#[add_to_class(Blocks)]
fn next(width: usize) -> usize {
    2 * width
}

#[add_to_class(Blocks)]
fn new() -> Self {
    Blocks {
        widths: vec![Self::first(), Self::next(Self::first())],
    }
}

#[test]
fn ac_7_the_constructor_may_come_last_and_call_what_came_before() {
    assert_eq!(Blocks::new().widths, [64, 128]);
}

mod required {
    use super::*;

    #[derive(Module)]
    pub struct Scratch {
        w: Param,
        b: Param,
    }

    #[add_to_class(Scratch)]
    fn forward(&self, x: &Tensor) -> Tensor {
        x.matmul(&self.w) + &*self.b
    }

    #[add_to_class(Scratch)]
    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        ((y_hat - y).square() / 2.0).mean()
    }

    #[add_to_class(Scratch)]
    fn configure_optimizers(&self) -> SGD {
        SGD::new(self.parameters(), 0.03)
    }

    #[test]
    fn ac_8_what_a_base_class_requires_can_be_supplied_one_by_one() {
        let (w, b) = (Tensor::zeros([2, 1]), Tensor::zeros([1]));
        let mut model = Scratch {
            w: w.into(),
            b: b.into(),
        };
        let fit = trainer(1).fit(&mut model, &synthetic());
        let loss = fit.history("train_loss")[0];
        assert!(loss.is_finite() && loss < 20.0, "{loss}");
    }
}

#[add_to_class(Trainer, ext = ClipGradients)]
fn clip_gradients(&self, model: &LinearRegression, norm: f64) -> f64 {
    clip_grad_norm_(&model.parameters(), norm)
}

#[test]
fn ac_9_types_of_the_library_can_be_extended() {
    let model = LinearRegression::new(0.1);
    model.forward(&Tensor::ones([1, 2]));
    model.net.weight.set_grad(&Tensor::from([[3.0, 4.0]]));
    assert_eq!(trainer(1).clip_gradients(&model, 1.0), 5.0);
}

#[add_to_class(A)]
fn next_b(&self) -> i64 {
    self.b + 1
}

#[add_to_class(A)]
fn set_b(&mut self, b: i64) {
    self.b = b;
}

#[test]
fn ac_10_accessors_take_the_place_of_properties() {
    let mut a = A { b: 1 };
    a.set_b(2 * a.next_b());
    assert_eq!(a.next_b(), 5);
}

#[add_to_class(A)]
fn sum<const N: usize>(&self, xs: [i64; N]) -> i64 {
    self.b + xs.iter().sum::<i64>()
}

#[add_to_class(A)]
fn mean(&self, xs: impl IntoIterator<Item = i64>, rounded: Option<bool>) -> f64 {
    let xs: Vec<i64> = xs.into_iter().collect();
    let mean = xs.iter().sum::<i64>() as f64 / xs.len() as f64;
    if rounded.unwrap_or(true) {
        mean.round()
    } else {
        mean
    }
}

#[test]
fn ac_11_methods_take_any_number_of_arguments_and_optional_ones() {
    let a = A { b: 1 };
    assert_eq!((a.sum([]), a.sum([2]), a.sum([2, 3])), (1, 3, 6));
    assert_eq!(
        (a.mean([1, 2], None), a.mean([1, 2], Some(false))),
        (2.0, 1.5)
    );
}

mod one_place {
    #[d2l::add_to_class(super::A)]
    pub fn here(&self) -> i64 {
        self.b
    }
}

mod another_place {
    #[d2l::add_to_class(super::A)]
    pub fn there(&self) -> i64 {
        self.here() + 1
    }
}

#[test]
fn ac_12_methods_may_come_from_several_places() {
    assert_eq!(A { b: 1 }.there(), 2);
}
