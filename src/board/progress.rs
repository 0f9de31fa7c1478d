//! How far the training is: a bar in a terminal, plain lines elsewhere.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar moves at most.
const GAP: Duration = Duration::from_millis(50);
const BAR: &str = "{prefix} {wide_bar} {pos}/{len} {elapsed}";

/// Tells on stderr how far a training is: in a terminal by a bar that moves with the batches, and
/// by one line for each finished epoch, terminal or not.
///
/// ```
/// use d2l::board::Progress;
///
/// let mut progress = Progress::new(true, 3);
/// for epoch in 0..3 {
///     progress.epoch(epoch, 32);
///     for _ in 0..32 {
///         progress.tick(); // a few nanoseconds
///     }
///     assert_eq!(progress.position(), 32);
///     progress.end_epoch("train_loss 0.1"); // epoch 1/3: train_loss 0.1 (0.0 s)
/// }
/// progress.finish();
/// ```
#[derive(Debug)]
pub struct Progress {
    output: Output,
    epoch: usize,
    total_epochs: usize,
    started: Instant,
    done: u64,
    /// The count at which the clock is asked next.
    check_at: u64,
    /// How many ticks lie between two looks at the clock.
    stride: u64,
    checked: Instant,
}

enum Output {
    Off,
    Lines(Box<dyn Write + Send + Sync>),
    Bar(ProgressBar),
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Output::Off => "Off",
            Output::Lines(_) => "Lines",
            Output::Bar(_) => "Bar",
        })
    }
}

impl Progress {
    /// Progress of `total_epochs` epochs; silent unless `enabled`.
    pub fn new(enabled: bool, total_epochs: usize) -> Self {
        Self::with_output(Output::choose(enabled), total_epochs)
    }

    fn with_output(output: Output, total_epochs: usize) -> Self {
        let now = Instant::now();
        Progress {
            output,
            epoch: 0,
            total_epochs,
            started: now,
            done: 0,
            check_at: u64::MAX,
            stride: 1,
            checked: now,
        }
    }

    /// Starts epoch `epoch`, counted from 0, of `batches` batches.
    pub fn epoch(&mut self, epoch: usize, batches: usize) {
        (self.epoch, self.done) = (epoch, 0);
        if matches!(self.output, Output::Off) {
            return;
        }
        self.started = Instant::now();
        if let Output::Bar(bar) = &self.output {
            bar.set_length(batches as u64);
            bar.set_prefix(self.name());
            bar.reset();
            (self.check_at, self.checked) = (self.stride, self.started);
        }
    }

    /// One batch more is done. The clock is asked so seldom that the shortest step does not
    /// notice.
    #[inline]
    pub fn tick(&mut self) {
        self.done += 1;
        if self.done >= self.check_at {
            self.look_at_clock();
        }
    }

    /// How many batches of this epoch are done.
    pub fn position(&self) -> u64 {
        self.done
    }

    /// Moves the bar when it is time, and aims at a few looks per move.
    #[cold]
    fn look_at_clock(&mut self) {
        let now = Instant::now();
        let passed = now - self.checked;
        if passed >= GAP {
            self.checked = now;
            if let Output::Bar(bar) = &self.output {
                bar.set_position(self.done);
            }
        }
        self.stride = if passed < GAP / 4 {
            (2 * self.stride).min(1 << 16)
        } else {
            (self.stride / 2).max(1)
        };
        self.check_at = self.done + self.stride;
    }

    /// Ends the epoch: one line with its number, `summary` and the time it took.
    pub fn end_epoch(&mut self, summary: &str) {
        if matches!(self.output, Output::Off) {
            return;
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let line = format!("{}: {summary} ({seconds:.1} s)", self.name());
        match &mut self.output {
            Output::Off => {}
            Output::Bar(bar) => bar.println(line),
            // A closed stderr is no reason to stop training.
            Output::Lines(out) => drop(writeln!(out, "{line}")),
        }
    }

    /// Removes the bar; the lines of the epochs stay.
    pub fn finish(&mut self) {
        if let Output::Bar(bar) = &self.output {
            bar.finish_and_clear();
        }
        self.check_at = u64::MAX;
    }

    fn name(&self) -> String {
        let digits = self.total_epochs.to_string().len();
        format!("epoch {:digits$}/{}", self.epoch + 1, self.total_epochs)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Output {
    fn choose(enabled: bool) -> Output {
        if !enabled {
            Output::Off
        } else if io::stderr().is_terminal() {
            Output::Bar(bar())
        } else {
            Output::Lines(Box::new(io::stderr()))
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn train(output: Output) -> Progress {
        let mut progress = Progress::with_output(output, 10);
        for epoch in 0..10 {
            progress.epoch(epoch, 1000);
            (0..1000).for_each(|_| progress.tick());
            progress.end_epoch(&format!("loss {epoch}"));
        }
        progress.finish();
        progress
    }

    #[test]
    fn without_a_terminal_there_is_one_plain_line_per_epoch() {
        let screen = Screen::default();
        train(Output::Lines(Box::new(screen.clone())));
        let text = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[0], "epoch  1/10: loss 0 (0.0 s)");
        assert!(!text.contains(['\r', '\x1b']));
    }

    #[test]
    fn the_clock_is_asked_seldom() {
        let hidden = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let progress = train(Output::Bar(hidden));
        assert_eq!(progress.position(), 1000);
        assert!(progress.stride >= 64, "{}", progress.stride);
    }

    #[test]
    fn silence_counts_too() {
        assert_eq!(train(Output::Off).position(), 1000);
    }
}
