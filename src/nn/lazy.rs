//! What the lazy layers share.

/// The lazy form of a layer: the layer itself, made before its input is known. It derefs to it, is
/// printed as it, and stands under the same names in a state dict; `apply_to` finds it under both
/// types. The layer's own forward pass gives its parameters their shape if they have none.
macro_rules! lazy_twin {
    ($(#[$meta:meta])* $lazy:ident($layer:ident)) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $lazy($layer);

        impl std::ops::Deref for $lazy {
            type Target = $layer;

            fn deref(&self) -> &$layer {
                &self.0
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::module::Field for $lazy {
            fn visit_as(&self, name: &str, v: &mut dyn $crate::module::Visitor) {
                v.module(name, self);
            }

            fn copy_with(&self, c: &mut $crate::module::Copier) -> $lazy {
                $lazy($crate::module::Field::copy_with(&self.0, c))
            }

            fn copy_any(&self, c: &mut $crate::module::Copier) -> Box<dyn std::any::Any> {
                $crate::module::copy_any(self, c)
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::module::Cloneable for $lazy {}

        impl Clone for $lazy {
            fn clone(&self) -> $lazy {
                $lazy(self.0.clone())
            }
        }

        impl std::fmt::Display for $lazy {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::module::show(self, f)
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::Module for $lazy {
            fn visit(&self, v: &mut dyn $crate::module::Visitor) {
                self.0.visit(v);
            }

            fn type_name(&self) -> &'static str {
                stringify!($lazy)
            }

            fn leaf_repr(&self) -> Option<String> {
                self.0.leaf_repr()
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            fn twin(&self) -> Option<&dyn std::any::Any> {
                Some(&self.0)
            }

            fn copy_module(&self, c: &mut $crate::module::Copier) -> Box<dyn $crate::Module> {
                Box::new($crate::module::Field::copy_with(self, c))
            }
        }
    };
}
pub(super) use lazy_twin;
