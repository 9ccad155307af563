//! Which methods with which settings, and which steps after them: what `--method`, `--preset`, `--param` and `--steps` say
//! together.

use tessera_core::experiment::MethodSpec;
use tessera_core::map::steps::StepSpec;
use tessera_core::method::preset::{Member, PRESETS, Preset, preset};

/// A method and the name it goes by: its id, with a number where it stands there again.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Name in settings and of files.
    pub name: String,
    /// The method, and what is set of it.
    pub spec: MethodSpec,
    /// What is done to its map afterwards.
    pub steps: Vec<StepSpec>,
}

/// Puts together what was typed. Steps that were typed take the place of a preset's.
///
/// # Errors
/// If a method, a preset, a step or a parameter does not exist, or a setting does not fit.
pub fn read(
    methods: &[String],
    preset: Option<&str>,
    params: &[String],
    steps: Option<&[String]>,
) -> Result<Vec<Wish>, String> {
    let steps = steps.map(|steps| steps.iter().map(|text| step(text)).collect::<Result<Vec<_>, _>>()).transpose()?;
    let taken = |member: &Member| (MethodSpec::from(member), steps.clone().unwrap_or_else(|| member.steps()));
    let members = preset.map(of_preset).transpose()?.map_or(&[][..], |preset| preset.members);
    let single = methods.iter().map(|id| (MethodSpec::plain(id.trim()), steps.clone().unwrap_or_default()));
    let mut wishes: Vec<Wish> = Vec::new();
    for (spec, steps) in members.iter().map(taken).chain(single) {
        spec.complete().map_err(|error| error.to_string())?;
        let again = wishes.iter().filter(|wish| wish.spec.id == spec.id).count();
        let name = if again == 0 { spec.id.clone() } else { format!("{}-{}", spec.id, again + 1) };
        wishes.push(Wish { name, spec, steps });
    }
    params.iter().try_for_each(|param| set(&mut wishes, param))?;
    Ok(wishes)
}

fn of_preset(id: &str) -> Result<&'static Preset, String> {
    let known = || PRESETS.iter().map(|preset| preset.id).collect::<Vec<_>>().join(", ");
    preset(id).ok_or_else(|| format!("There is no preset called {id}: choose from {}.", known()))
}

/// Reads `clip:percentile=99`.
fn step(text: &str) -> Result<StepSpec, String> {
    let mut parts = text.trim().split(':');
    let id = parts.next().unwrap_or_default();
    let malformed = || format!("{text:?} is no step with settings: write STEP or STEP:KEY=VALUE.");
    let settings = parts.map(|part| part.split_once('=').ok_or_else(malformed)).collect::<Result<Vec<_>, _>>()?;
    StepSpec::typed(id, settings).map_err(|error| error.to_string())
}

/// Takes in one `key=value` or `name.key=value`.
fn set(wishes: &mut [Wish], text: &str) -> Result<(), String> {
    let malformed = || format!("{text:?} sets nothing: write --param KEY=VALUE or --param METHOD.KEY=VALUE.");
    let (key, value) = text.split_once('=').ok_or_else(malformed)?;
    let names = || wishes.iter().map(|wish| wish.name.clone()).collect::<Vec<_>>().join(", ");
    let (at, key) = match (key.split_once('.'), wishes.len()) {
        (Some((name, key)), _) => {
            let at = wishes.iter().position(|wish| wish.name == name);
            (at.ok_or_else(|| format!("No method here is called {name}: there is {}.", names()))?, key)
        }
        (None, 1) => (0, key),
        (None, _) => return Err(format!("Say which method {text} is for: METHOD.{text}, with one of {}.", names())),
    };
    wishes[at].spec.set(key, value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(methods: &[&str], preset: Option<&str>, params: &[&str]) -> Result<Vec<Wish>, String> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        read(&own(methods), preset, &own(params), None)
    }

    fn stepped(preset: Option<&str>, steps: &[&str]) -> Result<Vec<Wish>, String> {
        let steps: Vec<String> = steps.iter().map(|text| (*text).to_owned()).collect();
        read(&["sobel".to_owned()], preset, &[], Some(&steps))
    }

    #[test]
    fn steps_are_the_presets_unless_others_are_typed() {
        let of = |wishes: Vec<Wish>, name: &str| {
            let wish = wishes.into_iter().find(|wish| wish.name == name).unwrap();
            wish.steps.iter().map(StepSpec::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of(ask(&[], Some("facct24"), &[]).unwrap(), "smoothgrad"), ["absmax", "minmax"]);
        let typed = || stepped(Some("facct24"), &["absolute", "clip:percentile=90"]).unwrap();
        assert_eq!(of(typed(), "smoothgrad"), ["absolute", "clip percentile=90"]);
        assert_eq!(of(typed(), "sobel"), ["absolute", "clip percentile=90"]);
        assert!(stepped(None, &["clip:90"]).unwrap_err().contains("STEP:KEY=VALUE"));
        assert!(stepped(None, &["blur"]).unwrap_err().contains("no step called blur: choose from sum"));
    }

    #[test]
    fn a_setting_goes_to_the_only_method_or_to_the_one_it_names() {
        let one = ask(&["smoothgrad"], None, &["samples=8", "of=input_x_gradient"]).unwrap();
        assert_eq!(one[0].spec.settings.0["samples"], 8.0.into());
        let two = ask(&["smoothgrad", "smoothgrad"], None, &["smoothgrad-2.samples=8"]).unwrap();
        assert_eq!((two[0].name.as_str(), two[1].name.as_str()), ("smoothgrad", "smoothgrad-2"));
        assert!(two[0].spec.settings.0.is_empty() && two[1].spec.settings.0.len() == 1);
    }

    #[test]
    fn a_preset_can_be_added_to_and_changed() {
        let all = ask(&["sobel"], Some("facct24"), &["smoothgrad.samples=3"]).unwrap();
        let smooth = all.iter().find(|wish| wish.name == "smoothgrad").unwrap();
        assert_eq!(smooth.spec.settings.0["samples"], 3.0.into());
        assert_eq!(smooth.spec.settings.0["noise"], 0.2.into());
        assert_eq!(all.last().unwrap().name, "sobel");
    }

    #[test]
    fn mistakes_are_sentences() {
        let why = |methods: &[&str], preset, params: &[&str]| ask(methods, preset, params).unwrap_err();
        assert!(why(&["gradcam", "sobel"], None, &["layer=x"]).contains("METHOD.layer=x, with one of gradcam, sobel"));
        assert!(why(&["gradcam"], None, &["sobel.a=1"]).contains("No method here is called sobel"));
        assert!(why(&["gradcam"], None, &["layer"]).contains("KEY=VALUE"));
        assert!(why(&["gradcam"], None, &["steps=3"]).contains("no parameter called steps: it has layer"));
        assert!(why(&["smoothgrad"], None, &["samples=0"]).contains("SmoothGrad: The parameter samples cannot be 0"));
        assert!(why(&[], Some("icml99"), &[]).contains("choose from recommended, facct24, acml24"));
    }
}
