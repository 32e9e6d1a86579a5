//! A server on this machine, which notes what it is asked and answers from a list.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What a server was asked.
pub(crate) type Asked = Arc<Mutex<Vec<Question>>>;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The method and the path.
    pub(crate) line: String,
    /// The action, where a header names it.
    pub(crate) action: String,
    pub(crate) body: String,
}

impl Question {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server that gives these answers in order, each a status and a body.
pub(crate) async fn server(answers: Vec<(u16, &'static str)>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let asked = Asked::default();
    let notes = Arc::clone(&asked);
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&notes), Arc::clone(&answers)));
        }
    });
    (address, asked)
}

async fn serve(
    mut stream: TcpStream,
    notes: Asked,
    answers: Arc<Mutex<std::vec::IntoIter<(u16, &'static str)>>>,
) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let Ok(read) = stream.read(&mut buffer).await else { return };
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let headers = head.lines().filter_map(|line| line.split_once(':'));
            headers
                .into_iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
        };
        let length = header("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
        if body.len() < length {
            continue;
        }
        let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        let action =
            header("x-amz-target").and_then(|target| target.split('.').next_back()).unwrap_or_default();
        let question = Question { line, action: action.to_owned(), body: body.to_owned() };
        notes.lock().expect("nobody panicked").push(question);
        bytes.clear();
        let (status, answer) = answers.lock().expect("nobody panicked").next().unwrap_or((500, "{}"));
        // Lambda says in a header that a function failed.
        let failed =
            if answer.contains("\"errorType\"") { "x-amz-function-error: Unhandled\r\n" } else { "" };
        let response = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: r-1\r\n{failed}content-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

macro_rules! config {
    ($sdk:ident, $address:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new("eu-central-1"))
            .credentials_provider($sdk::config::Credentials::new("id", "secret", None, None, "test"))
            .retry_config($sdk::config::retry::RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url($address)
            .build()
    };
}
pub(crate) use config;
