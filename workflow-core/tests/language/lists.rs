//! Lists and iterators.

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    count: u32,
    tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Asked {
    skus: Vec<String>,
    many: Vec<Line>,
    tags: Vec<Vec<String>>,
    total: u32,
    any: bool,
    all: bool,
    found: Option<Line>,
    last: Option<u32>,
    listed: bool,
    reversed: Vec<u32>,
    doubled: Option<u32>,
}

#[workflow]
async fn asked(lines: Vec<Line>, limit: u32) -> Result<Asked, PlatformError> {
    let many: Vec<Line> = lines.iter().filter(|line| line.count > limit).cloned().collect();
    let counts: Vec<u32> = lines.iter().map(|Line { count, .. }| *count).collect();
    let labels: Vec<String> = lines.iter().map(|line| format!("{}x{}", line.count, line.sku)).collect();
    send(format!("{} lines", lines.len())).await?;
    Ok(Asked {
        skus: labels,
        total: counts.iter().sum::<u32>() + many.iter().map(|line| line.count * limit).sum::<u32>(),
        tags: lines.iter().map(|line| line.tags.clone()).collect(),
        any: lines.iter().any(|line| line.tags.iter().any(|tag| tag.is_empty() || *tag == line.sku)),
        all: lines.iter().all(|line| line.count > 0),
        found: lines.iter().find(|line| line.sku == "b").cloned(),
        last: counts.last().copied(),
        listed: counts.contains(&limit) || lines.iter().any(|line| line.sku.contains("zz")),
        reversed: counts.into_iter().rev().collect(),
        doubled: lines.first().map(|line| line.count * 2),
        many,
    })
}

#[tokio::test]
async fn lists_are_asked_as_in_rust() {
    snapshot!(asked);
    let line = |sku: &str, count, tags: &[&str]| Line {
        sku: sku.to_owned(),
        count,
        tags: tags.iter().map(ToString::to_string).collect(),
    };
    let run = |lines: Vec<Line>| testing().run(asked(lines, 2));
    let all = run(vec![line("a", 1, &["a", "x"]), line("b", 3, &["y"]), line("zz", 2, &[])])
        .await
        .output()
        .unwrap();
    assert_eq!(all.skus, ["1xa", "3xb", "2xzz"]);
    assert_eq!((all.total, all.any, all.all, all.listed), (12, true, true, true));
    assert_eq!((all.found.map(|line| line.count), all.last), (Some(3), Some(2)));
    assert_eq!(all.doubled, Some(2));
    let one = run(vec![line("b", 3, &["y"])]).await.output().unwrap();
    assert_eq!(
        (one.skus.len(), one.many.len(), one.tags, one.reversed),
        (1, 1, vec![vec!["y".to_owned()]], vec![3])
    );
    let none = run(vec![]).await.output().unwrap();
    assert_eq!((none.total, none.any, none.all, none.last, none.doubled), (0, false, true, None, None));
}

#[pure]
fn large(lines: &[Line], limit: u32) -> Vec<Line> {
    lines.iter().filter(|line| line.count > limit).cloned().collect()
}

#[pure]
fn first_tag(one: &Line, other: &Line, is_one: bool) -> Option<String> {
    let chosen = if is_one { one } else { other };
    chosen.tags.first().cloned()
}

#[workflow]
async fn ends(
    lines: Vec<Line>,
    one: Line,
    other: Line,
    limit: u32,
) -> Result<(u32, bool, bool), PlatformError> {
    let last = match lines.last() {
        Some(line) => line.count,
        None => return Ok((0, false, false)),
    };
    let is_tagged = first_tag(&one, &other, limit == 0).is_some();
    Ok((last, large(&lines, limit).last().is_some(), is_tagged))
}

#[tokio::test]
async fn whether_there_is_an_end_is_asked_of_the_list() {
    snapshot!(ends);
    let line = |count, tags: &[&str]| Line {
        sku: "a".to_owned(),
        count,
        tags: tags.iter().map(ToString::to_string).collect(),
    };
    let run = |lines: Vec<Line>, limit| testing().run(ends(lines, line(1, &[]), line(2, &["x"]), limit));
    let two = || vec![line(1, &[]), line(2, &[])];
    assert_eq!(run(two(), 0).await.output().unwrap(), (2, true, false));
    assert_eq!(run(two(), 2).await.output().unwrap(), (2, false, true));
    assert_eq!(run(vec![], 0).await.output().unwrap(), (0, false, false));
}

#[workflow]
async fn ends_alike(numbers: Vec<u32>) -> (bool, bool) {
    (numbers.first() == numbers.last(), numbers.iter().copied().reduce(|sum, number| sum + number) == Some(6))
}

#[tokio::test]
async fn what_a_condition_gives_is_compared_as_a_whole() {
    snapshot!(ends_alike);
    let run = |numbers: &[u32]| testing().run(ends_alike(numbers.to_vec()));
    assert_eq!(run(&[]).await.output().unwrap(), (true, false));
    assert_eq!(run(&[6]).await.output().unwrap(), (true, true));
    assert_eq!(run(&[1, 5]).await.output().unwrap(), (false, true));
    assert_eq!(run(&[2, 3, 2]).await.output().unwrap(), (true, false));
}
