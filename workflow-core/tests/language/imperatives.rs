//! Variables and loops in what only computes: `#[pure]` functions, and closures.

use super::*;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Tally {
    names: Vec<String>,
    counts: BTreeMap<String, u64>,
    last: Option<i64>,
    best: (i64, bool),
}

#[pure]
fn open_total(numbers: &[i64], limit: i64) -> i64 {
    let mut total = 0;
    for number in numbers {
        if *number < limit {
            total += number;
        }
    }
    total
}

#[pure]
fn several(numbers: &[i64]) -> (i64, i64, usize) {
    let (mut low, mut high) = (i64::from(i8::MAX), 0);
    let mut odd = 0;
    for (place, number) in numbers.iter().enumerate() {
        if *number > high {
            high = *number;
        } else if *number < low {
            low = *number;
        }
        match number % 2 {
            0 => continue,
            _ if place > 3 => break,
            _ => odd += 1,
        }
        low = low.min(high);
    }
    (low, high, odd)
}

#[pure]
fn first_over(numbers: &[i64], limit: i64) -> Option<i64> {
    let mut sum = 0;
    for number in numbers {
        sum += *number;
        if sum > limit {
            return Some(*number);
        }
    }
    None
}

#[pure]
fn pair_that_sums(numbers: &[i64], wanted: i64) -> Result<(i64, i64), String> {
    let mut tried = 0;
    for (place, one) in numbers.iter().enumerate() {
        for other in &numbers[place + 1..] {
            tried += 1;
            if one + other == wanted {
                return Ok((*one, *other));
            }
            if tried > 20 {
                break;
            }
        }
    }
    Err(format!("none of {tried}"))
}

#[pure]
fn parsed(words: &[String]) -> Option<Vec<i64>> {
    let mut numbers = Vec::new();
    for word in words {
        let number: i64 = word.trim().parse().ok()?;
        numbers.push(number);
    }
    numbers.sort_by(|a, b| b.cmp(a));
    Some(numbers)
}

#[pure]
fn collatz(from: u64) -> (u64, u32) {
    let (mut number, mut highest) = (from % 1000 + 1, 0);
    let mut steps = 0u32;
    while number != 1 {
        number = if number % 2 == 0 { number / 2 } else { 3 * number + 1 };
        highest = number.max(highest);
        steps += 1;
        if steps > 60 {
            break;
        }
    }
    (highest, steps)
}

#[pure]
fn worked_off(numbers: &[i64]) -> Vec<i64> {
    let mut stack = numbers.to_vec();
    let mut done = vec![];
    while let Some(top) = stack.pop() {
        if top > 9 {
            stack.push(top / 10);
        }
        done.push(top % 10);
        if done.len() > 30 {
            return done;
        }
    }
    done
}

#[pure]
fn without_doubles(text: &str) -> String {
    let mut seen = String::new();
    for letter in text.chars() {
        if !seen.contains(letter) {
            seen.push(letter);
        }
    }
    seen
}

#[pure]
impl Tally {
    fn with(mut self, name: &str, number: i64) -> Self {
        self.names.push(name.to_string());
        *self.counts.entry(name.to_string()).or_insert(0) += 1;
        let before = self.last.replace(number);
        if let Some(before) = before
            && before > number
        {
            self.best.0 = before;
        } else {
            self.best = (number, true);
        }
        self
    }
}

#[pure]
fn fibonacci(n: u32) -> u64 {
    let (mut a, mut b) = (0, 1);
    for _ in 0..n % 40 {
        (a, b) = (b, a + b);
    }
    a
}

#[pure]
fn taken(numbers: &[i64]) -> (Vec<i64>, i64, Vec<i64>) {
    let mut list = numbers.to_vec();
    let first = if list.is_empty() { 0 } else { list.remove(0) };
    let last = list.pop().unwrap_or_default();
    let Some(third) = list.pop() else {
        return (list, first + last, vec![]);
    };
    let old = std::mem::take(&mut list);
    list.push(third);
    (list, first - last, old)
}

#[workflow]
async fn imperatives(numbers: Vec<i64>, words: Vec<String>, limit: i64) -> Tally {
    let limit = limit % 10;
    let tally = Tally::default().with("a", open_total(&numbers, limit)).with("b", limit);
    let (low, high, odd) = several(&numbers);
    let squares: Vec<i64> = numbers
        .iter()
        .map(|number| {
            let mut square = number % 100;
            if square < 0 {
                square = -square;
            }
            square *= square;
            square
        })
        .collect();
    let counts: BTreeMap<String, u64> = words.iter().fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word.clone()).or_insert(0) += 1;
        counts
    });
    let _ = send(format!("{low} {high} {odd} {}", counts.len())).await;
    let (highest, steps) = collatz(high.unsigned_abs());
    let (rest, sum, old) = taken(&squares);
    let told = match pair_that_sums(&numbers, limit) {
        Ok((one, other)) => format!("{one}+{other}"),
        Err(why) => why,
    };
    tally
        .with(&told, first_over(&numbers, limit).unwrap_or(sum))
        .with(&without_doubles(&told), steps as i64)
        .with(&format!("{}", parsed(&words).unwrap_or_default().len()), (highest % 97) as i64)
        .with(&format!("{}/{}", rest.len(), old.len()), worked_off(&squares).iter().sum())
        .with(&fibonacci(steps).to_string(), low)
}

#[tokio::test]
async fn both_readings_change_alike() {
    snapshot!(imperatives);
    let executor = Executor::test().agreeing();
    let words = ["3", " 14", "-1"].map(String::from).to_vec();
    let ran = executor.run(imperatives(vec![5, 2, 9, 1, 7, 4], words, 12)).await;
    let tally = ran.output().unwrap();
    assert_eq!(tally.names, ["a", "b", "none of 15", "noe f15", "3", "1/3", "8"]);
    assert_eq!((open_total(&[5, 2, 9], 6), first_over(&[1, 2, 3], 2), fibonacci(9)), (7, Some(2), 34));
}
