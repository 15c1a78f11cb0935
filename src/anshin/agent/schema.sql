-- The agent's memory. Version 1.
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- AUTOINCREMENT: a sequence number is never given out twice, even when the spool is empty again.
CREATE TABLE spool (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, body TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  refused_at REAL NOT NULL
) STRICT;
-- state: pending (journalled, not yet sure) | held | restoring | restored
CREATE TABLE items (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, path BLOB NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  dev INTEGER NOT NULL, inode INTEGER NOT NULL, metadata TEXT NOT NULL, wrapped_key BLOB NOT NULL, event TEXT NOT NULL,
  created_at REAL NOT NULL,
  restore TEXT NOT NULL DEFAULT '', target BLOB, target_dev INTEGER, target_inode INTEGER
) STRICT;
CREATE INDEX items_by_state ON items (state);
-- Files that a person put back: the watcher leaves them alone.
CREATE TABLE local_allow (
  sha256 TEXT PRIMARY KEY, item_id TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, added_at REAL NOT NULL
) STRICT;
CREATE TABLE commands (id TEXT PRIMARY KEY, body TEXT NOT NULL, answered INTEGER NOT NULL, claimed_at REAL NOT NULL) STRICT;
-- One event per state of a file: what was already said of it.
CREATE TABLE reported (path BLOB NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (path, kind)) STRICT;
