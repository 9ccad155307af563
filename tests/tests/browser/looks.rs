//! How the page looks: at three widths, light and dark, nothing is cut off, nothing sticks out. The pictures are kept.

use crate::browser::{Browser, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde_json::{Value, json};

/// Widths and heights of a phone, a tablet and a screen.
pub const SIZES: [(u32, u32); 3] = [(390, 844), (800, 1000), (1600, 1000)];

/// What opens over the page: at which size, by which button, its name, and a script that shows more of it.
const OPENED: [((u32, u32), &str, &str, &str); 13] = [
    (SIZES[0], ".sheet", "sheet", ""),
    (SIZES[0], ".top button.chip", "device", ""),
    (SIZES[2], "#class-search", "search", ""),
    (SIZES[0], ".chip.network", "models", ""),
    (SIZES[1], ".chip.network", "models", ""),
    (SIZES[2], ".chip.network", "models", ""),
    (SIZES[0], ".chip.network", "models-form", FORM),
    (SIZES[2], ".chip.network", "models-form", FORM),
    (SIZES[2], ".chip.network", "models-catalogue", "document.querySelector('#kept').scrollIntoView()"),
    (SIZES[0], "#add-method", "methods", PICKED),
    (SIZES[1], "#add-method", "methods", PICKED),
    (SIZES[2], "#add-method", "methods", ""),
    (SIZES[2], "#add-method", "methods-form", PICKED),
];

/// Unfolds what is folded in the drawer and brings it to sight.
const FORM: &str = "document.querySelectorAll('.drawer details').forEach(e => e.open = true);
    document.querySelector('#preprocessing').scrollIntoView()";

/// Takes a preset, unfolds the form of one of its methods and brings it to sight.
const PICKED: &str = "document.querySelector('[data-preset=facct24]').click();
    const method = document.querySelector('.method[data-id=smoothgrad]');
    if (!method.classList.contains('open')) method.querySelector('.link').click();
    method.scrollIntoView()";

/// Finds what sticks out of the window, is cut off, or can not be read.
const FAULTS: &str = r#"
const faults = [];
const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (typeof e.className === 'string' && e.className ? '.' + e.className.trim().replace(/\s+/g, '.') : '')
    + ' "' + e.textContent.replace(/\s+/g, ' ').trim().slice(0, 40) + '"';
const root = document.scrollingElement;
if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} px wide in a window of ${innerWidth} px`);
const hides = (e, axis) => { for (let p = e.parentElement; p && p !== root; p = p.parentElement) {
    const style = getComputedStyle(p);
    if (style['overflow' + axis] !== 'visible' || style.clipPath !== 'none') return true;
} return false; };
for (const e of document.body.querySelectorAll('*')) {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest('.vh, svg')) continue;
    const r = e.getBoundingClientRect();
    if (r.width === 0 || r.height === 0) continue;
    if ((r.right > innerWidth + 1 || r.left < -1) && !hides(e, 'X')) faults.push(`${name(e)} reaches from ${Math.round(r.left)} to ${Math.round(r.right)} of ${innerWidth} px`);
    const style = getComputedStyle(e);
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const ends = style.textOverflow === 'ellipsis' || ['auto', 'scroll'].includes(style.overflowX);
    if (words && style.overflowX !== 'visible' && !ends && e.scrollWidth > e.clientWidth + 1) faults.push(`${name(e)} is cut off: ${e.scrollWidth} px in ${e.clientWidth} px`);
    if (words && style.textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth < e.scrollWidth * 0.6)
        faults.push(`${name(e)} is squeezed: ${e.clientWidth} px for ${e.scrollWidth}`);
    if (words && parseFloat(style.fontSize) < 10) faults.push(`${name(e)} is set in ${style.fontSize}`);
}
const layer = e => e.closest('.status, .top, .sheet, .drawer > header, .picker > footer, .picker h3, .picker .presets, .picker .all, [popover], .classes') ?? document.body;
const over = document.querySelector(':popover-open, .classes');
const lines = [];
for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode();) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || e.closest('.vh, svg, .pic, option') || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (over && !over.contains(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = e.closest('.drop, .b, .chip, .card, .note, li, section, fieldset, label')?.getBoundingClientRect();
    const own = getComputedStyle(e).overflowX === 'visible' ? null : e.getBoundingClientRect();
    for (const whole of range.getClientRects()) {
        const [left, right] = own ? [Math.max(whole.left, own.left), Math.min(whole.right, own.right)] : [whole.left, whole.right];
        const r = { left, right, top: whole.top, bottom: whole.bottom };
        if (right - left < 1) continue;
        if (box && (r.top < box.top - 2 || r.bottom > box.bottom + 2) && !hides(e, 'Y')) faults.push(`${name(e)} stands out of its box`);
        lines.push([e, r, layer(e)]);
    }
}
for (let i = 0; i < lines.length; i++) for (let j = i + 1; j < lines.length; j++) {
    const [[e, a, x], [f, b, y]] = [lines[i], lines[j]];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (x === y && e !== f && wide > 3 && high > 5) faults.push(`${name(e)} lies over ${name(f)}`);
}
for (const e of document.querySelectorAll('.classes, :popover-open')) {
    const r = e.getBoundingClientRect();
    for (let p = e.parentElement; p && p !== root && !e.matches(':popover-open'); p = p.parentElement) {
        const edge = p.getBoundingClientRect();
        if (getComputedStyle(p).overflowY !== 'visible' && r.bottom > edge.bottom + 1) faults.push(`${name(e)} is cut off at ${Math.round(edge.bottom)} of ${Math.round(r.bottom)} px`);
    }
    if (r.bottom > innerHeight + 1 || r.top < -1) faults.push(`${name(e)} reaches from ${Math.round(r.top)} to ${Math.round(r.bottom)} of ${innerHeight} px`);
}
const stage = document.querySelector('#stage')?.getBoundingClientRect();
if (stage && stage.width < Math.min(300, innerWidth * 0.7) || stage?.height < 150) faults.push(`the stage is only ${stage.width} by ${stage.height} px`);
if (stage?.top < 0 || stage?.top > innerHeight * 0.6) faults.push(`the stage begins ${stage.top} px below the top of ${innerHeight} px`);
return faults;"#;

/// Texts whose contrast with what lies behind them is below AA.
const PALE: &str = r#"
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true });
const rgba = colour => { context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data]; };
const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
const over = (a, b) => a.slice(0, 3).map((v, i) => v * a[3] / 255 + b[i] * (1 - a[3] / 255));
const behind = e => { const layers = []; for (let p = e; p; p = p.parentElement) { const c = rgba(getComputedStyle(p).backgroundColor); layers.push(c); if (c[3] === 255) break; }
    return layers.reverse().reduce((under, layer) => over(layer, under), rgba(getComputedStyle(document.documentElement).backgroundColor)[3] ? rgba(getComputedStyle(document.documentElement).backgroundColor) : [255, 255, 255]); };
const pale = [];
for (const e of document.body.querySelectorAll('*')) {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest('.vh, svg, :disabled, #stage, .coming')) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), ground = behind(e), ink = over(rgba(style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    if (ratio < (large ? 3 : 4.5) - 0.02) pale.push(`"${e.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)} : 1`);
}
return pale;"#;

pub async fn resize(browser: &Browser, (width, height): (u32, u32), theme: &str) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
    browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
    let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
    browser.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    pause(400).await;
}

fn list(value: Value) -> Vec<String> {
    value
        .as_array()
        .map(|all| all.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect())
        .unwrap_or_default()
}

/// Takes pictures of what is open at these sizes, light and dark, and gives what is wrong with how it looks.
pub async fn looked_at(browser: &Browser, name: &str, sizes: &[(u32, u32)]) -> Vec<String> {
    let mut faults = vec![];
    for size in sizes {
        for theme in ["light", "dark"] {
            resize(browser, *size, theme).await;
            browser.screenshot(&format!("{name}-{}-{theme}", size.0)).await;
            for script in [FAULTS, PALE] {
                let found = list(browser.run(script, vec![]).await);
                faults.extend(found.into_iter().map(|fault| format!("{name} {} {theme}: {fault}", size.0)));
            }
        }
    }
    faults
}

#[test]
fn nothing_is_cut_off_at_any_width() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let faults = looked_at(browser, "explain", &SIZES).await;
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}

#[test]
fn the_themes_differ() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.until("the page runs", 30, |seen| !seen.state.is_empty()).await;
        let ground = "return [document.documentElement, document.body, document.querySelector('#app')]
            .map(e => getComputedStyle(e).backgroundColor).join()";
        resize(browser, SIZES[2], "light").await;
        let light = browser.run(ground, vec![]).await;
        resize(browser, SIZES[2], "dark").await;
        let dark = browser.run(ground, vec![]).await;
        assert_ne!(light, dark, "the page looks the same in light and dark");
        browser.click("button[aria-label^=Theme]").await;
        pause(300).await;
        let by_hand = browser.run(ground, vec![]).await;
        assert_eq!(by_hand, light, "the theme button does not turn the dark page light");
    });
}

#[test]
fn what_opens_over_the_page_fits_too() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let mut faults = Vec::new();
        for (size, button, name, more) in OPENED {
            for theme in ["light", "dark"] {
                resize(browser, size, theme).await;
                browser.click(button).await;
                pause(600).await;
                browser.run(more, vec![]).await;
                pause(200).await;
                browser.screenshot(&format!("explain-{name}-{}-{theme}", size.0)).await;
                let mut found = list(browser.run(FAULTS, vec![]).await);
                found.extend(list(browser.run(PALE, vec![]).await));
                faults.extend(found.into_iter().map(|fault| format!("{name} {} {theme}: {fault}", size.0)));
                browser.press(crate::browser::ESCAPE).await;
                pause(200).await;
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}
