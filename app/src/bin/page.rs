//! Start-up of the page: says where it broke, takes the place of the words that stand without it, mounts.

use tessera_app::places::Page;

fn main() {
    console_error_panic_hook::set_once();
    let fallback = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("fallback"));
    if let Some(fallback) = fallback {
        fallback.remove();
    }
    leptos::mount::mount_to_body(Page);
}
