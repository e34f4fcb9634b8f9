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
    " FROM json_each(?) p
      JOIN messages m ON m.id IN (
          SELECT id FROM messages
          WHERE room_id = p.value ->> 0 AND id < p.value ->> 1
          ORDER BY id DESC LIMIT p.value ->> 2
      )
      LEFT JOIN attachments a ON a.id = m.attachment_id
      ORDER BY p.key, m.id"
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
        json!([page.room_id, before, page.limit])
    });
    let rows: Vec<PageRow> = sqlx::query_as(PAGES).bind(json_list(wanted)?).fetch_all(pool).await?;
    let mut found = vec![Vec::new(); pages.len()];
    for row in rows {
        let page = usize::try_from(row.page).ok().and_then(|page| found.get_mut(page));
        let page = page.ok_or_else(|| StoreError::Corrupt(format!("a page {}", row.page)))?;
        page.push(row.message.into_message()?);
    }
    Ok(found)
}
