//! The items of a distributed Map that come from S3 objects, which the interpreter was given as texts.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>)

use serde_json::{Map, Value, json};

use super::{Engine, Frame};
use crate::{
    digest,
    interpreter::{
        data::Data,
        expression::{Path, Surroundings},
        fault::Fault,
        machine::{Format, Reader, ReaderResource},
    },
};

impl<'m> Engine<'m> {
    /// Reads at most so many items. The inner error is the reader's own: `States.ItemReaderFailed`.
    pub(super) fn read_items(
        &self,
        frame: &Frame<'m>,
        reader: &Reader,
        effective: &Data,
        most: usize,
    ) -> Result<Result<Vec<Value>, String>, Fault> {
        let scope = self.scope(frame, None);
        let surroundings = Surroundings::new(effective, &scope);
        let parameters = match &reader.parameters {
            Some(template) => template.value(&surroundings)?,
            None => Value::Null,
        };
        let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
        let objects = &self.settings.objects;
        let (bucket, key) = (text("Bucket"), text("Key"));
        if reader.resource == ReaderResource::ListObjects {
            let start = format!("{bucket}/{}", text("Prefix"));
            if let Some(items) = self.settings.listings.get(&start) {
                return Ok(Ok(items.iter().take(most).cloned().collect()));
            }
            let listed = objects.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
            if reader.loads {
                let mut items = Vec::new();
                for (_, text) in listed {
                    match self.parsed(reader, bucket, text, &surroundings, most) {
                        Ok(read) => items.extend(read),
                        Err(cause) => return Ok(Err(cause)),
                    }
                }
                items.truncate(most);
                return Ok(Ok(items));
            }
            let items = listed.take(most).map(|(name, text)| {
                let key = name.split_once('/').map_or(name.as_str(), |(_, key)| key);
                let digest = digest::hex("MD5", text.as_bytes()).unwrap_or_default();
                json!({
                    "Etag": format!("\"{digest}\""),
                    "Key": key,
                    "LastModified": self.scopes[0].started.as_millis() / 1_000,
                    "Size": text.len(),
                    "StorageClass": "STANDARD",
                })
            });
            return Ok(Ok(items.collect()));
        }
        let given = self.inspection().and_then(|inspection| inspection.reader_data.as_ref());
        let Some(body) = given.or_else(|| objects.get(&format!("{bucket}/{key}"))) else {
            return Ok(Err(format!("The object '{key}' of the bucket '{bucket}' does not exist.")));
        };
        let read = if reader.loads {
            self.athena_items(reader, body, &surroundings, most)
        } else {
            self.parsed(reader, bucket, body, &surroundings, most)
        };
        Ok(read.map(|mut items| {
            items.truncate(most);
            items
        }))
    }

    /// The items of one object.
    fn parsed(
        &self,
        reader: &Reader,
        bucket: &str,
        body: &str,
        around: &Surroundings<'_>,
        most: usize,
    ) -> Result<Vec<Value>, String> {
        match &reader.format {
            Format::Json => json_items(body, reader.items_pointer.as_ref(), around),
            Format::JsonLines => json_lines(body),
            Format::Csv { headers, delimiter } => Ok(csv_items(body, headers.as_deref(), *delimiter, most)),
            Format::Manifest => self.manifest_items(bucket, body, most),
            Format::Parquet => {
                Err("The interpreter does not read PARQUET; give the items as JSONL.".to_owned())
            }
        }
    }

    /// The items of the objects that a manifest of Athena names: the URI of one in each line.
    fn athena_items(
        &self,
        reader: &Reader,
        manifest: &str,
        around: &Surroundings<'_>,
        most: usize,
    ) -> Result<Vec<Value>, String> {
        let mut items = Vec::new();
        for line in manifest.lines().map(|line| line.trim().trim_matches('"')).filter(|line| !line.is_empty())
        {
            let Some((bucket, key)) = line.strip_prefix("s3://").and_then(|place| place.split_once('/'))
            else {
                return Err(format!("The manifest names '{line}', which is no object of S3."));
            };
            let Some(body) = self.settings.objects.get(&format!("{bucket}/{key}")) else {
                return Err(format!("The object '{key}' of the bucket '{bucket}' does not exist."));
            };
            items.extend(self.parsed(reader, bucket, body, around, most)?);
        }
        Ok(items)
    }

    /// The rows of the files that an inventory of S3 names.
    fn manifest_items(&self, bucket: &str, body: &str, most: usize) -> Result<Vec<Value>, String> {
        let manifest: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let schema = manifest.get("fileSchema").and_then(Value::as_str).unwrap_or("Bucket, Key");
        let headers: Vec<String> = schema.split(',').map(|name| name.trim().to_owned()).collect();
        let Some(Value::Array(files)) = manifest.get("files") else {
            return Err("The manifest has no list of files.".to_owned());
        };
        // The files are where the inventory was put, which the manifest knows by its ARN.
        let bucket = match manifest.get("destinationBucket").and_then(Value::as_str) {
            Some(destination) => destination.rsplit(':').next().unwrap_or(bucket),
            None => bucket,
        };
        let mut items = Vec::new();
        for file in files {
            let key = file.get("key").and_then(Value::as_str).unwrap_or_default();
            let Some(body) = self.settings.objects.get(&format!("{bucket}/{key}")) else {
                return Err(format!("The object '{key}' of the bucket '{bucket}' does not exist."));
            };
            items.extend(csv_items(body, Some(&headers), ',', most.saturating_sub(items.len())));
        }
        Ok(items)
    }
}

fn json_items(body: &str, pointer: Option<&Path>, around: &Surroundings<'_>) -> Result<Vec<Value>, String> {
    let value: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let value = match pointer {
        Some(path) => {
            let surroundings = Surroundings::new(&value, around.scope);
            path.find(&surroundings).map_err(|error| error.to_string())?.into_owned()
        }
        None => value,
    };
    match value {
        Value::Array(items) => Ok(items),
        _ => Err("Attempting to map over non-iterable node.".to_owned()),
    }
}

fn json_lines(body: &str) -> Result<Vec<Value>, String> {
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}

/// The rows as objects. Columns beyond the headers are cut, and those that a row lacks are empty.
fn csv_items(body: &str, headers: Option<&[String]>, delimiter: char, most: usize) -> Vec<Value> {
    let mut rows = csv_rows(body, delimiter).into_iter();
    let headers = match headers {
        Some(headers) => headers.to_vec(),
        None => rows.next().unwrap_or_default(),
    };
    rows.take(most)
        .map(|row| {
            let mut cells = row.into_iter();
            let object: Map<String, Value> = headers
                .iter()
                .map(|header| (header.clone(), Value::String(cells.next().unwrap_or_default())))
                .collect();
            Value::Object(object)
        })
        .collect()
}

/// The cells of each row. A cell in quotes may have delimiters, line ends and doubled quotes.
fn csv_rows(body: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                if cell.ends_with('\r') {
                    cell.pop();
                }
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other if other == delimiter && !quoted => row.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    // An empty line is no row.
    rows.retain(|row| row.len() > 1 || row.iter().any(|cell| !cell.is_empty()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_keep_delimiters_and_line_ends() {
        let rows = csv_rows("a,b\r\n\"x,\"\"y\"\"\n\", z\n", ',');
        assert_eq!(rows, [vec!["a", "b"], vec!["x,\"y\"\n", " z"]]);
    }

    #[test]
    fn the_last_line_needs_no_end_and_an_empty_line_is_no_row() {
        assert_eq!(csv_rows("a\n\nb", ','), [["a"], ["b"]]);
        assert_eq!(csv_rows("a,b\nc,", ','), [["a", "b"], ["c", ""]]);
    }

    #[test]
    fn rows_take_the_shape_of_the_headers() {
        let items = csv_items("a,b\n1,2,3\n4\n,,,\n", None, ',', 10);
        assert_eq!(
            items,
            [json!({"a": "1", "b": "2"}), json!({"a": "4", "b": ""}), json!({"a": "", "b": ""})]
        );
    }
}
