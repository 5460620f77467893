-- Long logs of attempts that have ended, each one blob with its index. Written after the blob is kept and before a
-- chunk is removed; it outlives its attempt until the blob is removed.
create table log_blobs (
    attempt_id    bigint primary key,
    digest        text not null check (digest ~ '^sha256:[0-9a-f]{64}$'),
    size          bigint not null,
    index_at      bigint not null,                 -- where in the blob its index begins
    rows_removed  boolean not null default false,  -- its log_chunks are gone
    sealed_at     timestamptz not null default clock_timestamp()
);
create index log_blobs_with_rows on log_blobs (attempt_id) where not rows_removed;
create index attempts_with_long_logs on attempts (id) where state = 'ended' and log_bytes > 1048576;
