//! State icons: each has an outline of its own, so that it is told apart in one colour and at 16 px.

use leptos::prelude::*;

/// The outline of an icon. Its drawing stands in [`sprite`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Circle,
    HalfCircle,
    Tick,
    DownArrow,
    Octagon,
    DashedCircle,
    Clock,
    BarredCircle,
    Hourglass,
    Dash,
    Triangle,
}

impl Shape {
    /// The id of its drawing.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Circle => "i-circle",
            Self::HalfCircle => "i-half",
            Self::Tick => "i-tick",
            Self::DownArrow => "i-down",
            Self::Octagon => "i-octagon",
            Self::DashedCircle => "i-dashed",
            Self::Clock => "i-clock",
            Self::BarredCircle => "i-barred",
            Self::Hourglass => "i-hourglass",
            Self::Dash => "i-dash",
            Self::Triangle => "i-triangle",
        }
    }
}

/// An icon beside a word that says the same.
pub fn icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <use_ href=format!("#{}", shape.id())></use_>
        </svg>
    }
}

/// Every drawing, once in the page. Only the server writes it.
#[cfg(feature = "ssr")]
pub fn sprite() -> impl IntoView {
    const DRAWINGS: &str = include_str!("icons.svg");
    view! { <div hidden inner_html=DRAWINGS></div> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_a_drawing() {
        let shapes = [
            Shape::Circle,
            Shape::HalfCircle,
            Shape::Tick,
            Shape::DownArrow,
            Shape::Octagon,
            Shape::DashedCircle,
            Shape::Clock,
            Shape::BarredCircle,
            Shape::Hourglass,
            Shape::Dash,
            Shape::Triangle,
        ];
        let page = crate::samples::html(sprite);
        for shape in shapes {
            assert!(page.contains(&format!("id=\"{}\"", shape.id())), "{shape:?}");
        }
    }
}
