//! What `&mut` lends: parts of lists and maps that are changed where they stand.

use super::*;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Bucket {
    count: u64,
    names: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Lines {
    lines: Vec<Line>,
    first: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    cents: i64,
}

#[workflow]
async fn lent(
    mut lines: Lines,
    names: Vec<String>,
) -> (Lines, BTreeMap<String, Bucket>, BTreeMap<String, (u64, i64)>) {
    let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
    let mut totals = BTreeMap::new();
    for name in &names {
        let bucket = buckets.entry(name.to_lowercase()).or_default();
        bucket.count += 1;
        if !bucket.names.contains(name) {
            bucket.names.push(name.clone());
        }
        let (count, sum) = totals.entry(name.clone()).or_insert((0, 0));
        *count += 1;
        *sum -= 2;
        let _ = send(format!("{count} of {name}")).await;
    }
    for line in lines.lines.iter_mut() {
        line.cents = line.cents.abs();
        if line.cents > 99 {
            let _ = send(line.sku.clone()).await;
            line.cents /= 2;
        }
    }
    for (place, line) in lines.lines.iter_mut().enumerate() {
        line.sku = format!("{place}:{}", line.sku);
    }
    for (line, name) in lines.lines.iter_mut().zip(&names) {
        line.sku.push_str(name);
    }
    if let Some(line) = lines.lines.iter_mut().find(|line| line.cents > 10) {
        line.cents -= 10;
        let Line { sku, .. } = line;
        sku.push('!');
    } else {
        lines.lines.push(Line { sku: "new".to_string(), cents: 1 });
    }
    if let Some(last) = lines.lines.last_mut() {
        last.cents += 1;
    }
    for bucket in buckets.values_mut() {
        bucket.count *= 2;
    }
    for (name, bucket) in &mut buckets {
        bucket.names.push(name.to_uppercase());
    }
    match totals.get_mut("a") {
        Some((count, sum)) if *count > 1 => *sum += *count as i64,
        Some(total) => *total = (9, 9),
        None => {
            totals.insert("none".to_string(), (0, 1));
        }
    }
    let mut visited = 0;
    names.iter().filter(|name| name.len() > 1).for_each(|name| visited += name.len() as i64);
    let first = *lines.first.get_or_insert(visited);
    totals.entry("sum".to_string()).and_modify(|(count, _)| *count += 1).or_insert_with(|| (1, first));
    let Some(sum) = totals.get_mut("sum") else {
        return (lines, buckets, totals);
    };
    sum.1 += 100;
    (lines, buckets, totals)
}

#[pure]
fn runs(text: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for letter in text.chars() {
        match runs.last_mut() {
            Some((last, count)) if *last == letter => *count += 1,
            _ => runs.push((letter, 1)),
        }
    }
    runs
}

#[workflow]
async fn runs_of(text: String) -> Vec<(char, usize)> {
    runs(&text)
}

#[tokio::test]
async fn parts_are_lent() {
    snapshot!(lent);
    snapshot!(runs_of);
    let ran = testing().run(runs_of("aab".into())).await;
    assert_eq!(ran.output().unwrap(), [('a', 2), ('b', 1)]);
    let line = |sku: &str, cents| Line { sku: sku.into(), cents };
    let lines = Lines { lines: vec![line("x", -300), line("y", 5)], first: None };
    let names = ["a", "A", "a", "bc"].map(String::from).to_vec();
    let (lines, buckets, totals) = testing().run(lent(lines, names)).await.output().unwrap();
    assert_eq!(lines, Lines { lines: vec![line("0:xa!", 140), line("1:yA", 6)], first: Some(2) });
    assert_eq!(buckets["a"], Bucket { count: 6, names: vec!["a".into(), "A".into(), "A".into()] });
    assert_eq!((totals["a"], totals["sum"]), ((2, -2), (1, 102)));
}
