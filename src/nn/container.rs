//! What containers of modules share: being modules without a name of their own in paths.

/// Makes `$name<M>` a module whose parts go by their own names alone: `0.weight`.
macro_rules! container {
    ($name:ident, |$this:ident, $v:ident| $visit:expr, |$c:ident| $copy:expr) => {
        impl<M: Field> Field for $name<M> {
            fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
                v.module(name, self);
            }

            fn copy_with(&self, $c: &mut Copier) -> $name<M> {
                let $this = self;
                $copy
            }
        }

        impl<M: Field> Cloneable for $name<M> {}

        impl<M: Field> Clone for $name<M> {
            fn clone(&self) -> $name<M> {
                self.copy_with(&mut Copier::new())
            }
        }

        impl<M: Field> Module for $name<M> {
            fn visit(&self, $v: &mut dyn Visitor) {
                let $this = self;
                $visit
            }

            fn type_name(&self) -> &'static str {
                stringify!($name)
            }
        }

        impl<M: Field> fmt::Display for $name<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.repr().fmt(f)
            }
        }

        impl<M: Field> fmt::Debug for $name<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.repr().fmt(f)
            }
        }

        impl<M> Default for $name<M> {
            fn default() -> $name<M> {
                $name(Vec::new())
            }
        }
    };
}
pub(super) use container;
