-- Logs that are no longer kept: a log begins after this chunk, and what is before it is removed a little at a time.
alter table attempts
    add column log_from integer not null default 0,
    add column log_left boolean not null default false; -- chunks before it may be there still
create index attempts_with_old_chunks on attempts (id) where log_left;
create index attempts_with_logs on attempts (ended_at) where state = 'ended' and log_from = 0 and log_chunks > 0;
