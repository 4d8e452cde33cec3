//! What a scenario's text stands for: `~`, and names in double braces.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// Values that a run has and another one hasn't, and their names in scenarios and transcripts.
#[derive(Debug)]
pub(crate) struct Names {
    /// What `~` stands for, so that scenarios that run at once share no channel and no user.
    own: String,
    /// Client ids by the name of their connection.
    clients: Vec<(String, String)>,
    /// In the order of their first appearance: `{{epoch1}}`, `{{epoch2}}`, ..
    epochs: Vec<String>,
    tokens: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn new(number: usize) -> Self {
        Self { own: format!("z{number:03}z"), clients: Vec::new(), epochs: Vec::new(), tokens: BTreeMap::new() }
    }

    /// Remembers a token, which `{{NAME}}` stands for from now on.
    pub(crate) fn add_token(&mut self, name: &str, token: String) {
        self.tokens.insert(name.to_owned(), token);
    }

    /// Remembers the client id and the epochs of a message that a connection has received.
    pub(crate) fn learn(&mut self, connection: &str, message: &Value) {
        if let Some(client) = message["connect"]["client"].as_str() {
            self.clients.push((client.to_owned(), connection.to_owned()));
        }
        self.learn_epochs(message);
    }

    fn learn_epochs(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                let epoch = fields.get("epoch").and_then(Value::as_str).filter(|epoch| !epoch.is_empty());
                self.epochs
                    .extend(epoch.filter(|&epoch| !self.epochs.iter().any(|known| known == epoch)).map(str::to_owned));
                fields.values().for_each(|value| self.learn_epochs(value));
            }
            Value::Array(values) => values.iter().for_each(|value| self.learn_epochs(value)),
            _ => {}
        }
    }

    /// The text with its names replaced by what they stand for.
    ///
    /// # Errors
    ///
    /// A name that stands for nothing.
    pub(crate) fn fill(&self, text: &str) -> Result<String, String> {
        let text = text.replace('~', &self.own);
        let mut parts = text.split("{{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").ok_or_else(|| format!("no end of a name in `{text}`"))?;
            filled.push_str(&self.value(name).ok_or_else(|| format!("`{name}` stands for nothing"))?);
            filled.push_str(rest);
        }
        Ok(filled)
    }

    /// `now+5`, `x*255`, `epoch1`, a token, or a connection's client id.
    fn value(&self, name: &str) -> Option<String> {
        if let Some((text, times)) = name.split_once('*') {
            return Some(text.repeat(times.parse().ok()?));
        }
        if let Some(difference) = name.strip_prefix("now") {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
            return Some(now.checked_add_signed(difference.parse().ok()?)?.to_string());
        }
        if let Some(number) = name.strip_prefix("epoch") {
            return self.epochs.get(number.parse::<usize>().ok()? - 1).cloned();
        }
        let client = || self.clients.iter().find(|(_, connection)| connection == name).map(|(id, _)| id.clone());
        self.tokens.get(name).cloned().or_else(client)
    }

    /// The text with the run's own values replaced by their names.
    pub(crate) fn mask(&self, text: &str) -> String {
        let mut text = text.replace(&self.own, "~");
        for (id, connection) in &self.clients {
            text = text.replace(id, &format!("{{{{{connection}}}}}"));
        }
        for (number, epoch) in (1..).zip(&self.epochs) {
            text = text.replace(epoch, &format!("{{{{epoch{number}}}}}"));
        }
        text
    }
}
