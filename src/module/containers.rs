//! Fields that are neither modules nor parameters: containers of parts, tensors, plain data.
use super::{Cloneable, Copier, Field, Layer, Module, Param, SyncLayer, Visitor};
use d2l_core::{DType, Device, Tensor};
use std::{
    any::Any,
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::{Duration, Instant, SystemTime},
};

impl Field for Param {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        v.param(name, self);
    }

    fn copy_with(&self, c: &mut Copier) -> Param {
        c.param(self)
    }
}

/// A buffer: saved, not learned.
impl Field for Tensor {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        v.buffer(name, self);
    }

    fn copy_with(&self, _: &mut Copier) -> Tensor {
        self.detach().copy()
    }
}

impl Cloneable for Param {}
impl Cloneable for Tensor {}

/// Plain data has no parts.
macro_rules! plain {
    ($([$($g:tt)*] $t:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($g)*> Field for $t {
            fn visit_as(&self, _: &str, _: &mut dyn Visitor) {}
            fn copy_with(&self, _: &mut Copier) -> Self { self.clone() }        }
        #[diagnostic::do_not_recommend]
        impl<$($g)*> Cloneable for $t {}
    )* };
}

plain! {
    [] (); [] bool; [] char; [] String; [] &'static str; [] Cow<'static, str>; [] PathBuf;
    [] u8; [] u16; [] u32; [] u64; [] u128; [] usize;
    [] i8; [] i16; [] i32; [] i64; [] i128; [] isize; [] f32; [] f64;
    [] Duration; [] Instant; [] SystemTime; [] DType; [] Device;
    [T: 'static] &'static [T];
    [T: Copy + 'static] Cell<T>;
    [T: Clone + 'static] std::ops::Range<T>;
    [T: Clone + 'static] std::ops::RangeInclusive<T>;
    [T: Clone + 'static] BTreeSet<T>;
    [T: Clone + 'static, S: Clone + 'static] HashSet<T, S>;
    [R: 'static] fn() -> R;
    [A: 'static, R: 'static] fn(A) -> R;
    [A: 'static, B: 'static, R: 'static] fn(A, B) -> R;
}

/// Functions that borrow are types of their own, which the lint takes for the ones above.
#[allow(coherence_leak_check)]
mod borrowing {
    use super::*;

    plain! {
        [R: 'static] for<'a> fn(&'a Tensor) -> R;
        [R: 'static] for<'a, 'b> fn(&'a Tensor, &'b Tensor) -> R;
    }
}

impl<T: ?Sized + 'static> Field for PhantomData<T> {
    fn visit_as(&self, _: &str, _: &mut dyn Visitor) {}

    fn copy_with(&self, _: &mut Copier) -> Self {
        PhantomData
    }
}
impl<T: ?Sized + 'static> Cloneable for PhantomData<T> {}

/// A copy of the content of a pointer. A `dyn Module` or `dyn Layer` knows how to copy itself
/// (`known`); objects of other traits do not and are not `Cloneable`.
fn copied<F: Field + ?Sized>(content: &F, known: Option<Box<dyn Any>>, c: &mut Copier) -> Box<F> {
    match known
        .unwrap_or_else(|| content.copy_any(c))
        .downcast::<Box<F>>()
    {
        Ok(copy) => *copy,
        Err(_) => panic!("`{}` cannot be cloned", std::any::type_name::<F>()),
    }
}

macro_rules! known {
    ($p:ident, $this:expr, $c:expr) => {{
        let this: &dyn Any = $this;
        if let Some(m) = this.downcast_ref::<$p<dyn Module>>() {
            Some(Box::new(m.copy_module($c)) as Box<dyn Any>)
        } else if let Some(l) = this.downcast_ref::<$p<dyn SyncLayer>>() {
            Some(Box::new(l.copy_sync($c)) as Box<dyn Any>)
        } else if let Some(l) = this.downcast_ref::<$p<dyn Layer>>() {
            Some(Box::new(l.copy_layer($c)) as Box<dyn Any>)
        } else {
            None
        }
    }};
}

/// Pointers are transparent: their content goes by their name.
macro_rules! pointers {
    ($($p:ident, |$this:ident, $c:ident| $copy:expr;)*) => { $(
        impl<F: Field + ?Sized> Field for $p<F> {
            fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
                (**self).visit_as(name, v);
            }

            fn copy_with(&self, $c: &mut Copier) -> Self {
                let $this = self;
                $copy
            }
        }
        impl<F: Cloneable + ?Sized> Cloneable for $p<F> {}
    )* };
}

impl Cloneable for dyn Module {}
impl Cloneable for dyn Layer {}
impl Cloneable for dyn SyncLayer {}

pointers! {
    Box, |this, c| {
        let known = known!(Box, this, c);
        copied(&**this, known, c)
    };
    Rc, |this, c| c.shared(Rc::as_ptr(this).cast::<()>() as usize, |c| {
        let known = known!(Rc, this, c);
        copied(&**this, known, c).into()
    });
    Arc, |this, c| c.shared(Arc::as_ptr(this).cast::<()>() as usize, |c| {
        let known = known!(Arc, this, c);
        copied(&**this, known, c).into()
    });
}

/// Containers: how the parts are shown, and how they are copied.
macro_rules! containers {
    ($([$($g:tt)*] [$($w:tt)*] $t:ty, |$this:ident, $name:ident, $v:ident| $visit:expr, |$c:ident| $copy:expr;)*) => { $(
        impl<$($g)*> Field for $t {
            fn visit_as(&self, $name: &str, $v: &mut dyn Visitor) {
                let $this = self;
                $visit
            }

            fn copy_with(&self, $c: &mut Copier) -> Self {
                let $this = self;
                $copy
            }
        }
        impl<$($w)*> Cloneable for $t {}
    )* };
}

containers! {
    [F: Field] [F: Cloneable] Option<F>,
        |this, name, v| if let Some(f) = this { f.visit_as(name, v) },
        |c| this.as_ref().map(|f| f.copy_with(c));
    [F: Field] [F: Cloneable] RefCell<F>,
        |this, name, v| match this.try_borrow() {
            Err(_) if !v.waits() => {}
            _ => this.borrow().visit_as(name, v),
        },
        |c| RefCell::new(this.borrow().copy_with(c));
    [F: Field] [F: Cloneable] Mutex<F>,
        |this, name, v| match this.try_lock() {
            Ok(part) => part.visit_as(name, v),
            Err(TryLockError::WouldBlock) if !v.waits() => {}
            Err(_) => locked(this).visit_as(name, v),
        },
        |c| Mutex::new(locked(this).copy_with(c));
    [F: Field] [F: Cloneable] Vec<F>,
        |this, name, v| v.group(name, "Vec", &mut |v| numbered(this, v)),
        |c| this.iter().map(|f| f.copy_with(c)).collect();
    [F: Field] [F: Cloneable] VecDeque<F>,
        |this, name, v| v.group(name, "VecDeque", &mut |v| numbered(this, v)),
        |c| this.iter().map(|f| f.copy_with(c)).collect();
    [F: Field, const N: usize] [F: Cloneable, const N: usize] [F; N],
        |this, name, v| v.group(name, "Array", &mut |v| numbered(this, v)),
        |c| std::array::from_fn(|i| this[i].copy_with(c));
    [K: ToString + Ord + Clone + 'static, F: Field] [K: ToString + Ord + Clone + 'static, F: Cloneable]
        BTreeMap<K, F>,
        |this, name, v| v.group(name, "Map", &mut |v| {
            this.iter().for_each(|(k, f)| f.visit_as(&k.to_string(), v));
        }),
        |c| this.iter().map(|(k, f)| (k.clone(), f.copy_with(c))).collect();
    [K: ToString + Eq + Hash + Clone + 'static, F: Field, S: BuildHasher + Default + 'static]
    [K: ToString + Eq + Hash + Clone + 'static, F: Cloneable, S: BuildHasher + Default + 'static]
        HashMap<K, F, S>,
        |this, name, v| v.group(name, "Map", &mut |v| {
            // by key, so that the order of parameters is the same in every run
            let mut parts: Vec<_> = this.iter().map(|(k, f)| (k.to_string(), f)).collect();
            parts.sort_by(|a, b| a.0.cmp(&b.0));
            parts.iter().for_each(|(k, f)| f.visit_as(k, v));
        }),
        |c| this.iter().map(|(k, f)| (k.clone(), f.copy_with(c))).collect();
}

fn locked<F>(part: &Mutex<F>) -> MutexGuard<'_, F> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

fn numbered<'a, F: Field>(parts: impl IntoIterator<Item = &'a F>, v: &mut dyn Visitor) {
    for (i, f) in parts.into_iter().enumerate() {
        f.visit_as(&i.to_string(), v);
    }
}

macro_rules! tuples {
    ($(($($t:ident $i:tt),+))*) => { $(
        impl<$($t: Field),+> Field for ($($t,)+) {
            fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
                v.group(name, "Tuple", &mut |v| { $(self.$i.visit_as(stringify!($i), v);)+ });
            }

            fn copy_with(&self, c: &mut Copier) -> Self {
                ($(self.$i.copy_with(c),)+)
            }
        }
        impl<$($t: Cloneable),+> Cloneable for ($($t,)+) {}
    )* };
}

tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, G 5) }
