-- Times are milliseconds since 1970 in UTC. Ids are never used twice: those of users, files and attachments by
-- AUTOINCREMENT, those of rooms and messages by the table `sequences`.

CREATE TABLE users (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    -- SHA-256 of the token.
    token_hash BLOB    NOT NULL UNIQUE
);

CREATE TABLE rooms (
    id           INTEGER PRIMARY KEY,
    low_user_id  INTEGER NOT NULL REFERENCES users (id),
    high_user_id INTEGER NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    -- One dialog a pair of users.
    UNIQUE (low_user_id, high_user_id),
    CHECK (low_user_id < high_user_id)
);

-- One side of a dialog.
CREATE TABLE chats (
    user_id      INTEGER NOT NULL REFERENCES users (id),
    room_id      INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    unread_count INTEGER NOT NULL,
    -- The newest message id of any room when this side last read the dialog.
    read_up_to   INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;

CREATE INDEX chats_by_user ON chats (user_id, room_id);

CREATE TABLE files (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    name         TEXT,
    content_type TEXT,
    -- In bytes.
    size         INTEGER,
    -- The name of the content in the directory of files; NULL where there is none, as with an accounts file.
    content      TEXT
);

CREATE TABLE attachments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    type       TEXT    NOT NULL,
    file_id    INTEGER NOT NULL REFERENCES files (id),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    -- The message that it went into, and its room. They stay when those are deleted: an attachment is used once.
    room_id    INTEGER,
    message_id INTEGER
);

CREATE TABLE messages (
    id            INTEGER PRIMARY KEY,
    room_id       INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    text          TEXT    NOT NULL,
    attachment_id INTEGER REFERENCES attachments (id)
);

-- Pages of the history are walked along it.
CREATE INDEX messages_by_room ON messages (room_id, id);

-- One row: the last ids and the last time that were given out.
CREATE TABLE sequences (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    time    INTEGER NOT NULL
);

INSERT INTO sequences (one, room, message, time) VALUES (1, 0, 0, 0);
