//! Where services stand against the break-even of their interface endpoints.

use super::super::table::{about_option, by_standing, gb, planned, ratio, services, standing};
use super::super::text::{Lang, page as words, table as text};
use super::{Cell, Column, View};
use crate::model::money::money_text;
use crate::model::report::Report;

pub(in super::super) fn options(lang: Lang, report: &Report) -> View {
    let mut view = View::new(
        "options",
        text::options(lang),
        [
            Column::text(text::service(lang)),
            // What a phone shows without scrolling stands first.
            Column::text(text::option_plan(lang)),
            Column::figure(text::option_standing(lang)),
            Column::figure(words::option_traffic(lang)),
            Column::figure(words::option_break_even(lang)),
            Column::figure(words::option_per_zone(lang)),
        ],
    );
    for line in by_standing(report) {
        let volume = |amount| Cell { figure: Option::map(amount, money_text), ..Cell::text(&gb(amount)) };
        let about = about_option(lang, report, line);
        view.row([
            about.iter().fold(Cell::text(&services(lang, line)), |cell, told| cell.below(told)),
            Cell::text(&planned(lang, report, line)),
            Cell { figure: ratio(line).map(money_text), ..Cell::text(&standing(line)) },
            volume(line.traffic_gb_month),
            volume(line.break_even_gb_month),
            volume(line.break_even_gb_month_per_zone),
        ]);
    }
    view.remark = Some(text::options_remark(lang));
    view
}
