//! Bars with whiskers, in SVG.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::Result;
use crate::spread::Spread;

const WIDTH: i32 = 860;
const MARGIN: i32 = 20;
const LABELS: i32 = 190;
const TOP: i32 = 50;
const BAR: i32 = 18;
const GROUP: i32 = 34;

/// Colours that colour-blind readers can tell apart, after Okabe and Ito.
const COLOURS: [RGBColor; 5] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(86, 180, 233), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];

/// Groups of bars, one below the other, to one scale. A bar is a median; its whisker goes from the least to the most.
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
}

/// A group: a name, and a bar for each peer.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) bars: Vec<(&'static str, Spread)>,
}

impl Chart {
    pub(crate) fn svg(&self) -> Result<String> {
        let bars: usize = self.groups.iter().map(|group| group.bars.len()).sum();
        let height = TOP + MARGIN + GROUP * i32::try_from(self.groups.len())? + BAR * i32::try_from(bars)?;
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, (WIDTH.try_into()?, height.try_into()?)).into_drawing_area();
        self.draw(&area).map_err(|error| format!("can't draw: {error}"))?;
        area.present().map_err(|error| format!("can't draw: {error}"))?;
        drop(area);
        Ok(svg)
    }

    fn draw(&self, area: &Area<'_>) -> Drawn {
        area.fill(&WHITE)?;
        text(area, &self.title, (MARGIN, TOP / 2), 16)?;
        let most =
            self.groups.iter().flat_map(|group| &group.bars).map(|(_, bar)| bar.max).fold(f64::MIN_POSITIVE, f64::max);
        // Room for the number behind the longest whisker.
        let scale = f64::from(WIDTH - LABELS - 2 * MARGIN - 60) / most;
        let mut y = TOP;
        for group in &self.groups {
            text(area, &group.name, (MARGIN, y + GROUP / 2), 13)?;
            y += GROUP - 6;
            for (index, (name, spread)) in group.bars.iter().enumerate() {
                bar(area, (name, spread), y, scale, COLOURS[index % COLOURS.len()])?;
                y += BAR;
            }
            y += 6;
        }
        Ok(())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = std::result::Result<(), DrawingAreaErrorKind<std::io::Error>>;

fn bar(area: &Area<'_>, (name, spread): (&str, &Spread), y: i32, scale: f64, colour: RGBColor) -> Drawn {
    // The scale keeps it within the width.
    #[expect(clippy::cast_possible_truncation, reason = "a place on the chart is a few hundred pixels")]
    let at = |value: f64| LABELS + (value * scale).round() as i32;
    let middle = y + BAR / 2;
    text(area, name, (MARGIN * 2, middle), 12)?;
    area.draw(&Rectangle::new([(LABELS, y + 2), (at(spread.median), y + BAR - 2)], colour.filled()))?;
    area.draw(&PathElement::new([(at(spread.min), middle), (at(spread.max), middle)], BLACK.stroke_width(1)))?;
    for end in [spread.min, spread.max] {
        area.draw(&PathElement::new([(at(end), middle - 4), (at(end), middle + 4)], BLACK.stroke_width(1)))?;
    }
    let number = if spread.median < 100.0 { format!("{:.1}", spread.median) } else { format!("{:.0}", spread.median) };
    text(area, &number, (at(spread.max) + 6, middle), 12)
}

fn text(area: &Area<'_>, text: &str, place: (i32, i32), size: i32) -> Drawn {
    let style = ("sans-serif", size).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(text.to_owned(), place, style))
}
