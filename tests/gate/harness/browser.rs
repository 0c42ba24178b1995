//! A browser without a screen: keeps cookies by host, follows nothing by itself, fills in forms.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use url::Url;

/// What came back: read once, asked often.
#[derive(Debug, Clone)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

/// A form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: Url,
    pub method: Method,
    pub fields: Vec<(String, String)>,
    pub text: String,
}

#[derive(Debug)]
pub struct Browser {
    client: reqwest::Client,
    /// Cookies by host (ports share them, as in browsers) and name.
    jar: Mutex<BTreeMap<(String, String), String>>,
    headers: HeaderMap,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

/// Resolves every name to this machine.
#[derive(Debug)]
pub struct Loopback;

impl reqwest::dns::Resolve for Loopback {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let address: Box<dyn Iterator<Item = std::net::SocketAddr> + Send> =
            Box::new(std::iter::once(([127, 0, 0, 1], 0).into()));
        Box::pin(std::future::ready(Ok(address)))
    }
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(std::sync::Arc::new(Loopback))
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .unwrap()
}

impl Browser {
    pub fn new() -> Self {
        Self::sharing(client())
    }

    /// A browser that shares its connections, not its cookies.
    pub fn sharing(client: reqwest::Client) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            "accept",
            HeaderValue::from_static("text/html,application/xhtml+xml"),
        );
        headers.insert(
            "user-agent",
            HeaderValue::from_static("Mozilla/5.0 (test) Firefox/140.0"),
        );
        Self {
            client,
            jar: Mutex::default(),
            headers,
        }
    }

    pub async fn get(&self, url: impl AsRef<str>) -> Page {
        self.send(Method::GET, Url::parse(url.as_ref()).unwrap(), None, &[])
            .await
    }

    pub async fn get_with(&self, url: impl AsRef<str>, headers: &[(&'static str, &str)]) -> Page {
        self.send(
            Method::GET,
            Url::parse(url.as_ref()).unwrap(),
            None,
            headers,
        )
        .await
    }

    pub async fn post(&self, url: impl AsRef<str>, fields: &[(&str, &str)]) -> Page {
        self.post_with(url, fields, &[]).await
    }

    pub async fn post_with(
        &self,
        url: impl AsRef<str>,
        fields: &[(&str, &str)],
        headers: &[(&'static str, &str)],
    ) -> Page {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.send(
            Method::POST,
            Url::parse(url.as_ref()).unwrap(),
            Some(fields),
            headers,
        )
        .await
    }

    /// Goes where a redirect leads; one step.
    pub async fn follow(&self, page: &Page) -> Page {
        self.get(page.location()).await
    }

    /// Follows redirects until a page rests.
    pub async fn rest(&self, mut page: Page) -> Page {
        for _ in 0..20 {
            if !page.status.is_redirection() {
                return page;
            }
            page = self.follow(&page).await;
        }
        panic!("redirects without end, last at {}", page.url);
    }

    /// Opens an address and follows redirects until a page rests.
    pub async fn visit(&self, url: impl AsRef<str>) -> Page {
        let page = self.get(url).await;
        self.rest(page).await
    }

    /// Submits a form with further fields, such as the button pressed.
    pub async fn submit(&self, form: &Form, more: &[(&str, &str)]) -> Page {
        let mut fields = form.fields.clone();
        for (name, value) in more {
            fields.retain(|(key, _)| key != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        if form.method == Method::GET {
            let mut url = form.action.clone();
            url.query_pairs_mut().extend_pairs(&fields);
            return self.send(Method::GET, url, None, &[]).await;
        }
        let origin = form.action.origin().ascii_serialization();
        self.send(
            Method::POST,
            form.action.clone(),
            Some(fields),
            &[("origin", &origin)],
        )
        .await
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        form: Option<Vec<(String, String)>>,
        more: &[(&'static str, &str)],
    ) -> Page {
        let mut headers = self.headers.clone();
        if let Some(cookies) = self.cookie_header(&url) {
            headers.insert("cookie", HeaderValue::from_str(&cookies).unwrap());
        }
        for (name, value) in more {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let mut request = self.client.request(method, url.clone()).headers(headers);
        if let Some(form) = form {
            request = request.form(&form);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        self.keep(&url, &headers);
        let text = response.text().await.unwrap_or_default();
        Page {
            url,
            status,
            headers,
            text,
        }
    }

    fn keep(&self, url: &Url, headers: &HeaderMap) {
        let host = url.host_str().unwrap().to_owned();
        let mut jar = self.jar.lock().unwrap();
        for cookie in headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, flags) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let flags = flags.to_ascii_lowercase();
            if flags.contains("max-age=0") || value.is_empty() {
                jar.remove(&(host.clone(), name.to_owned()));
            } else {
                jar.insert((host.clone(), name.to_owned()), value.to_owned());
            }
        }
    }

    fn cookie_header(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?;
        let jar = self.jar.lock().unwrap();
        let pairs: Vec<String> = jar
            .iter()
            .filter(|((of, _), _)| of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The cookies of a host.
    pub fn cookies(&self, host: &str) -> Vec<(String, String)> {
        let jar = self.jar.lock().unwrap();
        jar.iter()
            .filter(|((of, _), _)| of == host)
            .map(|((_, name), value)| (name.clone(), value.clone()))
            .collect()
    }

    pub fn cookie(&self, host: &str, name: &str) -> Option<String> {
        self.jar
            .lock()
            .unwrap()
            .get(&(host.to_owned(), name.to_owned()))
            .cloned()
    }

    pub fn set_cookie(&self, host: &str, name: &str, value: &str) {
        self.jar
            .lock()
            .unwrap()
            .insert((host.to_owned(), name.to_owned()), value.to_owned());
    }

    pub fn forget_cookie(&self, host: &str, name: &str) {
        self.jar
            .lock()
            .unwrap()
            .remove(&(host.to_owned(), name.to_owned()));
    }
}

impl Page {
    /// Where a redirect leads.
    pub fn location(&self) -> Url {
        let location = self
            .headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("no redirect: {} {}\n{}", self.status, self.url, self.text));
        self.url.join(location.to_str().unwrap()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A parameter of the address that a redirect leads to.
    pub fn location_parameter(&self, name: &str) -> Option<String> {
        self.location()
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Names of the cookies that were set (not removed).
    pub fn sets_cookies(&self) -> Vec<String> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap())
            .filter(|text| !text.to_ascii_lowercase().contains("max-age=0"))
            .map(|text| text.split('=').next().unwrap().to_owned())
            .collect()
    }

    /// The forms of the page, in order.
    pub fn forms(&self) -> Vec<Form> {
        self.text
            .split("<form")
            .skip(1)
            .map(|rest| {
                let (tag, rest) = rest.split_once('>').unwrap();
                let inner = rest.split("</form").next().unwrap();
                let action = attribute(tag, "action").filter(|action| !action.is_empty());
                let action = action.map_or_else(
                    || self.url.clone(),
                    |action| self.url.join(&action).unwrap(),
                );
                let post = attribute(tag, "method")
                    .is_some_and(|method| method.eq_ignore_ascii_case("post"));
                let fields = inner.split("<input").skip(1).filter_map(|input| {
                    let tag = input.split('>').next().unwrap();
                    let kind = attribute(tag, "type").unwrap_or_default();
                    let skipped = matches!(kind.as_str(), "submit" | "checkbox" | "radio");
                    (!skipped).then_some(())?;
                    Some((
                        attribute(tag, "name")?,
                        attribute(tag, "value").unwrap_or_default(),
                    ))
                });
                Form {
                    action,
                    method: if post { Method::POST } else { Method::GET },
                    fields: fields.collect(),
                    text: inner.to_owned(),
                }
            })
            .collect()
    }

    /// The form that has a button or field of this name (and value).
    pub fn form_with(&self, name: &str, value: Option<&str>) -> Form {
        let has = |form: &Form| {
            let named = form.text.contains(&format!("name=\"{name}\""));
            named && value.is_none_or(|value| form.text.contains(&format!("value=\"{value}\"")))
        };
        self.forms().into_iter().find(has).unwrap_or_else(|| {
            panic!(
                "no form with {name}={value:?} on {} {}\n{}",
                self.status, self.url, self.text
            )
        })
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag
        .find(&format!(" {name}=\""))
        .or_else(|| tag.find(&format!("\n{name}=\"")))?;
    let value = tag[at + name.len() + 3..].split('"').next()?;
    Some(
        value
            .replace("&#x2F;", "/")
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}
