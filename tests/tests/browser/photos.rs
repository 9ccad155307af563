//! Photos of a study as visitors have them: in an archive, with tables, in folders that are chosen or dropped. However
//! they come, the same photos are the same dataset.

use crate::browser::{Browser, Wish, visit};
use crate::mosaics::{Place, enter, place};
use crate::runs::share;
use crate::server::Server;
use image::codecs::jpeg::JpegEncoder;
use serde_json::json;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::Member;
use tessera_core::experiment::link;
use tessera_core::experiment::subject::Draw;
use tessera_core::experiment::{Dataset, Mosaics, Subject};
use tessera_tests::{bytes, root};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A small photo by a formula, another one for every number.
pub fn picture(number: u32) -> Vec<u8> {
    let wave = |place: u32, step: u32| (((place * step + number * 37) % 64) * 4) as u8;
    let pixels = image::RgbImage::from_fn(96, 96, |x, y| image::Rgb([wave(x, 1), wave(y, 2), wave(x + y, 3)]));
    let mut file = vec![];
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(&pixels).expect("memory takes it");
    file
}

/// Photos in the folders of two classes, and the classes that these are.
const FILES: [(&str, usize); 4] =
    [("Egyptian_cat/1.jpg", 285), ("Egyptian_cat/2.jpg", 285), ("espresso/1.jpg", 967), ("espresso/2.jpg", 967)];

/// Name and content of each file.
type Files = Vec<(String, Vec<u8>)>;

fn files() -> Files {
    FILES.iter().zip(1..).map(|((name, _), number)| ((*name).to_owned(), picture(number))).collect()
}

/// The digest of the dataset that files of these classes make, by core alone.
pub fn digest(files: &[(&str, &[u8], usize)]) -> String {
    let member = |(file, bytes, class): &(&str, &[u8], usize)| Member {
        file: (*file).to_owned(),
        class: *class,
        sha256: sha256(bytes),
    };
    Dataset { name: String::new(), members: files.iter().map(member).collect() }.spec().sha256
}

/// The digest of [`files`].
fn wanted() -> String {
    let files = files();
    let rows: Vec<(&str, &[u8], usize)> =
        files.iter().zip(FILES).map(|((name, bytes), (_, class))| (name.as_str(), &bytes[..], class)).collect();
    digest(&rows)
}

/// Writes files below a folder that goes with the browser.
pub fn written(browser: &Browser, folder: &str, files: &[(String, Vec<u8>)]) -> PathBuf {
    let folder = browser.folder(folder);
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the temporary folder can be written");
        std::fs::write(path, content).expect("the temporary folder can be written");
    }
    folder
}

/// Files in one archive.
pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, content) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(content).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

/// The mosaics that the place would run, as its link says them.
async fn proposed(browser: &Browser) -> Mosaics {
    let claim = link::read(&share(browser).await).expect("the page writes links that core reads");
    match claim.spec.subject {
        Subject::Mosaics(mosaics) => mosaics,
        other => panic!("the place of mosaics shares {other:?}"),
    }
}

/// Waits until mosaics of so many photos are in sight.
async fn drawn(browser: &Browser, groups: usize, mosaics: usize) -> Place {
    let what = format!("{mosaics} mosaics of {groups} classes");
    let shown = mosaics.min(12);
    place(browser, &what, |seen| (seen.groups.len(), seen.mosaics, seen.shown) == (groups, mosaics, shown)).await
}

#[test]
fn an_archive_is_the_folder_it_was_made_of_but_for_what_is_damaged() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let folder = written(browser, "loose", &files());
        browser.choose_in("#folder", &[folder]).await;
        drawn(browser, 2, 20).await;
        assert_eq!(proposed(browser).await.dataset.sha256, wanted(), "the folder is another dataset");

        browser.click("#clear-study").await;
        place(browser, "the photos are gone", |seen| seen.groups.is_empty()).await;
        let mut packed = files();
        packed.push(("espresso/3.jpg".into(), picture(9)[..200].to_vec()));
        packed.push(("__MACOSX/espresso/._1.jpg".into(), vec![0; 10]));
        let archive = written(browser, "archives", &[("photos.zip".into(), zipped(&packed))]).join("photos.zip");
        browser.choose_in("#study-files", &[archive]).await;
        let seen = place(browser, "the damaged photo is named", |seen| seen.left.contains("espresso/3.jpg")).await;
        assert!(seen.left.contains("1 file left out"), "{}", seen.left);
        assert_eq!(seen.trouble, "");
        drawn(browser, 2, 20).await;
        assert_eq!(proposed(browser).await.dataset.sha256, wanted(), "the archive is another dataset");

        let broken = written(browser, "archives", &[("cut.zip".into(), zipped(&files())[..300].to_vec())]);
        browser.choose_in("#study-files", &[broken.join("cut.zip")]).await;
        let seen = place(browser, "an archive that is cut short is told", |seen| !seen.trouble.is_empty()).await;
        assert!(seen.trouble.contains("ZIP file cannot be read") && seen.trouble.ends_with('.'), "{}", seen.trouble);
        assert_eq!((seen.groups.len(), seen.mosaics), (2, 20), "what was there is gone");
    });
}

/// A table that names classes by name, index and WordNet id, and a photo that is nowhere.
const CLASSES: &str = "file,class\nd.jpg,espresso\na.jpg,Egyptian_cat\nlost.jpg,espresso\nb.jpg,285\nc.jpg,n07920052\n";

#[test]
fn a_table_says_classes_and_order_and_a_photo_that_is_missing_is_told() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let mut files: Files =
            ["a", "b", "c", "d", "e"].iter().zip(1..).map(|(n, i)| (format!("{n}.jpg"), picture(i))).collect();
        files.push(("classes.csv".into(), CLASSES.into()));
        let folder = written(browser, "photos", &files);
        let path = |name: &str| folder.join(name);
        // The table comes first: photos that come later find their rows.
        browser.choose_in("#study-files", &["classes.csv", "a.jpg", "b.jpg", "c.jpg", "e.jpg"].map(path)).await;
        let seen = place(browser, "what is missing is told", |seen| seen.left.contains("3 files left out")).await;
        for name in ["d.jpg", "e.jpg", "lost.jpg"] {
            assert!(seen.left.contains(name), "{name} is not told: {}", seen.left);
        }
        browser.choose_in("#study-files", &[path("d.jpg")]).await;
        let seen = drawn(browser, 2, 20).await;
        assert!(seen.left.contains("2 files left out") && !seen.left.contains("d.jpg"), "{}", seen.left);
        assert!(seen.left.contains("lost.jpg: the table names it, but it is not here: bring it too"), "{}", seen.left);
        let content = |name: &str| &files.iter().find(|file| file.0 == name).expect("a file").1[..];
        let rows = [("d.jpg", 967), ("a.jpg", 285), ("b.jpg", 285), ("c.jpg", 967)];
        let rows = rows.map(|(name, class)| (name, content(name), class));
        assert_eq!(proposed(browser).await.dataset.sha256, digest(&rows), "another dataset, or another order");
    });
}

/// The first rows of a table that the FAccT 2024 study's own script wrote (tests/golden/mosaics/make.py).
fn study_table(rows: usize) -> String {
    let golden: serde_json::Value =
        serde_json::from_slice(&bytes(root().join("tests/golden/mosaics/tables.json"))).expect("the golden tables");
    let table = golden[0]["table"].as_str().expect("a table");
    table.lines().take(1 + rows).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_studys_table_of_mosaics_is_taken_and_says_the_classes_of_its_photos() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let table = study_table(3);
        let names = table.lines().skip(1).flat_map(|line| line.split(',').skip(1).take(4));
        let mut files: Files = names.zip(1..).map(|(name, number)| (name.to_owned(), picture(number))).collect();
        assert_eq!(files.len(), 12, "a photo stands twice in {table}");
        let (missing, content) = files.pop().expect("a last photo");
        files.push(("mosaics.csv".into(), table.clone().into_bytes()));
        let folder = written(browser, "photos", &files);
        let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
        browser.choose_in("#study-files", &paths).await;
        let seen =
            place(browser, "three mosaics, two of them whole", |seen| (seen.mosaics, seen.shown) == (3, 2)).await;
        let class = |label: &str| (label.to_owned(), format!("class {label}"));
        assert_eq!(seen.groups, [class("281"), class("817")], "the table's labels are the classes");
        let told = browser.text(".mosaics-grid .fault").await;
        assert_eq!(told, format!("{missing} is not among the photos: bring it too."));

        let late = written(browser, "late", &[(missing.clone(), content.clone())]).join(&missing);
        browser.choose_in("#study-files", &[late]).await;
        let seen = place(browser, "all three are whole", |seen| seen.shown == 3).await;
        assert_eq!(seen.framed, 2, "{seen:#?}");
        let mosaics = proposed(browser).await;
        assert_eq!(mosaics.draw, Draw::Table { sha256: sha256(table.as_bytes()) });
        assert_eq!((mosaics.dataset.photos, mosaics.dataset.classes), (12, 2));

        let odd = written(browser, "odd", &[("odd.csv".into(), table.replace(",281\n", ",5\n").into())]);
        browser.choose_in("#study-files", &[odd.join("odd.csv")]).await;
        let seen = place(browser, "a table that contradicts itself is told", |seen| !seen.trouble.is_empty()).await;
        assert!(seen.trouble.starts_with("odd.csv: ") && seen.trouble.contains("no cell shows"), "{}", seen.trouble);
    });
}

/// Drags files or a folder from outside the browser onto the page and lets go of them there.
async fn drop_from_outside(browser: &Browser, path: &Path) {
    for kind in ["dragEnter", "dragOver", "drop"] {
        let data = json!({ "items": [], "files": [path.to_string_lossy()], "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": 800, "y": 400, "data": data });
        browser.command("Input.dispatchDragEvent", event).await;
    }
}

#[test]
fn a_folder_is_dropped_with_all_that_is_in_it_and_names_that_two_classes_have_are_asked() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let names = [
            "n02124075/1.jpg",
            "n02124075/2.jpg",
            "deep/crane/1.jpg",
            "deep/crane/2.jpg",
            "maillot/1.jpg",
            "maillot/2.jpg",
        ];
        let mut files: Files = names.iter().zip(1..).map(|(name, i)| ((*name).to_owned(), picture(i))).collect();
        files.push(("maillot/notes.txt".into(), b"not a photo".to_vec()));
        let folder = written(browser, "set", &files);
        drop_from_outside(browser, &folder).await;
        let read = |seen: &Place| seen.groups.len() == 3 && !seen.why.is_empty();
        let seen = place(browser, "the folder's photos are grouped and read", read).await;
        let tag = |label: &str, tag: &str| (label.to_owned(), tag.to_owned());
        assert_eq!(
            seen.groups,
            [tag("crane", "2 classes"), tag("maillot", "2 classes"), tag("n02124075", "class 285")]
        );
        assert!(seen.left.contains("set/maillot/notes.txt"), "{}", seen.left);
        assert_eq!(
            browser.text(".note.ask").await,
            "2 classes have to be named: choose them below, or leave them out."
        );
        assert!(seen.why.contains("one class"), "{}", seen.why);

        for (label, class) in [("crane", 134), ("maillot", 639)] {
            browser.click(&format!(".group[data-label={label}] .pick-class")).await;
            browser.click(&format!(".group[data-label={label}] .option[data-class='{class}']")).await;
        }
        let seen = drawn(browser, 3, 30).await;
        assert!(seen.groups.contains(&tag("crane", "class 134")), "{:?}", seen.groups);
        // The other crane, after all.
        browser.click(".group[data-label=crane] .pick-class").await;
        let field = ".group[data-label=crane] input[type=search]";
        browser.click(field).await;
        browser.enter("crane").await;
        browser.click(".group[data-label=crane] .option[data-class='517']").await;
        place(browser, "it is the machine now", |seen| seen.groups.contains(&tag("crane", "class 517"))).await;
        drawn(browser, 3, 30).await;
        let class = |name: &str| {
            if name.contains("crane") {
                517
            } else if name.contains("maillot") {
                639
            } else {
                285
            }
        };
        let mut rows: Vec<(&str, &[u8], usize)> =
            files[..6].iter().map(|(name, bytes)| (name.as_str(), &bytes[..], class(name))).collect();
        rows.sort_unstable_by_key(|row| row.0);
        assert_eq!(proposed(browser).await.dataset.sha256, digest(&rows));
    });
}
