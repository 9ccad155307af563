//! Which methods with which settings: what `--method`, `--preset` and `--param` say together.

use tessera_core::experiment::{MethodSpec, spec};
use tessera_core::method::preset::{PRESETS, preset};

/// A method and the name it goes by: its id, with a number where it stands there again.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Name in settings and of files.
    pub name: String,
    /// The method, and what is set of it.
    pub spec: MethodSpec,
}

/// Puts together what was typed.
///
/// # Errors
/// If a method, a preset or a parameter does not exist, or a setting does not fit.
pub fn read(methods: &[String], preset: Option<&str>, params: &[String]) -> Result<Vec<Wish>, String> {
    let mut specs = preset.map(of_preset).transpose()?.unwrap_or_default();
    specs.extend(methods.iter().map(|id| MethodSpec::plain(id.trim())));
    let mut wishes: Vec<Wish> = Vec::new();
    for spec in specs {
        spec.complete().map_err(|error| error.to_string())?;
        let again = wishes.iter().filter(|wish| wish.spec.id == spec.id).count();
        let name = if again == 0 { spec.id.clone() } else { format!("{}-{}", spec.id, again + 1) };
        wishes.push(Wish { name, spec });
    }
    params.iter().try_for_each(|param| set(&mut wishes, param))?;
    Ok(wishes)
}

fn of_preset(id: &str) -> Result<Vec<MethodSpec>, String> {
    let known = || PRESETS.iter().map(|preset| preset.id).collect::<Vec<_>>().join(", ");
    let found = preset(id).ok_or_else(|| format!("There is no preset called {id}: choose from {}.", known()))?;
    Ok(spec::methods(found))
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
    let wish = &mut wishes[at];
    let entry = tessera_core::method::entry(&wish.spec.id).expect("completed above");
    // What no parameter takes is told by the check below.
    let setting = entry
        .params
        .iter()
        .find(|param| param.id == key)
        .map_or_else(|| Ok(value.into()), |param| param.read(value).map_err(|why| format!("{}: {why}", entry.title)))?;
    wish.spec.settings.0.insert(key.into(), setting);
    wish.spec.complete().map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(methods: &[&str], preset: Option<&str>, params: &[&str]) -> Result<Vec<Wish>, String> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        read(&own(methods), preset, &own(params))
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
