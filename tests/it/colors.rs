//! The colors of states, as `static/css/tokens.css` has them: readable on every ground, and told apart also by eyes that do
//! not see all of them. Color is never alone, but it has to help.

/// States and the ring of a single point of failure.
const STATES: [&str; 6] = ["calm", "busy", "hot", "sat", "down", "spof"];
const GROUNDS: [&str; 4] = ["bg", "panel", "raised", "hover"];

type Rgb = [f64; 3];

/// Linear light as eyes without one kind of cones see it (Machado, Oliveira and Fernandes 2009, severity 1).
const EYES: [(&str, [Rgb; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

/// The dark colors, and the light ones.
fn themes() -> [(&'static str, String); 2] {
    let css = include_str!("../../static/css/tokens.css");
    let (dark, light) = css.split_once(r#"[data-theme="light"]"#).expect("both themes");
    [("dark", dark.to_owned()), ("light", light.to_owned())]
}

/// Linear light of a token.
fn light(css: &str, token: &str) -> Rgb {
    let (_, rest) = css.split_once(&format!("--{token}: #")).unwrap_or_else(|| panic!("no --{token}"));
    [0, 2, 4].map(|at| {
        let value = f64::from(u8::from_str_radix(&rest[at..at + 2], 16).expect("six hex digits")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// WCAG 2.2, relative luminance and contrast ratio.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |[r, g, b]: Rgb| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// CIE 1976 L*a*b* of linear sRGB under D65.
fn lab(rgb: Rgb) -> Rgb {
    let [r, g, b] = rgb.map(|value| value.clamp(0.0, 1.0));
    let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47;
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83;
    let root = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let [x, y, z] = [x, y, z].map(root);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn seen(eye: &[Rgb; 3], color: Rgb) -> Rgb {
    eye.map(|row| row.iter().zip(color).map(|(a, b)| a * b).sum())
}

#[test]
fn the_arithmetic_is_that_of_the_standards() {
    let css = "--white: #ffffff; --black: #000000; --grey: #777777; --red: #ff0000;";
    assert!((contrast(light(css, "white"), light(css, "black")) - 21.0).abs() < 1e-9);
    // The well-known grey that just misses 4.5 : 1 on white.
    assert!((contrast(light(css, "white"), light(css, "grey")) - 4.48).abs() < 0.005);
    let [l, a, b] = lab(light(css, "red"));
    assert!((l - 53.24).abs() < 0.05 && (a - 80.1).abs() < 0.1 && (b - 67.2).abs() < 0.1, "{l} {a} {b}");
}

#[test]
fn states_and_letters_are_readable_on_every_ground() {
    for (theme, css) in themes() {
        for ground in GROUNDS {
            for token in STATES.into_iter().chain(["text", "text-2", "text-3", "accent"]) {
                let found = contrast(light(&css, token), light(&css, ground));
                assert!(found >= 4.5, "{theme}: {token} on {ground}: {found:.2}");
            }
        }
    }
}

#[test]
fn no_two_states_look_alike_to_any_eyes() {
    // About five times what is just noticed side by side (ΔE*ab of 2.3).
    const APART: f64 = 12.0;
    for (theme, css) in themes() {
        for (eye, matrix) in &EYES {
            for (index, first) in STATES.iter().enumerate() {
                for second in &STATES[index + 1..] {
                    let [a, b] = [first, second].map(|state| lab(seen(matrix, light(&css, state))));
                    let apart = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                    assert!(apart >= APART, "{theme}, {eye}: {first} and {second} are {apart:.1} apart");
                }
            }
        }
    }
}
