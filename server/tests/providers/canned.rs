//! A service that gives prepared answers and keeps what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub struct Canned {
    pub url: String,
    kept: Arc<Kept>,
    served: JoinHandle<()>,
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

struct Kept {
    answers: Vec<Answer>,
    asked: Mutex<Vec<Asked>>,
}

/// What is answered to a method and a path; a path ends where its query begins, unless it names one.
pub struct Answer {
    request: &'static str,
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// `on("GET /travis/build/1", 200, "{…}")`
pub fn on(request: &'static str, status: u16, body: impl ToString) -> Answer {
    Answer { request, status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

impl Answer {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// In place of the text.
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    fn is_for(&self, asked: &Asked) -> bool {
        let (method, path) = self.request.split_once(' ').unwrap();
        let asked_path = asked.path.split('?').next().unwrap();
        method == asked.method && (path == asked.path || path == asked_path)
    }
}

impl Canned {
    /// The first answer that is meant for a request is given, each time.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Kept { answers: answers.into_iter().collect(), asked: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(kept.clone());
        let served = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { url, kept, served }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.kept.asked.lock().unwrap().clone()
    }

    pub fn only_request(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn answer(State(kept): State<Arc<Kept>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1024 * 1024).await.unwrap();
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let answer = kept.answers.iter().find(|answer| answer.is_for(&asked));
    let response = match answer {
        Some(answer) => {
            let mut response = Response::builder().status(answer.status);
            for (name, value) in &answer.headers {
                response = response.header(*name, value);
            }
            response.body(Body::from(answer.body.clone())).unwrap()
        }
        None => (StatusCode::NOT_IMPLEMENTED, format!("{} {}", asked.method, asked.path)).into_response(),
    };
    kept.asked.lock().unwrap().push(asked);
    response
}
