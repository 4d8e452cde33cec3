//! Finds or builds Centrifugo, starts it and stops it.
