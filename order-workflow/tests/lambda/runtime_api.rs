//! Lambda's runtime API on loopback: hands invocations to a function that runs as it does on AWS, and takes
//! its answers. (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>)

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// How a function answered an invocation.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// To `/response`.
    Response(Value),
    /// To `/error`.
    Error(Value),
}

/// A function that runs, and the runtime API that it asks.
pub(crate) struct Function {
    listener: TcpListener,
    child: Child,
}

/// A request of the function.
struct Request {
    method: String,
    path: String,
    body: String,
    stream: TcpStream,
}

impl Function {
    /// Starts the program as Lambda would, with these variables besides Lambda's own.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let child = Command::new(env!("CARGO_BIN_EXE_order-workflow-lambda"))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "7")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("ORDER_SEED", "1")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self { listener, child }
    }

    /// Starts the program for one task, on a database.
    pub(crate) fn of(function: &str, db: &Path) -> Self {
        Self::start(&[("WORKFLOW_FUNCTION", function), ("ORDER_DB", db.to_str().unwrap())])
    }

    /// Hands over an invocation and waits for its answer.
    pub(crate) fn invoke(&mut self, payload: &Value) -> Answer {
        let id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
        let request = self.request();
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", "/2018-06-01/runtime/invocation/next")
        );
        let headers = format!(
            "Content-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:f:7\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n"
        );
        request.answer("200 OK", &headers, &payload.to_string());
        let request = self.request();
        assert_eq!(request.method, "POST");
        let body = serde_json::from_str(&request.body).unwrap();
        let answer = match request.path.strip_prefix(&format!("/2018-06-01/runtime/invocation/{id}/")) {
            Some("response") => Answer::Response(body),
            Some("error") => Answer::Error(body),
            _ => panic!("an unknown path: {}", request.path),
        };
        request.answer("202 Accepted", "", "{\"status\":\"OK\"}");
        answer
    }

    fn request(&self) -> Request {
        let (stream, _) = self.listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let first = line();
        let mut length = 0;
        loop {
            let header = line();
            let Some((name, value)) = header.split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut words = first.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        Request { method, path, body: String::from_utf8(body).unwrap(), stream }
    }

    /// Ends the function, and gives what it wrote to its log.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.log()
    }

    /// Waits for a function that does not start, and gives its exit code and its log.
    pub(crate) fn ended(mut self) -> (i32, Vec<Value>) {
        let code = self.child.wait().unwrap().code().unwrap();
        (code, self.log())
    }

    fn log(&mut self) -> Vec<Value> {
        let mut log = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut log).unwrap();
        self.child.wait().unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A function that nobody stopped is stopped with its test.
impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Request {
    /// Answers, and closes the connection: the next request comes on one of its own.
    fn answer(mut self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        write!(
            self.stream,
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        self.stream.flush().unwrap();
    }
}
