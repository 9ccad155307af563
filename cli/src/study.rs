//! Runs a Spec unit by unit and keeps what came out on disk, so that a run goes on where it was cut off.

use crate::file::{self, unreadable};
use crate::model::Model;
use crate::run::{self, Ran};
use crate::sheet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tessera_core::experiment::record::{Failed, Line, Made, Outcome, Unit};
use tessera_core::experiment::subject::whole;
use tessera_core::experiment::{Cell, Dataset, Judge, Record, Spec, Subject};
use tessera_core::map::npy;
use tessera_core::mosaic::{Mosaic, Source};
use tessera_core::photo::{Crop, Input, Photo, PhotoFacts, decode, prepare};

/// A photo or mosaic that is to be run.
pub struct Planned {
    at: usize,
    name: String,
    /// The files, one a cell.
    files: Vec<PathBuf>,
    /// The photos of a mosaic.
    pub mosaic: Option<Mosaic>,
    /// The class it is known to show.
    truth: Option<usize>,
}

/// What a Spec is run on.
pub struct Photos {
    /// The folder of the dataset's files.
    pub folder: PathBuf,
    /// The dataset.
    pub dataset: Dataset,
    /// The table of mosaics, where the Spec draws by one.
    pub table: Option<Vec<u8>>,
}

/// All units of a Spec.
///
/// # Errors
/// One sentence where the photos are not the Spec's.
pub fn plan(spec: &Spec, photos: &Photos) -> Result<Vec<Planned>, String> {
    let path = |file: &String| photos.folder.join(file);
    match &spec.subject {
        Subject::Photo(photo) => {
            let known = photos.dataset.members.iter().find(|member| member.sha256 == photo.sha256);
            let member = known.ok_or_else(|| {
                format!("The photo of this Spec is not here: bring the file whose SHA-256 is {}.", photo.sha256)
            })?;
            let files = vec![path(&member.file)];
            Ok(vec![Planned { at: 0, name: member.file.clone(), files, mosaic: None, truth: Some(member.class) }])
        }
        Subject::Photos(wanted) => {
            let found = photos.dataset.spec();
            if found.sha256 != wanted.dataset.sha256 {
                return Err(format!(
                    "The Spec is about {}, and this is {found}: bring the same files.",
                    wanted.dataset
                ));
            }
            let planned = |(at, member): (usize, &tessera_core::experiment::dataset::Member)| {
                let (name, files) = (member.file.clone(), vec![path(&member.file)]);
                Planned { at, name, files, mosaic: None, truth: Some(member.class) }
            };
            Ok(photos.dataset.members.iter().enumerate().map(planned).collect())
        }
        Subject::Mosaics(mosaics) => {
            let drawn = mosaics.mosaics(&photos.dataset, photos.table.as_deref()).map_err(|error| error.to_string())?;
            let planned = |(at, mosaic): (usize, Mosaic)| {
                let files = mosaic.cells.iter().map(|source| path(&source.file)).collect();
                Planned { at, name: mosaic.name.clone(), files, truth: Some(mosaic.target), mosaic: Some(mosaic) }
            };
            Ok(drawn.into_iter().enumerate().map(planned).collect())
        }
    }
}

/// What is written of each mosaic beside its scores.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep {
    /// Its maps.
    pub maps: bool,
    /// Its summary sheet.
    pub sheets: bool,
}

/// A run on disk.
pub struct Study<'a> {
    model: &'a Model,
    out: PathBuf,
    /// What is written beside the record.
    keep: Keep,
    /// What came out so far.
    pub record: Record,
}

impl<'a> Study<'a> {
    /// Begins a run in a folder, or goes on with the one that is there.
    ///
    /// # Errors
    /// One sentence where the folder holds another run or cannot be written.
    pub fn open(spec: Spec, model: &'a Model, out: &Path, keep: Keep) -> Result<Study<'a>, String> {
        let record = Record::new(env!("CARGO_PKG_VERSION"), spec, &model.device);
        let mut study = Study { model, out: out.to_path_buf(), keep, record };
        file::make(out)?;
        let path = out.join("spec.json");
        match fs::read_to_string(&path) {
            Ok(text) if Spec::read(&text).is_ok_and(|known| known == study.record.spec) => study.resume()?,
            Ok(_) => return Err(format!("{} holds another run: choose another --out.", out.display())),
            Err(_) => study.write("spec.json", study.record.spec.canonical().as_bytes())?,
        }
        Ok(study)
    }

    /// Takes in what is there. A line that was cut off counts for nothing.
    fn resume(&mut self) -> Result<(), String> {
        let path = self.out.join("units.jsonl");
        if let Ok(lines) = fs::read(&path) {
            self.record.resume(&String::from_utf8_lossy(&lines));
            // A line that was cut off must not stand before what follows.
            self.write("units.jsonl", self.record.lines().as_bytes())?;
        }
        Ok(())
    }

    /// Runs one unit, unless it is there. A photo that cannot be read is kept as such.
    ///
    /// # Errors
    /// One sentence where nothing more can be run: no such method, no room on the disk.
    pub fn run(&mut self, planned: &Planned) -> Result<(), String> {
        if self.record.has(planned.at) {
            return Ok(());
        }
        let line = match self.show(planned) {
            Ok((photo, input)) => Line::Unit(Box::new(self.unit(planned, photo, &input)?)),
            Err(sentence) => {
                eprintln!("tessera: {sentence}");
                Line::Failed(Failed { at: planned.at, name: planned.name.clone(), sentence })
            }
        };
        let path = self.out.join("units.jsonl");
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(line.text().as_bytes()))
            .map_err(|error| file::unwritable(&path, &error))?;
        match line {
            Line::Unit(unit) => self.record.add(*unit),
            Line::Failed(failed) => self.record.fail(failed),
        }
        Ok(())
    }

    /// The photo or mosaic, and what the network sees of it.
    fn show(&self, planned: &Planned) -> Result<(PhotoFacts, Input), String> {
        let read = |path: &PathBuf| fs::read(path).map_err(|error| unreadable(path, &error));
        let files = planned.files.iter().map(read).collect::<Result<Vec<_>, String>>()?;
        let preprocess = &self.model.network.card.preprocess;
        let single = |crop: Crop| {
            let photo: Photo = decode(&files[0]).map_err(|error| format!("{}: {error}", planned.files[0].display()))?;
            let input = prepare(&photo, preprocess, crop);
            Ok((photo.facts, input))
        };
        match &self.record.spec.subject {
            Subject::Photo(photo) => single(photo.crop),
            Subject::Photos(photos) => single(photos.crop),
            Subject::Mosaics(mosaics) => {
                let mosaic = mosaics
                    .compose(&files)
                    .map_err(|error| format!("{}: {}", planned.files[error.cell].display(), error.why))?;
                let input = whole(&mosaic, preprocess);
                Ok((mosaic.facts, input))
            }
        }
    }

    fn unit(&self, planned: &Planned, photo: PhotoFacts, input: &Input) -> Result<Unit, String> {
        let spec = &self.record.spec;
        let seed = spec.seed.wrapping_add(planned.at as u64);
        let target = spec.target.known(planned.truth);
        let cell = Cell { input, target, scale: spec.scale, seed, methods: &spec.methods, portion: None };
        let ran = run::explain(self.model, cell)?;
        let judge = self.judge(planned);
        let outcome = |at: usize| self.outcome(planned.at, at, &ran, judge.as_ref());
        let outcomes = (0..spec.methods.len()).map(outcome).collect::<Result<Vec<_>, String>>()?;
        let cells = planned.mosaic.as_ref().map_or_else(Vec::<Source>::new, |mosaic| mosaic.cells.clone());
        let unit = ran.unit(self.model, &planned.name, photo, input);
        let unit = Unit { at: planned.at, cells, seed, outcomes, ..unit };
        if let (true, Some(mosaic)) = (self.keep.sheets, &planned.mosaic) {
            let sheet = sheet::of(&self.record, &unit, mosaic, input, &ran);
            sheet.map_or(Ok(()), |sheet| self.write(&format!("sheets/{}.svg", planned.at), &sheet))?;
        }
        Ok(unit)
    }

    /// Where relevance ought to fall, if that is known.
    fn judge(&self, planned: &Planned) -> Option<Judge> {
        let spec = &self.record.spec;
        let (Subject::Mosaics(mosaics), Some(mosaic)) = (&spec.subject, &planned.mosaic) else { return None };
        Some(Judge::of(spec, mosaics, mosaic))
    }

    fn outcome(&self, unit: usize, at: usize, ran: &Ran, judge: Option<&Judge>) -> Result<Outcome, String> {
        let map = match ran.outcome(at) {
            Ok(map) => map,
            Err(sentence) => return Ok(Outcome::Missing(sentence)),
        };
        let mut made = judge.map_or_else(|| Made::new(map, vec![]), |judge| judge.made(at, map));
        if self.keep.maps {
            let file = format!("maps/{unit}-{}.npy", self.record.names()[at]);
            self.write(&file, &npy::write(map))?;
            made.file = Some(file);
        }
        Ok(Outcome::Map(Box::new(made)))
    }

    /// Writes a file of the run.
    ///
    /// # Errors
    /// One sentence if it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        file::write(&self.out, name, bytes)
    }
}
