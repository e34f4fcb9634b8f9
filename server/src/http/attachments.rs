//! `POST /attachments` and `GET /attachments/{id}` (D14). The bearer token alone says who the user is: tokens are
//! unique.

use std::time::Instant;

use axum::{
    Json,
    body::Bytes,
    extract::{
        ConnectInfo, Multipart, Path, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chat_spec::types::{AttachmentId, Date, File, FileId, RoomId, User};
use serde::Serialize;
use tokio::time::{sleep, timeout};

use super::{failure::HttpError, files::Content, routes::HttpState};
use crate::{net::ConnectionHandle, store::NewUpload};

/// The answer to an upload: the only place where a `File` is seen. The attachment has no room before it is sent.
#[derive(Serialize)]
struct Uploaded {
    file: File,
    attachment: UnsentAttachment,
}

/// An attachment that is in no message yet.
#[derive(Serialize)]
struct UnsentAttachment {
    id: AttachmentId,
    r#type: String,
    file_id: FileId,
    room_id: Option<RoomId>,
    created_at: Date,
}

/// The longest type and file name that are kept, in bytes.
const LONGEST_NAME: usize = 255;

/// Stores a file, and makes an attachment of it that its uploader may send once.
pub(super) async fn upload(
    State(state): State<HttpState>,
    ConnectInfo(client): ConnectInfo<ConnectionHandle>,
    headers: HeaderMap,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, HttpError> {
    let user = authorised(&state, &client, &headers).await?;
    let _place = state.uploads.take(user.id).await.map_err(|error| HttpError::unavailable(&error))?;
    let form = form.map_err(|_| HttpError::bad_request("expected a multipart form with a field `file`"))?;
    let form = timeout(state.upload_time, read_form(form)).await.map_err(|_| HttpError::TooSlow)?;
    let Form { content, name, content_type, kind } = form?;
    if content.len() > state.upload_bytes {
        return Err(HttpError::TooLarge);
    }
    let kind = kind.unwrap_or_else(|| kind_of(&content_type).to_owned());
    let size = content.len() as u64;
    let content = state.files.put(content).await.map_err(|error| HttpError::unavailable(&error))?;
    let upload = NewUpload { user_id: user.id, kind: kind.clone(), name, content_type, size, content };
    let stored = state.store.add_upload(&upload, state.clock.now()).await;
    let (file, id) = stored.map_err(|error| HttpError::unavailable(&error))?;
    let attachment =
        UnsentAttachment { id, r#type: kind, file_id: file.id, room_id: None, created_at: file.created_at };
    Ok((StatusCode::CREATED, Json(Uploaded { file, attachment })).into_response())
}

/// Gives the file of an attachment to those who may have it. For everybody else there is none (SEC-3).
pub(super) async fn download(
    State(state): State<HttpState>,
    ConnectInfo(client): ConnectInfo<ConnectionHandle>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let user = authorised(&state, &client, &headers).await?;
    let id = id.parse::<u64>().ok().and_then(|id| AttachmentId::try_from(id).ok()).ok_or(HttpError::NotFound)?;
    let found = state.store.download(id, user.id).await.map_err(|error| HttpError::unavailable(&error))?;
    let found = found.ok_or(HttpError::NotFound)?;
    let content = state.files.get(found.content.as_deref().ok_or(HttpError::NotFound)?).await;
    let Content { length, body } = content.map_err(|error| HttpError::unavailable(&error))?;
    let content_type = found.content_type.and_then(|value| HeaderValue::try_from(value).ok());
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_LENGTH, length.into()),
        (header::CONTENT_DISPOSITION, disposition(found.name.as_deref())),
        // A file of one user's must not run as a page or script in the browser of the other.
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, body).into_response())
}

async fn authorised(state: &HttpState, client: &ConnectionHandle, headers: &HeaderMap) -> Result<User, HttpError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or(HttpError::Unauthenticated)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(HttpError::Unauthenticated);
    }
    let user = state.authenticator.identify(token.trim()).await;
    if let Some(user) = user.map_err(|error| HttpError::unavailable(&error))? {
        return Ok(user);
    }
    // Guessing is as slow here as on sockets (SEC-4).
    if !state.peers.refuse(client.peer().ip(), &state.throttle, Instant::now()) {
        return Err(HttpError::Unauthenticated);
    }
    sleep(state.throttle.longest_delay).await;
    Err(HttpError::TooManyGuesses)
}

struct Form {
    content: Bytes,
    name: Option<String>,
    content_type: String,
    kind: Option<String>,
}

async fn read_form(mut form: Multipart) -> Result<Form, HttpError> {
    let (mut file, mut kind) = (None, None);
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        match field.name() {
            // Which of two is meant, nobody can tell.
            Some("file") if file.is_some() => return Err(HttpError::bad_request("`file` is there twice")),
            Some("type") if kind.is_some() => return Err(HttpError::bad_request("`type` is there twice")),
            Some("file") => file = Some(read_file(field).await?),
            Some("type") => kind = Some(field.text().await.map_err(malformed)?),
            _ => {}
        }
    }
    if kind.as_ref().is_some_and(|kind| kind.is_empty() || kind.len() > LONGEST_NAME || kind.contains('\0')) {
        return Err(HttpError::bad_request("`type` is malformed: expected 1 to 255 bytes of text"));
    }
    let (content, name, content_type) = file.ok_or(HttpError::bad_request("`file` is missing"))?;
    Ok(Form { content, name, content_type, kind })
}

async fn read_file(field: Field<'_>) -> Result<(Bytes, Option<String>, String), HttpError> {
    let name = field.file_name().filter(|name| name.len() <= LONGEST_NAME).map(str::to_owned);
    let content_type = field.content_type().filter(|value| value.len() <= LONGEST_NAME);
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    Ok((field.bytes().await.map_err(malformed)?, name, content_type))
}

fn malformed(error: MultipartError) -> HttpError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => HttpError::TooLarge,
        _ => HttpError::bad_request("the multipart form is malformed"),
    }
}

/// The type of an attachment where the uploader names none.
fn kind_of(content_type: &str) -> &'static str {
    match content_type.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "file",
    }
}

/// To be saved, not shown; with the name as RFC 6266 has it.
fn disposition(name: Option<&str>) -> HeaderValue {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encoded = name.map(|name| {
        let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        name.bytes().map(encode).collect::<String>()
    });
    let value = encoded.map(|name| format!("attachment; filename*=UTF-8''{name}"));
    value.and_then(|value| value.try_into().ok()).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsent_attachment_has_the_fields_of_a_sent_one() {
        let fields = |value: serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let file_id = FileId::try_from(2_u64).unwrap();
        let (id, created_at) = (AttachmentId::try_from(1_u64).unwrap(), Date::from_milliseconds(0));
        let room_id = RoomId::try_from(3_u64).unwrap();
        let sent = chat_spec::types::Attachment { id, r#type: "image".into(), file_id, room_id, created_at };
        let unsent = UnsentAttachment { id, r#type: "image".into(), file_id, room_id: None, created_at };
        assert_eq!(fields(serde_json::to_value(unsent).unwrap()), fields(serde_json::to_value(sent).unwrap()));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(disposition(Some("a\"\r\nb.png")), "attachment; filename*=UTF-8''a%22%0D%0Ab.png");
        assert_eq!(disposition(None), "attachment");
    }
}
