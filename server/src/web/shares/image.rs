//! The picture that a chat shows beside a link: drawn as SVG at the moment when it is asked for, and rendered to PNG, since
//! no chat takes SVG. The font is in the binary: the machines of a container have none.

use std::sync::{Arc, LazyLock};

use app::shared::Opened;
use app::view::SharedView;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::Time;
use domain::text::one_line;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use tokio::sync::Semaphore;

use super::badge::{colour, escaped};
use super::door::Door;
use crate::web::error::Problem;
use crate::web::state::Web;

const WIDTH: u32 = 1_200;
const HEIGHT: u32 = 630;
/// So many characters fit in a line of the title, and in one below it.
const LONGEST_TITLE: usize = 30;
const LONGEST_WORD: usize = 36;
const LONGEST_LINE: usize = 62;

/// Rendering takes a processor for tens of milliseconds: one at a time, so that pictures slow nothing else down.
static TURN: Semaphore = Semaphore::const_new(1);

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    Arc::new(fonts)
});

pub async fn png(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let svg = draw(&door.open(&web).await?, Utc::now());
    let failed = |error: &dyn std::fmt::Display| Problem::internal(error).into_response();
    let _turn = TURN.acquire().await.map_err(|error| failed(&error))?;
    let rendered = tokio::task::spawn_blocking(move || render(&svg)).await.map_err(|error| failed(&error))?;
    let png = rendered.map_err(|error| failed(&error))?;
    Ok(([(CONTENT_TYPE, "image/png")], png).into_response())
}

fn render(svg: &str) -> Result<Vec<u8>, String> {
    let options =
        Options { fontdb: Arc::clone(&FONTS), font_family: "DejaVu Sans".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let mut picture = Pixmap::new(WIDTH, HEIGHT).ok_or("a picture of no size")?;
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    picture.encode_png().map_err(|error| error.to_string())
}

fn draw(opened: &Opened, now: Time) -> String {
    let view = SharedView::new(opened, now);
    let colour = colour(&view);
    let title = escaped(&one_line(&view.heading, LONGEST_TITLE));
    let word = one_line(&view.look.word, LONGEST_WORD);
    let pill = 64 + word.chars().count() * 26;
    let word = escaped(&word);
    let mut lines = vec![view.lead.words(now)];
    lines.extend(view.lines.iter().map(|line| line.words(now)));
    lines.extend(view.clusters.iter().map(|row| row.words.words(now)));
    let lines: String = lines
        .iter()
        .filter(|line| !line.is_empty())
        .take(3)
        .enumerate()
        .map(|(at, line)| {
            let line = escaped(&one_line(line, LONGEST_LINE));
            format!("<text x=\"80\" y=\"{}\" font-size=\"30\" fill=\"#57606a\">{line}</text>", 345 + at * 46)
        })
        .collect();
    let progress = view.progress.map(|progress| {
        let done = u32::from(progress.percent.min(100)) * 1_040 / 100;
        format!(
            "<rect x=\"80\" y=\"492\" width=\"1040\" height=\"16\" rx=\"8\" fill=\"#d9dee4\"/>\
             <rect x=\"80\" y=\"492\" width=\"{done}\" height=\"16\" rx=\"8\" fill=\"{colour}\"/>"
        )
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" font-family=\"DejaVu Sans\">\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/><rect width=\"24\" height=\"{HEIGHT}\" fill=\"{colour}\"/>\
         <rect x=\"80\" y=\"80\" width=\"{pill}\" height=\"72\" rx=\"8\" fill=\"{colour}\"/>\
         <text x=\"112\" y=\"130\" font-size=\"40\" font-weight=\"bold\" fill=\"#fff\">{word}</text>\
         <text x=\"80\" y=\"255\" font-size=\"60\" font-weight=\"bold\" fill=\"#1b1f24\">{title}</text>{lines}{}\
         <text x=\"80\" y=\"572\" font-size=\"26\" fill=\"#57606a\">Cluster Head · {} UTC</text></svg>",
        progress.unwrap_or_default(),
        now.format("%Y-%m-%d %H:%M"),
    )
}

#[cfg(test)]
mod tests {
    use app::shared::Thing;
    use domain::obligation::Closing;
    use domain::receipt::Receipt;
    use domain::share::ShareView;
    use rust_decimal::Decimal;

    use super::*;

    fn colours(svg: &str) -> usize {
        let png = render(svg).unwrap();
        let picture = Pixmap::decode_png(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
        picture
            .pixels()
            .iter()
            .map(|pixel| (pixel.red(), pixel.green(), pixel.blue()))
            .collect::<std::collections::HashSet<_>>()
            .len()
    }

    #[test]
    fn letters_are_drawn_without_a_font_on_the_machine() {
        let with = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"630\" font-family=\"DejaVu Sans\">\
                     <rect width=\"1200\" height=\"630\" fill=\"#fff\"/><text x=\"80\" y=\"255\" font-size=\"60\">{text}</text></svg>"
            )
        };
        assert_eq!(colours(&with("")), 1);
        // The edges of letters are grey.
        assert!(colours(&with("Running")) > 10);
    }
    #[test]
    fn the_picture_is_of_the_state_at_the_moment() {
        let receipt = |closed: Option<Closing>| Receipt {
            number: 7,
            cluster: "iriversland2".into(),
            obligation: 1,
            opened_at: Time::UNIX_EPOCH,
            made_at: Time::UNIX_EPOCH,
            started_by: None,
            up_times: Vec::new(),
            cost: Decimal::ZERO,
            jobs: Vec::new(),
            evidence: None,
            closed,
            leftovers: Vec::new(),
        };
        let drawn = |receipt: Receipt| {
            let opened = Opened::new(Thing::Receipt(Box::new(receipt)), ShareView::default(), &[]);
            draw(&opened, Time::UNIX_EPOCH)
        };
        let before = drawn(receipt(None));
        let after = drawn(receipt(Some(Closing { by: "ana".into(), because: "moved away".into() })));
        assert!(before.contains(">Settled<") && before.contains(">Receipt 7<"), "{before}");
        assert!(after.contains(">Closed by a person<") && after.contains("moved away"), "{after}");
        assert_ne!(render(&before).unwrap(), render(&after).unwrap());
    }
}
