//! Pages of the history by keyset, all of a batch in one statement.

use chat_spec::types::{MAX_ID, Message};
use serde_json::json;
use sqlx::{FromRow, SqlitePool};

use super::rows::{MessageRow, json_list, message_columns};
use crate::{
    domain::chat::history::Page,
    store::{Result, StoreError},
};

const PAGES: &str = concat!(
    "SELECT p.key AS page, ",
    message_columns!(),
    " FROM json_each(?1) p
      JOIN messages m ON m.id IN (
          SELECT id FROM messages
          WHERE room_id = p.value ->> 0 AND id < p.value ->> 1
          ORDER BY id DESC LIMIT ?2
      )
      LEFT JOIN attachments a ON a.id = m.attachment_id
      ORDER BY p.key, m.id DESC"
);

#[derive(FromRow)]
struct PageRow {
    page: i64,
    #[sqlx(flatten)]
    message: MessageRow,
}

pub(super) async fn pages(pool: &SqlitePool, pages: &[Page]) -> Result<Vec<Vec<Message>>> {
    let wanted = pages.iter().map(|page| {
        let before = page.before.map_or(MAX_ID + 1, u64::from);
        json!([page.room_id, before])
    });
    // LIMIT cannot depend on the page: all get as many as the largest, and the rest of the smaller ones is left out.
    let largest = pages.iter().map(|page| page.limit).max().unwrap_or_default();
    let rows: Vec<PageRow> = sqlx::query_as(PAGES).bind(json_list(wanted)?).bind(largest).fetch_all(pool).await?;
    let mut found = vec![Vec::new(); pages.len()];
    for row in rows {
        let index = usize::try_from(row.page).unwrap_or(usize::MAX);
        let (Some(page), Some(messages)) = (pages.get(index), found.get_mut(index)) else {
            return Err(StoreError::Corrupt(format!("a page {}", row.page)));
        };
        if messages.len() < page.limit as usize {
            messages.push(row.message.into_message()?);
        }
    }
    for messages in &mut found {
        messages.reverse();
    }
    Ok(found)
}
