//! The colours of a drawing: those of the page (public/tokens.css), as plain colours for files and by name for the page,
//! where a drawing then follows the theme by itself.

/// Colours by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What is drawn on.
    pub paper: &'static str,
    /// Names, and numbers that are read.
    pub ink: &'static str,
    /// Marks, and what explains.
    pub ink_2: &'static str,
    /// Ticks and units, and controls.
    pub ink_3: &'static str,
    /// Lines of a grid.
    pub line: &'static str,
    /// Lines that mean something.
    pub line_strong: &'static str,
    /// Ground of what is empty.
    pub sunken: &'static str,
    /// Marks of the thing asked about.
    pub accent: &'static str,
    /// The same as text.
    pub accent_ink: &'static str,
    /// The same as ground.
    pub accent_wash: &'static str,
}

/// For light paper.
pub const LIGHT: Theme = Theme {
    paper: "#fdfefe",
    ink: "#1c2020",
    ink_2: "#4c5151",
    ink_3: "#626767",
    line: "#d7dada",
    line_strong: "#828787",
    sunken: "#f0f1f1",
    accent: "#009a9b",
    accent_ink: "#006667",
    accent_wash: "#e1f4f3",
};

/// For dark paper.
pub const DARK: Theme = Theme {
    paper: "#1a1b1b",
    ink: "#e9ecec",
    ink_2: "#b7bbbb",
    ink_3: "#999e9e",
    line: "#323534",
    line_strong: "#707676",
    sunken: "#232525",
    accent: "#29bbbb",
    accent_ink: "#57d4d4",
    accent_wash: "#183231",
};

/// For a drawing inside the page; elsewhere it is light.
pub const PAGE: Theme = Theme {
    paper: "var(--panel, #fdfefe)",
    ink: "var(--ink, #1c2020)",
    ink_2: "var(--ink-2, #4c5151)",
    ink_3: "var(--ink-3, #626767)",
    line: "var(--line, #d7dada)",
    line_strong: "var(--line-strong, #828787)",
    sunken: "var(--sunken, #f0f1f1)",
    accent: "var(--accent, #009a9b)",
    accent_ink: "var(--accent-ink, #006667)",
    accent_wash: "var(--accent-wash, #e1f4f3)",
};
