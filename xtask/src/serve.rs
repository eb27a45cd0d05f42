//! Serves `dist/` on the loopback interface, the way a careful host would: right types, compressed, strict policy.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io, thread};

use crate::build::{self, DIST, Effort, POLICY};
use crate::{Outcome, command};

const PORT: u16 = 8080;
/// Longest request head that is read [bytes].
const HEAD: usize = 16 << 10;

/// What `cargo xtask serve` was asked for.
pub struct Options {
    port: u16,
    base: String,
    open: bool,
    dev: bool,
}

impl Options {
    /// Reads the command line.
    pub fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut options = Options { port: PORT, base: "/".to_owned(), open: false, dev: false };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--open" => options.open = true,
                "--dev" => options.dev = true,
                "--port" => {
                    let port = arguments.next().and_then(|p| p.parse().ok());
                    options.port = port.ok_or("--port takes a number from 0 to 65535")?;
                }
                "--base" => {
                    let base = arguments.next().ok_or("--base takes a path such as /sandbox/")?;
                    options.base = format!("/{}/", base.trim_matches('/')).replace("//", "/");
                }
                other => return Err(format!("serve takes no `{other}`; see cargo xtask help")),
            }
        }
        Ok(options)
    }
}

/// Builds what changed, then serves until it is stopped.
pub fn task(options: &Options) -> Outcome {
    if options.dev {
        return build::watch(options.port, options.open);
    }
    let listener = listen(options.port)?;
    build::page(Effort::Release)?;
    let url = url(&listener, &options.base)?;
    println!("\nHeadroom is at {url}  (Ctrl+C stops it)");
    if options.open {
        open(&url);
    }
    accept(&listener, &options.base);
    Ok(())
}

/// Serves in the background on a free port for as long as the process lives, and gives the address.
pub fn in_background(base: &'static str) -> Outcome<String> {
    let listener = listen(0)?;
    let url = url(&listener, base)?;
    thread::spawn(move || accept(&listener, base));
    Ok(url)
}

fn listen(port: u16) -> Outcome<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|e| {
        format!(
            "port {port} cannot be used ({e}); choose another: cargo xtask serve --port {}",
            port.wrapping_add(1)
        )
    })
}

fn url(listener: &TcpListener, base: &str) -> Outcome<String> {
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    Ok(format!("http://127.0.0.1:{port}{base}"))
}

fn open(url: &str) {
    let opener = command::find(&["xdg-open", "open"]);
    let started = opener.map(|program| Command::new(program).arg(url).spawn().is_ok());
    if started != Some(true) {
        println!("xtask: no program was found that opens a page; open it by hand");
    }
}

fn accept(listener: &TcpListener, base: &str) {
    for stream in listener.incoming().flatten() {
        let base = base.to_owned();
        // A browser that goes away in the middle of an answer is nobody's error.
        thread::spawn(move || drop(converse(&stream, &base)));
    }
}

/// Answers request after request on one connection.
fn converse(stream: &TcpStream, base: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let reply = answer(&request, base, Path::new(DIST));
        let mut out = stream;
        out.write_all(&reply.bytes(request.method == "HEAD"))?;
    }
    Ok(())
}

/// The part of a request that matters here.
struct Request {
    method: String,
    /// Path without the query, still percent-encoded.
    path: String,
    /// Value of Accept-Encoding.
    accepts: String,
}

impl Request {
    /// Reads one request; `None` when the connection has ended.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
        let (mut first, mut accepts, mut size) = (String::new(), String::new(), 0);
        loop {
            let mut line = String::new();
            size += reader.read_line(&mut line)?;
            if line.is_empty() || size > HEAD {
                return Ok(None);
            }
            let line = line.trim_end();
            if line.is_empty() && !first.is_empty() {
                break;
            }
            match line.split_once(':') {
                _ if first.is_empty() => line.clone_into(&mut first),
                Some((name, value)) if name.eq_ignore_ascii_case("accept-encoding") => {
                    value.clone_into(&mut accepts)
                }
                _ => {}
            }
        }
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = target.split(['?', '#']).next().unwrap_or("");
        Ok(Some(Request { method: method.to_owned(), path: path.to_owned(), accepts }))
    }
}

struct Reply {
    status: &'static str,
    kind: &'static str,
    encoding: Option<&'static str>,
    location: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    fn plain(status: &'static str, text: &str) -> Reply {
        let body = text.as_bytes().to_vec();
        Reply { status, kind: "text/plain; charset=utf-8", encoding: None, location: None, body }
    }

    fn bytes(&self, head_only: bool) -> Vec<u8> {
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Security-Policy: {POLICY}\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
             Vary: Accept-Encoding\r\n",
            self.status,
            self.kind,
            self.body.len(),
        );
        if let Some(encoding) = self.encoding {
            head.push_str(&format!("Content-Encoding: {encoding}\r\n"));
        }
        if let Some(location) = &self.location {
            head.push_str(&format!("Location: {location}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

fn answer(request: &Request, base: &str, folder: &Path) -> Reply {
    if request.method != "GET" && request.method != "HEAD" {
        return Reply::plain("405 Method Not Allowed", "only GET and HEAD\n");
    }
    if format!("{}/", request.path) == base {
        return Reply { location: Some(base.to_owned()), ..Reply::plain("308 Permanent Redirect", "") };
    }
    let file = request.path.strip_prefix(base).and_then(decoded).and_then(|path| inside(folder, &path));
    match file.and_then(|file| load(&file, &request.accepts)) {
        Some((body, kind, encoding)) => Reply { status: "200 OK", kind, encoding, location: None, body },
        None => Reply::plain("404 Not Found", "there is no such file\n"),
    }
}

/// The file of a path, when it stays inside the folder; a folder stands for its index.html.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(path);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    (plain && file.is_file()).then_some(file)
}

/// Contents, type and encoding: the smallest form that the browser takes.
fn load(file: &Path, accepts: &str) -> Option<(Vec<u8>, &'static str, Option<&'static str>)> {
    let kind = kind(file);
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{ending}"));
        let accepted = accepts.split(',').any(|a| a.split(';').next().is_some_and(|a| a.trim() == encoding));
        if accepted && let Ok(body) = fs::read(&name) {
            return Some((body, kind, Some(encoding)));
        }
    }
    Some((fs::read(file).ok()?, kind, None))
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A path without its percent escapes; `None` when they are not UTF-8.
fn decoded(path: &str) -> Option<String> {
    let (mut out, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let escape = (byte == b'%').then(|| after.get(..2)).flatten();
        let value = escape.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(value.unwrap_or(byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, base: &str) -> Reply {
        let request = Request { method: "GET".to_owned(), path: path.to_owned(), accepts: String::new() };
        answer(&request, base, &crate::root().join("xtask"))
    }

    #[test]
    fn files_are_served_below_the_base_and_nowhere_else() {
        assert_eq!(get("/src/serve.rs", "/").status, "200 OK");
        assert_eq!(get("/sub/src/serve.rs", "/sub/").status, "200 OK");
        assert_eq!(get("/src/serve.rs", "/sub/").status, "404 Not Found");
        assert_eq!(get("/sub", "/sub/").location.as_deref(), Some("/sub/"));
    }

    #[test]
    fn no_path_leaves_the_folder() {
        for path in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/src/../../Cargo.toml",
            "//etc/passwd",
            "/%2fetc/passwd",
        ] {
            assert_eq!(get(path, "/").status, "404 Not Found", "{path}");
        }
    }

    #[test]
    fn a_request_is_read_from_the_wire() {
        let mut wire = &b"GET /a%20b.css?v=1 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\n\r\n"[..];
        let request = Request::read(&mut wire).expect("readable").expect("a request");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/a%20b.css"));
        assert_eq!(decoded(&request.path).as_deref(), Some("/a b.css"));
        assert_eq!(request.accepts.trim(), "gzip, br");
        assert!(Request::read(&mut wire).expect("the end").is_none());
    }
}
