-- What an app has run before a release of it serves: each hook once per rollout, in a container of its own.
create table rollout_hooks (
    rollout_id    bigint not null references rollouts on delete cascade,
    position      integer not null,
    script        text not null,
    container     text not null unique,            -- the name with which it is made
    log_from      bigint not null,                 -- bytes of the log's source before its own
    state         text not null default 'made' check (state in ('made', 'started', 'ended')),
    exit_code     integer,
    out_of_memory boolean not null default false,
    last_lines    text not null default '',        -- masked
    made_at       timestamptz not null default now(),
    started_at    timestamptz,
    ended_at      timestamptz,
    primary key (rollout_id, position),
    check ((state = 'ended') = (exit_code is not null))
);
