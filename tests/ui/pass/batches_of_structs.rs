// `derive(Batch)`: examples as structs, loaded without any collation, and steps that take fields.
use d2l::{data::Examples, prelude::*};

/// A sentence and what is thought of it.
#[derive(Batch, Clone)]
pub struct Review {
    #[batch(label)]
    stars: f32,
    pub image: Tensor,
    #[batch(pad = -1)]
    words: Vec<i64>,
    #[batch(pad)]
    frames: Tensor,
    place: [f64; 2],
    #[batch(with = |name| Review::initial(name))]
    author: String,
    #[batch(with = Review::codes, pad = 0.0)]
    title: &'static str,
    #[batch(skip)]
    #[allow(dead_code)]
    comment: String,
}

impl Review {
    fn initial(name: &str) -> Tensor {
        Tensor::from(name.bytes().next().map_or(0, i64::from))
    }

    fn codes(title: &&'static str) -> Tensor {
        Tensor::from(title.bytes().map(f32::from).collect::<Vec<_>>())
    }

    fn new(i: usize) -> Review {
        Review {
            stars: i as f32,
            image: Tensor::full([1, 2, 2], i as f32),
            words: (0..i as i64 + 1).collect(),
            frames: Tensor::ones([i + 1, 2]),
            place: [i as f64, 0.5],
            author: "ada".into(),
            title: if i == 0 { "ab" } else { "a" },
            comment: String::new(),
        }
    }
}

#[derive(Batch)]
#[batch(name = Points)]
struct Point {
    x: [f32; 2],
    y: usize,
}

/// Its `forward` takes the inputs in the order of the fields, its steps the whole.
#[derive(Module)]
struct Net {
    #[hparam]
    lr: f64,
    net: LazyLinear,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat.reshape([-1]) - y.float()).square().mean()
}

#[add_to_class(Net)]
fn training_step(&self, batch: &Points) -> Tensor {
    self.loss(&self.forward(&batch.x), &batch.y) * 2.0
}

fn reviews() {
    let reviews: Vec<Review> = (0..3).map(Review::new).collect();
    let batch = DataLoader::new(reviews.clone(), 2).iter().next().unwrap();
    assert_eq!(*batch.label(), Tensor::from([0.0, 1.0]));
    let batch = ReviewBatch::from(batch);
    assert_eq!(batch.image.shape(), [2, 1, 2, 2]);
    assert_eq!(batch.words, Tensor::from([[0, -1], [0, 1]]));
    assert_eq!(batch.words_len, Tensor::from([1, 2]));
    assert_eq!(batch.frames, Tensor::from([[[1.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]]]));
    assert_eq!(batch.frames_len, batch.words_len);
    assert_eq!(batch.place, Tensor::from([[0.0, 0.5], [1.0, 0.5]]));
    assert_eq!(batch.author, Tensor::from([97, 97]));
    assert_eq!(batch.title, Tensor::from([[97.0, 98.0], [97.0, 0.0]]));
    assert_eq!(Batch::from(batch).len(), 10);
}

fn main() {
    reviews();
    let points = Examples::new(12, |i| Point { x: [i as f32 / 12.0, 1.0], y: i % 2 });
    let loader = DataLoader::new(points, 4).num_workers(2);
    let batch = loader.iter().next().unwrap();
    let net = Net { lr: 0.1, net: LazyLinear::new(1) };
    let step = net.training_step(&batch).item();
    let loss = net.loss(&net.forward(&batch[0]), batch.label()).item();
    assert!((step - 2.0 * loss).abs() < 1e-6);
    let fit = Trainer::new(2).progress(false).fit(&mut net.clone(), &loader);
    assert_eq!(fit.history("train_loss").len(), 2);
    let wrong = std::panic::catch_unwind(|| drop(Points::from(Batch(vec![Tensor::ones([1])]))));
    let text = *wrong.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(text, "Points has 2 tensors, but the batch has 1");
    let mut uneven = vec![Review::new(0), Review::new(1)];
    uneven[1].image = Tensor::ones([1, 3, 3]);
    let wrong = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| DataLoader::new(uneven, 2).iter().next()));
    let text = *wrong.err().unwrap().downcast::<String>().unwrap();
    assert_eq!(
        text,
        "Review: field `image` has shape [1, 3, 3] in example 1 of the batch and [1, 2, 2] in the first; \
         `#[batch(pad = 0)]` fills up the shorter ones"
    );
}
