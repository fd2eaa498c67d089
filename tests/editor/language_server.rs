//! The YAML language server that editors use, spoken to over its standard streams.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

/// Version of the npm package `yaml-language-server`.
const VERSION: &str = "1.25.0";

/// A running server that knows one schema for all files.
pub(crate) struct LanguageServer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    schema: String,
    last_id: u64,
    opened: u64,
}

impl Drop for LanguageServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The server, which the first test that needs it installs for all of them.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(installed);

/// Installs the server below the target folder, unless it is there; in a folder of its own until it is whole.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("yaml-language-server-{VERSION}"));
    if !folder.is_dir() {
        let begun = folder.with_extension("begun");
        std::fs::remove_dir_all(&begun).ok();
        std::fs::create_dir_all(&begun).unwrap();
        let package = format!("yaml-language-server@{VERSION}");
        let arguments = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        let output = Command::new("npm").args(arguments).arg(&begun).arg(&package).output();
        let output = output.expect("this test needs `npm`: install the packages `nodejs` and `npm`");
        assert!(output.status.success(), "npm install {package}: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::rename(&begun, &folder).unwrap();
    }
    folder.join("node_modules/yaml-language-server/bin/yaml-language-server")
}

impl LanguageServer {
    /// Starts the server; `schema` is what it holds every file to.
    pub(crate) fn start(schema: &Path) -> Self {
        let mut command = Command::new("node");
        command.arg(&*PROGRAM).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("this test needs `node`: install the package `nodejs`");
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let schema = format!("file://{}", schema.display());
        let mut server = Self { child, input, output, schema, last_id: 0, opened: 0 };
        let documents = json!({
            "completion": { "completionItem": { "documentationFormat": ["markdown"] } },
            "hover": { "contentFormat": ["markdown"] },
        });
        let capabilities = json!({ "workspace": { "configuration": true }, "textDocument": documents });
        server.request("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": capabilities }));
        server.send(&json!({ "method": "initialized", "params": {} }));
        server
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the language server ended");
            match line.trim().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Answers what the server asks of an editor; anything else is given back.
    fn serve(&mut self) -> Option<Value> {
        let message = self.receive();
        let method = message["method"].as_str().unwrap_or_default();
        assert_ne!(message["params"]["name"], "yaml.completion.error", "{message}");
        if method.is_empty() || message.get("id").is_none() {
            return Some(message);
        }
        let settings = json!({
            "schemas": { self.schema.clone(): "*.yaml" }, "validate": true, "hover": true, "completion": true,
            "schemaStore": { "enable": false },
        });
        let asked = message["params"]["items"].as_array().cloned().unwrap_or_default();
        let answers: Vec<Value> =
            asked.iter().map(|item| if item["section"] == "yaml" { settings.clone() } else { json!({}) }).collect();
        let result = if method == "workspace/configuration" { json!(answers) } else { Value::Null };
        self.send(&json!({ "id": message["id"], "result": result }));
        None
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        self.send(&json!({ "id": self.last_id, "method": method, "params": params }));
        loop {
            if let Some(message) = self.serve()
                && message["id"] == self.last_id
            {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// Opens a text; its address, and what the server says is wrong with it.
    fn open(&mut self, text: &str) -> (String, Vec<String>) {
        self.opened += 1;
        let uri = format!("file:///spec-{}.yaml", self.opened);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.send(&json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }));
        loop {
            let Some(message) = self.serve() else { continue };
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
                let found = message["params"]["diagnostics"].as_array().unwrap();
                return (uri, found.iter().map(|item| item["message"].as_str().unwrap().to_owned()).collect());
            }
        }
    }

    /// What the server says is wrong with a text.
    pub(crate) fn problems(&mut self, text: &str) -> Vec<String> {
        self.open(text).1
    }

    /// What is offered where `|` stands: label and explanation.
    pub(crate) fn completions(&mut self, marked: &str) -> Vec<(String, String)> {
        let result = self.ask("textDocument/completion", marked);
        let items = result["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| (item["label"].as_str().unwrap().to_owned(), prose(&item["documentation"]))).collect()
    }

    /// The explanation of what stands where `|` stands.
    pub(crate) fn explanation(&mut self, marked: &str) -> String {
        let result = self.ask("textDocument/hover", marked);
        prose(&result["contents"])
    }

    fn ask(&mut self, method: &str, marked: &str) -> Value {
        let (before, after) = marked.split_once('|').unwrap();
        let (uri, _) = self.open(&format!("{before}{after}"));
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().len();
        let position = json!({ "line": line, "character": character });
        self.request(method, &json!({ "textDocument": { "uri": uri }, "position": position }))
    }
}

fn prose(value: &Value) -> String {
    value.as_str().or_else(|| value["value"].as_str()).unwrap_or_default().to_owned()
}
