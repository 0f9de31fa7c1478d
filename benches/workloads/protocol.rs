//! How a workload is measured and reported.
use std::time::Instant;

/// One step; its result is there when it returns.
pub type Step = Box<dyn FnMut()>;

/// A named workload and how to build its step.
pub struct Workload {
    pub name: String,
    build: Box<dyn Fn() -> Step>,
}

impl Workload {
    pub fn new(name: impl Into<String>, build: impl Fn() -> Step + 'static) -> Workload {
        Workload {
            name: name.into(),
            build: Box::new(build),
        }
    }
}

/// The command line.
pub struct Args {
    pub threads: usize,
    pub reps: usize,
    pub rep_seconds: f64,
    pub list: bool,
    patterns: Vec<String>,
    started: Instant,
}

impl Args {
    pub fn parse() -> Args {
        let started = Instant::now();
        let mut a = Args {
            threads: 1,
            reps: 7,
            rep_seconds: 0.15,
            list: false,
            patterns: vec![],
            started,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || -> f64 {
                let value = words.next().and_then(|v| v.parse().ok());
                value.unwrap_or_else(|| usage(&format!("{word} wants a number")))
            };
            match word.as_str() {
                "--threads" => a.threads = (number() as usize).max(1),
                "--reps" => a.reps = (number() as usize).max(1),
                "--rep-seconds" => a.rep_seconds = number(),
                "--list" => a.list = true,
                _ if word.starts_with("--") => usage(&format!("unknown flag {word}")),
                _ => a.patterns.push(word),
            }
        }
        a
    }

    pub fn selected(&self, name: &str) -> bool {
        self.list
            || self
                .patterns
                .iter()
                .any(|p| matches(p.as_bytes(), name.as_bytes()))
    }
}

fn usage(mistake: &str) -> ! {
    eprintln!(
        "{mistake}\nusage: workloads [--threads N] [--reps N] [--rep-seconds S] [--list] NAME..."
    );
    std::process::exit(2)
}

/// `*` and literal characters.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), more) => {
            matches(rest, name) || more.is_some_and(|(_, name)| matches(pattern, name))
        }
        (Some((a, pattern)), Some((b, name))) => a == b && matches(pattern, name),
        _ => false,
    }
}

/// Builds, warms up, repeats, and prints one JSON line.
pub fn measure(args: &Args, w: &Workload) {
    let begun = Instant::now();
    let startup = begun.duration_since(args.started).as_secs_f64();
    let mut step = (w.build)();
    step();
    let cold = startup + begun.elapsed().as_secs_f64();
    let (warm_up, mut steps) = (Instant::now(), 0);
    while steps < 2 || warm_up.elapsed().as_secs_f64() < 0.3 {
        step();
        steps += 1;
    }
    let each = warm_up.elapsed().as_secs_f64() / f64::from(steps);
    let inner = (args.rep_seconds / each).ceil().max(1.0);
    let reps = if each < 1.0 {
        args.reps
    } else {
        args.reps.min(5)
    };
    let mut rates: Vec<f64> = (0..reps).map(|_| rate(&mut step, inner as usize)).collect();
    rates.sort_by(f64::total_cmp);
    let median = (rates[(reps - 1) / 2] + rates[reps / 2]) / 2.0;
    let line = serde_json::json!({
        "workload": w.name, "framework": "d2l", "mode": d2l::runtime::simd_level(),
        "threads": args.threads, "unit": unit(&w.name),
        "median": median, "min": rates[0], "max": rates[reps - 1], "reps": reps, "inner": inner,
        "step_ms": 1e3 / median, "peak_rss_mb": peak_rss_mb(), "cold_start_s": cold,
    });
    println!("{line}");
}

fn rate(step: &mut Step, inner: usize) -> f64 {
    let begun = Instant::now();
    (0..inner).for_each(|_| step());
    inner as f64 / begun.elapsed().as_secs_f64()
}

fn unit(name: &str) -> &'static str {
    match name {
        _ if name.contains("epoch") => "epochs/s",
        _ if name.contains(".job") => "jobs/s",
        _ => "steps/s",
    }
}

/// The process's high-water mark; 0 where the system does not tell.
fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM"));
    let kb = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}
