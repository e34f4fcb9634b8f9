//! Attachments that scenarios may send: uploaded where the server takes uploads as the reference server does (D14),
//! else from the accounts file.
//!
//! Each can be sent once (ATT-4). A listed one may have been sent by an earlier run, so that a refusal of it proves
//! nothing; one that was just uploaded, or that is of an account made for this run, was not.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chat_spec::types::AttachmentId;
use reqwest::{Client as Http, Url, multipart};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::{Client, World};

/// Which attachments of a run are spoken for, and whether the server takes uploads.
#[derive(Debug, Default)]
pub(crate) struct Attachments {
    given: Mutex<HashSet<AttachmentId>>,
    takes_uploads: OnceCell<bool>,
}

/// An attachment that a user may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its id.
    pub id: AttachmentId,
    /// Its type, such as `image`.
    pub kind: String,
    /// Whether it is certain that it was never sent.
    pub unused: bool,
}

/// The part of the answer to an upload that is of use here.
#[derive(Deserialize)]
struct Uploaded {
    attachment: UploadedAttachment,
}

#[derive(Deserialize)]
struct UploadedAttachment {
    id: AttachmentId,
    r#type: String,
}

impl World {
    /// An attachment of a user's that was not offered before in this run; `None` where there are no more.
    pub async fn attachment(&self, owner: &Client) -> Option<Offered> {
        let attachments = self.subject().casting.attachments();
        let takes_uploads =
            attachments.takes_uploads.get_or_init(|| async { self.upload(owner).await.is_some() }).await;
        if *takes_uploads && let Some(uploaded) = self.upload(owner).await {
            return Some(uploaded);
        }
        let mut given = attachments.given.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = owner.account().attachments.iter().find(|listed| given.insert(listed.id))?;
        Some(Offered { id: listed.id, kind: listed.r#type.clone(), unused: self.subject().fresh })
    }

    /// Uploads a small file; `None` where the server does not take it.
    async fn upload(&self, owner: &Client) -> Option<Offered> {
        let http = Http::builder().timeout(self.patience().max).build().ok()?;
        let file = multipart::Part::bytes(&b"a file of the conformance suite"[..]).file_name("file.txt");
        let form = multipart::Form::new().text("type", "file").part("file", file.mime_str("text/plain").ok()?);
        let request = http.post(self.upload_url()?).bearer_auth(&owner.account().token).multipart(form);
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        let Uploaded { attachment } = answer.json().await.ok()?;
        Some(Offered { id: attachment.id, kind: attachment.r#type, unused: true })
    }

    fn upload_url(&self) -> Option<Url> {
        let target = &self.subject().target;
        let mut url = target.websocket_url();
        url.set_scheme(if target.is_secure() { "https" } else { "http" }).ok()?;
        url.set_query(None);
        url.set_path("/attachments");
        Some(url)
    }
}
