//! What was measured: turns of contenders at jobs, their medians, and Tessera's ratio to each peer.

use super::json;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// One forward pass.
    Forward,
    /// One forward pass and the gradient of the greatest logit at the input.
    Gradient,
}

impl Job {
    /// Its name in the talk with contenders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Gradient => "gradient",
        }
    }

    /// The job of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Forward, Self::Gradient].into_iter().find(|job| job.name() == name)
    }

    /// How far contenders' numbers may be apart, relatively: gradients are not alike where rounding flips a unit.
    fn tolerance(self) -> f64 {
        match self {
            Self::Forward => 1e-4,
            Self::Gradient => 2e-2,
        }
    }
}

/// Some passes in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// A number that all contenders must agree on.
    pub check: f64,
    /// Seconds of each pass.
    walls: Vec<f64>,
    /// Processor seconds of one pass, on average.
    cpu: Option<f64>,
}

impl Turn {
    /// Reads `CHECK SECONDS...`; `cpu` are the processor seconds of all passes together.
    pub fn read(line: &str, cpu: Option<f64>) -> Option<Self> {
        let numbers: Vec<f64> = line.split_whitespace().map(|word| word.parse().ok()).collect::<Option<_>>()?;
        let (&check, walls) = numbers.split_first().filter(|(_, walls)| !walls.is_empty())?;
        Some(Self { check, walls: walls.to_vec(), cpu: cpu.map(|cpu| cpu / walls.len() as f64) })
    }

    /// Seconds of one pass: the processor's, the clock's where it does not say.
    pub fn seconds(&self) -> f64 {
        self.cpu.or_else(|| median(self.walls.clone())).unwrap_or(f64::NAN)
    }
}

/// All turns of a contender at a job.
pub struct Series {
    /// What the contender calls itself.
    contender: String,
    /// What it did.
    job: Job,
    turns: Vec<Turn>,
}

/// A contest: contenders at the same jobs. The first one is Tessera.
pub struct Contest {
    title: String,
    series: Vec<Series>,
}

impl Contest {
    /// One without turns.
    pub fn new(title: String) -> Self {
        Self { title, series: Vec::new() }
    }

    /// Enters a turn.
    pub fn enter(&mut self, contender: &str, job: Job, turn: Turn) {
        match self.series.iter_mut().find(|series| series.contender == contender && series.job == job) {
            Some(series) => series.turns.push(turn),
            None => self.series.push(Series { contender: contender.into(), job, turns: vec![turn] }),
        }
    }

    /// Whether all contenders computed the same; a fast wrong answer is no contest.
    pub fn agrees(&self) -> Result<(), String> {
        for series in &self.series {
            let own = self.own(series.job).map_or(0.0, Series::check);
            if (series.check() - own).abs() > series.job.tolerance() * own.abs() {
                let (name, job) = (&series.contender, series.job.name());
                return Err(format!("{name} got {} for {job} where Tessera got {own}", series.check()));
            }
        }
        Ok(())
    }

    /// Tessera at that job.
    fn own(&self, job: Job) -> Option<&Series> {
        self.series.iter().find(|series| series.job == job && series.contender.starts_with("tessera"))
    }

    /// Tessera's time by that of a contender: by the clock, and by the processor.
    fn ratios(&self, series: &Series) -> (Option<f64>, Option<f64>) {
        let own = self.own(series.job);
        let wall = own.map(|own| own.wall() / series.wall());
        let cpu = own.and_then(Series::cpu).zip(series.cpu()).map(|(own, other)| own / other);
        (wall, cpu)
    }

    /// As people read it.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{:<52}{:>9}{:>9}{:>9}{:>14}{:>8}\n",
            self.title, "wall ms", "least", "cpu ms", "ratio wall", "cpu"
        );
        for series in &self.series {
            let (wall, cpu) = self.ratios(series);
            text += &format!(
                "  {:<12}{:<38}{:>9}{:>9}{:>9}{:>14}{:>8}\n",
                series.job.name(),
                series.contender,
                milliseconds(Some(series.wall())),
                milliseconds(Some(series.least())),
                milliseconds(series.cpu()),
                ratio(wall),
                ratio(cpu),
            );
        }
        text
    }

    /// As programs read it.
    pub fn json(&self) -> String {
        let rows: Vec<String> = self.series.iter().map(|series| self.row(series)).collect();
        json::object(&[("title", json::text(&self.title)), ("rows", json::list(&rows))])
    }

    fn row(&self, series: &Series) -> String {
        let (wall, cpu) = self.ratios(series);
        json::object(&[
            ("job", json::text(series.job.name())),
            ("contender", json::text(&series.contender)),
            ("wall_s", json::number(Some(series.wall()))),
            ("wall_least_s", json::number(Some(series.least()))),
            ("cpu_s", json::number(series.cpu())),
            ("ratio_wall", json::number(wall)),
            ("ratio_cpu", json::number(cpu)),
            ("turns", series.turns.len().to_string()),
        ])
    }
}

impl Series {
    fn check(&self) -> f64 {
        self.turns.first().map_or(f64::NAN, |turn| turn.check)
    }

    fn walls(&self) -> Vec<f64> {
        self.turns.iter().flat_map(|turn| turn.walls.iter().copied()).collect()
    }

    fn wall(&self) -> f64 {
        median(self.walls()).unwrap_or(f64::NAN)
    }

    fn least(&self) -> f64 {
        self.walls().into_iter().fold(f64::INFINITY, f64::min)
    }

    fn cpu(&self) -> Option<f64> {
        median(self.turns.iter().map(|turn| turn.cpu).collect::<Option<_>>()?)
    }
}

/// The middle of some numbers; none of none.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = *numbers.get(numbers.len() / 2)?;
    let lower = *numbers.get((numbers.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

fn milliseconds(seconds: Option<f64>) -> String {
    seconds.map_or("-".into(), |seconds| format!("{:.1}", seconds * 1e3))
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contest() -> Contest {
        let mut contest = Contest::new("here".into());
        contest.enter("tessera 1", Job::Forward, Turn::read("5.0 0.2 0.4", Some(0.4)).unwrap());
        contest.enter("tessera 1", Job::Forward, Turn::read("5.0 0.3 0.3", Some(0.8)).unwrap());
        contest.enter("other 2", Job::Forward, Turn::read("5.00001 0.1", Some(0.15)).unwrap());
        contest
    }

    #[test]
    fn ratios_are_of_medians() {
        let contest = contest();
        assert!(contest.agrees().is_ok());
        let (wall, cpu) = contest.ratios(&contest.series[1]);
        assert!((wall.unwrap() - 3.0).abs() < 1e-9);
        assert!((cpu.unwrap() - 2.0).abs() < 1e-9);
        assert!(contest.table().contains("3.00"));
    }

    #[test]
    fn another_answer_is_said() {
        let mut contest = contest();
        contest.enter("wrong 3", Job::Forward, Turn::read("4.9 0.1", None).unwrap());
        assert!(contest.agrees().unwrap_err().contains("wrong 3 got 4.9"));
    }

    #[test]
    fn a_line_without_times_is_no_turn() {
        assert_eq!(Turn::read("5.0", None), None);
        assert_eq!(Turn::read("five 0.1", None), None);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
