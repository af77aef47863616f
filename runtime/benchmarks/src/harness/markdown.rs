//! Tables in Markdown whose columns are aligned.

use std::fmt::Write;

/// Formats with three significant digits.
pub fn figure(figure: f64) -> String {
    match figure.abs() {
        size if size >= 99.95 => format!("{figure:.0}"),
        size if size >= 9.995 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

/// Aligns the first `words` columns to the left, and the other columns, which
/// contain figures, to the right.
pub fn align(lines: &[Vec<String>], words: usize) -> String {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let _ = if column < words {
                write!(table, "| {cell:<width$} ")
            } else {
                write!(table, "| {cell:>width$} ")
            };
        }
        table.push_str("|\n");
        if number == 0 {
            for (column, width) in widths.iter().enumerate() {
                let end = if column < words { '-' } else { ':' };
                let _ = write!(table, "|{}{end}", "-".repeat(width + 1));
            }
            table.push_str("|\n");
        }
    }
    table
}
