//! Tables in Markdown, aligned so that they are also readable as text.

use std::fmt;

/// Rows under a head, all of one length.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                write!(f, "| {cell:0$} ", self.width(column))?;
            }
            writeln!(f, "|")?;
            if index == 0 {
                for column in 0..row.len() {
                    write!(f, "|{:-<1$}", "", self.width(column) + 2)?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["peer", "µs"]);
        table.row(["ours".into(), "12.5".into()]);
        assert_eq!(table.to_string(), "| peer | µs   |\n|------|------|\n| ours | 12.5 |\n");
    }
}
