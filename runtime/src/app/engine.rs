//! The choice of the engine: Centrifugo, or the app's own.

use super::App;
use super::operator::{ENGINE, Operator, STANDALONE};
use crate::error::Conflict;
#[cfg(feature = "standalone")]
use crate::error::StartError;

impl App {
    /// Whether the app runs its own engine, by the operator's setting or its own.
    #[cfg(feature = "standalone")]
    pub(super) fn runs_engine(&self, operator: &Operator) -> bool {
        operator.get(&ENGINE).map_or(self.is_standalone, |engine| engine.text() == STANDALONE)
    }

    /// Refuses the operator's setting where the program itself has chosen.
    #[cfg(feature = "standalone")]
    pub(super) fn check_engine(&self, operator: &Operator) -> Result<(), StartError> {
        match operator.get(&ENGINE).filter(|_| self.runs_engine(operator) != self.is_standalone) {
            None => Ok(()),
            Some(engine) => {
                let chosen = if self.is_standalone { "starts its own engine" } else { "serves Centrifugo's calls" };
                let text = engine.text();
                let fault = format!(
                    "can't be `{text}`: the program {chosen} without `App::run`, which alone reads it: call that, or remove it"
                );
                Err(StartError::Conflicts(vec![Conflict::Setting { setting: engine.name(), fault }]))
            }
        }
    }

    /// The conflict of an engine that the program doesn't have.
    pub(super) fn check_has_engine(operator: &Operator) -> Option<Conflict> {
        let given = operator.get(&ENGINE).filter(|engine| engine.text() == STANDALONE && !cfg!(feature = "standalone"))?;
        let fault = "can't be `standalone`: enable the feature `standalone` of the crate `centrifugo`, or remove it";
        Some(Conflict::Setting { setting: given.name(), fault: fault.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(engine: &str) -> Operator {
        Operator::of([("PROXY_ENGINE".into(), engine.into())])
    }

    #[test]
    fn an_app_without_the_feature_refuses_the_engine_that_it_does_not_have() {
        let conflict = App::check_has_engine(&operator("standalone")).map(|conflict| conflict.to_string());
        let refused = "the setting `PROXY_ENGINE` can't be `standalone`: enable the feature `standalone` of the crate \
                       `centrifugo`, or remove it";
        assert_eq!(conflict.as_deref(), (!cfg!(feature = "standalone")).then_some(refused));
        assert_eq!(App::check_has_engine(&operator("centrifugo")), None);
    }

    #[cfg(feature = "standalone")]
    #[test]
    fn the_operator_chooses_for_run_and_contradicts_no_program_that_has_chosen() {
        let own = App { is_standalone: true, ..App::empty() };
        assert!(own.runs_engine(&operator("")) && !own.runs_engine(&operator("centrifugo")));
        assert!(App::empty().runs_engine(&operator("standalone")) && !App::empty().runs_engine(&operator("")));
        assert!(own.check_engine(&operator("standalone")).is_ok() && own.check_engine(&operator("")).is_ok());
        let refused = own.check_engine(&operator("centrifugo")).expect_err("a conflict").to_string();
        assert!(
            refused.contains("can't be `centrifugo`: the program starts its own engine without `App::run`"),
            "{refused}"
        );
        let refused = App::empty().check_engine(&operator("standalone")).expect_err("a conflict").to_string();
        assert!(refused.contains("can't be `standalone`: the program serves Centrifugo's calls"), "{refused}");
    }
}
