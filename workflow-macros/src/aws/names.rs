//! How the names of AWS's models are spelt in Step Functions: as in the AWS SDK for Java.

/// `DescribeExecution` as `describeExecution`.
pub(super) fn camel_case(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// `DBInstanceIdentifier` as `DbInstanceIdentifier`, `Secrets Manager` as `SecretsManager`.
pub(super) fn pascal_case(name: &str) -> String {
    words(name)
        .iter()
        .map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters.map(|c| c.to_ascii_lowercase())).collect::<String>()
        })
        .collect()
}

/// `DBInstanceIdentifier` as `db_instance_identifier`.
pub(super) fn snake_case(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// The name of an error: `NoSuchKey` is `NoSuchKeyException`, `DBInstanceNotFoundFault` is
/// `DbInstanceNotFoundException`.
pub(super) fn exception(shape: &str) -> String {
    match shape.strip_suffix("Fault") {
        Some(rest) => format!("{}Exception", pascal_case(rest)),
        None if shape.ends_with("Exception") => pascal_case(shape),
        None => format!("{}Exception", pascal_case(shape)),
    }
}

/// The words of a name: a word begins at a capital after a small letter, at the last capital of
/// several before a small letter, and after a number.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (place, character) in characters.iter().copied().enumerate() {
        if !character.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let next = characters.get(place + 1);
        let starts = word.chars().last().is_some_and(|previous| {
            (previous.is_ascii_lowercase()
                && character.is_ascii_uppercase()
                && next.is_some_and(char::is_ascii_alphanumeric))
                || (previous.is_ascii_uppercase()
                    && character.is_ascii_uppercase()
                    && next.is_some_and(char::is_ascii_lowercase)
                    && !(next == Some(&'v') && characters.get(place + 2).is_some_and(char::is_ascii_digit)))
                || (previous.is_ascii_digit() && character.is_ascii_alphabetic())
                || is_version(&word, character, next)
        });
        if starts {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// `v2` after capitals: `SESv2`.
fn is_version(word: &str, character: char, next: Option<&char>) -> bool {
    character == 'v'
        && word.len() > 1
        && word.chars().all(|character| !character.is_ascii_lowercase())
        && next.is_some_and(char::is_ascii_digit)
}

/// The name that is most like another, if there is one that is like it.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let found = known.map(|known| (distance(&wanted, &known.to_lowercase()), known)).min()?;
    let begins = found.1.to_lowercase().starts_with(&wanted) && wanted.len() * 3 > found.1.len();
    (found.0 <= 1 + name.len() / 5 || begins).then_some(found.1)
}

/// How many letters must be put in, taken out, replaced or swapped with the next.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_in_the_sdk_for_java() {
        for (model, spelt) in [
            ("DBInstanceIdentifier", "DbInstanceIdentifier"),
            ("ETag", "ETag"),
            ("SSEKMSKeyId", "SsekmsKeyId"),
            ("stateMachineArn", "StateMachineArn"),
            ("DynamoDB", "DynamoDb"),
            ("Secrets Manager", "SecretsManager"),
            ("SFN", "Sfn"),
            ("SESv2", "SesV2"),
            ("EC2", "Ec2"),
            ("EventBridge", "EventBridge"),
        ] {
            assert_eq!(pascal_case(model), spelt);
        }
        assert_eq!(exception("NoSuchKey"), "NoSuchKeyException");
        assert_eq!(exception("DBInstanceNotFoundFault"), "DbInstanceNotFoundException");
        assert_eq!(camel_case("DescribeDBInstances"), "describeDBInstances");
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("qurey", ["query", "scan"].into_iter()), Some("query"));
        assert_eq!(nearest("banana", ["query", "scan"].into_iter()), None);
    }
}
