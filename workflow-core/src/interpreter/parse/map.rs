//! Map states: their processor, their items and what only distributed ones have.

use serde_json::Value;

use super::{Fields, Parsed, machine, number, path, template};
use crate::interpreter::{
    expression::Path,
    machine::{
        Batcher, Distributed, Format, Items, Language, Map, Reader, ReaderResource, Transformation, Writer,
    },
};

pub(super) fn map(fields: &Fields<'_>, language: Language) -> Parsed<Map> {
    let processor = match fields.object("ItemProcessor")? {
        Some(processor) => processor,
        None => fields.object("Iterator")?.ok_or_else(|| fields.missing("ItemProcessor"))?,
    };
    let config = processor.object("ProcessorConfig")?;
    let mode = match &config {
        Some(config) => config.text("Mode")?.unwrap_or("INLINE"),
        None => "INLINE",
    };
    let distributed = match mode {
        "INLINE" => None,
        "DISTRIBUTED" => Some(Distributed {
            label: fields.text("Label")?.map(str::to_owned),
            reader: fields.object("ItemReader")?.map(|reader| self::reader(&reader, language)).transpose()?,
            batcher: fields
                .object("ItemBatcher")?
                .map(|batcher| self::batcher(&batcher, language))
                .transpose()?,
            writer: fields
                .object("ResultWriter")?
                .map(|writer| self::writer(&writer, language))
                .transpose()?,
        }),
        other => {
            let message = format!("the mode `{other}` is neither `INLINE` nor `DISTRIBUTED`");
            return Err(processor.error("ProcessorConfig", message));
        }
    };
    let items = match language {
        Language::Jsonata => template(fields, language, "Items")?.map_or(Items::Input, Items::Template),
        Language::JsonPath => match fields.text("ItemsPath")? {
            None | Some("$") => Items::Input,
            Some(text) => Items::Path(path(fields, "ItemsPath", text)?),
        },
    };
    Ok(Map {
        processor: machine(&processor, language)?,
        items,
        max_concurrency: number(fields, language, "MaxConcurrency", "MaxConcurrencyPath")?,
        distributed,
        tolerated_count: number(fields, language, "ToleratedFailureCount", "ToleratedFailureCountPath")?,
        tolerated_percentage: number(
            fields,
            language,
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
        )?,
    })
}

fn parameters_name(language: Language) -> &'static str {
    match language {
        Language::JsonPath => "Parameters",
        Language::Jsonata => "Arguments",
    }
}

fn reader(fields: &Fields<'_>, language: Language) -> Parsed<Reader> {
    let arn = fields.text("Resource")?.ok_or_else(|| fields.missing("Resource"))?;
    let resource = match arn.rsplit(':').next() {
        Some("getObject") => ReaderResource::GetObject,
        Some("listObjectsV2") => ReaderResource::ListObjects,
        _ => {
            let message =
                format!("items are read with `s3:getObject` or `s3:listObjectsV2`, not with `{arn}`");
            return Err(fields.error("Resource", message));
        }
    };
    let config = fields.object("ReaderConfig")?;
    let (mut format, mut max_items, mut items_pointer, mut loads) = (Format::Json, None, None, false);
    if let Some(config) = &config {
        format = match config.text("InputType")? {
            None | Some("JSON") => Format::Json,
            Some("JSONL") => Format::JsonLines,
            Some("CSV") => csv(config)?,
            Some("MANIFEST") => Format::Manifest,
            Some("PARQUET") => Format::Parquet,
            Some(other) => {
                let message =
                    format!("`{other}` is not read here; there are JSON, JSONL, CSV, PARQUET and MANIFEST");
                return Err(config.error("InputType", message));
            }
        };
        match config.text("ManifestType")? {
            None => {}
            Some("ATHENA_DATA") => loads = true,
            Some("S3_INVENTORY") => format = Format::Manifest,
            Some(other) => {
                let message = format!("`{other}` is neither ATHENA_DATA nor S3_INVENTORY");
                return Err(config.error("ManifestType", message));
            }
        }
        match config.text("Transformation")? {
            None | Some("NONE") => {}
            Some("LOAD_AND_FLATTEN") => loads = true,
            Some(other) => {
                let message = format!("`{other}` is neither NONE nor LOAD_AND_FLATTEN");
                return Err(config.error("Transformation", message));
            }
        }
        max_items = number(config, language, "MaxItems", "MaxItemsPath")?;
        if let Some(text) = config.text("ItemsPointer")? {
            // The pointer of the specification is a JSON pointer; AWS takes paths as well.
            let path =
                if text.starts_with('/') { format!("${}", text.replace('/', ".")) } else { text.to_owned() };
            items_pointer =
                Some(Path::parse(&path).map_err(|message| config.error("ItemsPointer", message))?);
        }
    }
    let parameters = template(fields, language, parameters_name(language))?;
    Ok(Reader { resource, parameters, format, max_items, items_pointer, loads })
}

fn csv(config: &Fields<'_>) -> Parsed<Format> {
    let delimiter = match config.text("CSVDelimiter")? {
        None | Some("COMMA") => ',',
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        Some(other) => {
            let message = format!("`{other}` is none of COMMA, PIPE, SEMICOLON, SPACE and TAB");
            return Err(config.error("CSVDelimiter", message));
        }
    };
    let headers = match config.text("CSVHeaderLocation")? {
        None | Some("FIRST_ROW") => None,
        Some("GIVEN") => {
            let Some(Value::Array(headers)) = config.get("CSVHeaders") else {
                return Err(config.missing("CSVHeaders"));
            };
            Some(headers.iter().map(|header| header.as_str().unwrap_or_default().to_owned()).collect())
        }
        Some(other) => {
            let message = format!("`{other}` is neither FIRST_ROW nor GIVEN");
            return Err(config.error("CSVHeaderLocation", message));
        }
    };
    Ok(Format::Csv { headers, delimiter })
}

fn batcher(fields: &Fields<'_>, language: Language) -> Parsed<Batcher> {
    Ok(Batcher {
        max_items: number(fields, language, "MaxItemsPerBatch", "MaxItemsPerBatchPath")?,
        max_bytes: number(fields, language, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")?,
        input: template(fields, language, "BatchInput")?,
    })
}

fn writer(fields: &Fields<'_>, language: Language) -> Parsed<Writer> {
    let config = fields.object("WriterConfig")?;
    let parameters = template(fields, language, parameters_name(language))?;
    let usual = if parameters.is_some() { Transformation::None } else { Transformation::Compact };
    let (mut json_lines, mut transformation) = (false, usual);
    if let Some(config) = &config {
        json_lines = match config.text("OutputType")? {
            None | Some("JSON") => false,
            Some("JSONL") => true,
            Some(other) => {
                return Err(config.error("OutputType", format!("`{other}` is neither JSON nor JSONL")));
            }
        };
        transformation = match config.text("Transformation")? {
            None => usual,
            Some("NONE") => Transformation::None,
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            Some(other) => {
                let message = format!("`{other}` is none of NONE, COMPACT and FLATTEN");
                return Err(config.error("Transformation", message));
            }
        };
    }
    Ok(Writer { parameters, json_lines, transformation })
}
