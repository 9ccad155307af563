//! How runs are written: digests, times, methods with their settings.

use crate::state::order::title;
use js_sys::{Date, Object, Reflect};
use tessera_core::experiment::MethodSpec;
use tessera_core::undefined::Told;

/// A digest by its ends: `5d0a…91c3`.
pub fn ends(digest: &str) -> String {
    let letters: Vec<char> = digest.chars().collect();
    if letters.len() < 12 {
        return digest.into();
    }
    let part = |some: &[char]| some.iter().collect::<String>();
    format!("{}…{}", part(&letters[..4]), part(&letters[60.min(letters.len() - 4)..]))
}

/// A moment, in milliseconds since 1970, as people write it.
pub fn moment(milliseconds: f64) -> String {
    let options = Object::new();
    for (name, value) in [("day", "numeric"), ("month", "short"), ("hour", "2-digit"), ("minute", "2-digit")] {
        // A browser that does not take the options writes the moment its own way.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&milliseconds.into()).to_locale_string("en-GB", &options).into()
}

/// A method and what is set of it: "SmoothGrad, samples 32".
pub fn method(spec: &MethodSpec) -> String {
    let settings = spec.settings.0.iter().map(|(id, value)| format!(", {} {value}", id.replace('-', " ")));
    format!("{}{}", title(&spec.id), settings.collect::<String>())
}

/// Methods in one line.
pub fn methods(specs: &[MethodSpec]) -> String {
    specs.iter().map(method).collect::<Vec<_>>().join("; ")
}

/// A score as it is written in tables.
pub fn told(told: Told) -> String {
    match told {
        Told::Number(number) => signed(number, 4, false),
        Told::Undefined(_) => "n/a".into(),
    }
}

/// A number with so many decimals and a true minus sign.
pub fn signed(number: f64, decimals: usize, plus: bool) -> String {
    let size = format!("{:.decimals$}", number.abs());
    let zero = size.chars().all(|c| c == '0' || c == '.');
    match number {
        _ if zero => size,
        n if n < 0.0 => format!("\u{2212}{size}"),
        _ if plus => format!("+{size}"),
        _ => size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_digests_are_short() {
        let digest = "5d0a0000000000000000000000000000000000000000000000000000000091c3";
        assert_eq!((ends(digest).as_str(), ends("ab").as_str()), ("5d0a…91c3", "ab"));
        assert_eq!(ends(&format!("{digest}-2")), "5d0a…91c3-2");
        assert_eq!(
            (signed(-0.00001, 4, true), signed(0.5, 2, true), signed(-0.5, 2, false)),
            ("0.0000".into(), "+0.50".into(), "\u{2212}0.50".into())
        );
        let mut spec = MethodSpec::plain("smoothgrad");
        spec.settings.0.insert("samples".into(), 32.0.into());
        assert_eq!(method(&spec), "SmoothGrad, samples 32");
    }
}
