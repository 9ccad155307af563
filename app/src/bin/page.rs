//! Start-up of the page: says where it broke, takes the place of the words that stand without it, mounts.

use tessera_app::places::Page;
use web_sys::Document;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Puts a sentence on the page that no longer answers; what is drawn stays readable below it.
fn say_broken() -> Option<()> {
    let (document, app) = (document()?, document()?.get_element_by_id("app")?);
    let sentence = document.create_element("p").ok()?;
    sentence.set_attribute("role", "alert").ok()?;
    sentence.set_class_name("broken");
    sentence
        .set_text_content(Some("This page broke and no longer answers. Reload it; the browser's console says where."));
    app.set_attribute("data-state", "failed").ok()?;
    app.insert_before(&sentence, app.first_child().as_ref()).ok()?;
    Some(())
}

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        say_broken();
    }));
    if let Some(fallback) = document().and_then(|document| document.get_element_by_id("fallback")) {
        fallback.remove();
    }
    leptos::mount::mount_to_body(Page);
}
