//! The part of an expansion that is the same for each handler. The compiler expands this macro faster than an attribute
//! quotes the same tokens, as most builds don't optimize an attribute's code.

/// Registers a handler beside its function.
///
/// Tokens that an error may point at come from the attribute, and keep their places in the user's code. Those that are
/// joined with others, as in `fn $($bind)*`, are repetitions: the place of a single `$token` would be in this file.
#[doc(hidden)]
#[macro_export]
macro_rules! __registered_handler {
    (
        $module:ident $name:ident [$($ty:tt)*] [$($vis:tt)*] [$($attributes:tt)*]
        $attribute:literal $log_name:literal $function:literal [$($pattern:tt)*] [$($options:tt)*]
        $event:ident [$($bind:tt)*] $bound:tt
        [$($run:tt)*]
        [$($needed:tt)*]
        [$([$($cfgs:tt)*] $local:ident $begun:tt $rest:ident $awaited:tt $needs:tt)*] $answer:tt
        [$([$($marker:tt)*])*]
        { $($around:tt)* } { $($items:tt)* }
        $($collected:ident)?
    ) => {
        // The markers stand in a module, where no lint looks at them, also within a function.
        #[doc(hidden)]
        mod $module {
            $($ty)*

            $(
                #[doc(hidden)]
                #[macro_export]
                $($marker)*
            )*
        }

        // A type or a module of the name takes precedence over what a glob imports, so having one is no error.
        $($vis)* use $module::*;

        $($attributes)*
        impl $crate::__private::FindHandler for $module::$name {
            const FOUND: &'static $crate::__private::Handler = {
                $($around)*
                {
                    use $crate::__private::expanded::*;

                    // Functions, not closures: these would be compiled a second time for the pointers to them. Their names
                    // are none that the handler's function would have.
                    fn $($bind)* -> __centrifugo::Option<__centrifugo::Bound<__centrifugo::$event>> $bound

                    fn $($run)* -> __centrifugo::ReplyFuture<__centrifugo::$event> {
                        __centrifugo::pinned(__centrifugo::Box::new(async move {
                            // A result in a result is matched at once, as each move of a value is compiled.
                            $(
                                $($cfgs)*
                                let $local = match $begun {
                                    __Ok(__Ok(__local_taken)) => __local_taken,
                                    __Ok(__Err(__local_taken)) => return __Err(__local_taken),
                                    __Err($rest) => match $awaited {
                                        __Ok(__local_taken) => __local_taken,
                                        __Err(__local_taken) => return __Err(__local_taken),
                                    },
                                };
                            )*
                            $answer
                        }))
                    }

                    const fn $($needed)* -> &'static [fn(&mut __centrifugo::Needs)] {
                        &[$($($cfgs)* $needs),*]
                    }

                    $($items)*

                    $($crate::__private::inventory::submit! {
                        __centrifugo::$collected(<$module::$name as __centrifugo::FindHandler>::FOUND)
                    })?

                    &__centrifugo::Handler::new(
                        __centrifugo::HandlerInfo::new(
                            $attribute,
                            $log_name,
                            ::std::concat!(::std::module_path!(), "::", $function),
                            $($pattern)*
                        )
                        $($options)*,
                        &__centrifugo::Binding(__bind),
                        $($needed)*,
                    )
                }
            };
        }
    };
}
