-- Where a project's commits come from when people push them somewhere else.
create table project_remotes (
    project_id     bigint primary key references projects on delete cascade,
    forge          text not null
                   check (forge in ('github', 'gitlab', 'gitea', 'bitbucket', 'bitbucket_data_center', 'generic')),
    base_url       text not null,                  -- of the forge
    clone_url      text not null,
    repository     text not null default '',       -- as the forge's API names it: owner/name
    repository_id  text not null default '',       -- the forge's own, which never changes
    credential     bytea,                          -- sealed; null: none
    known_hosts    text not null default '',       -- for ssh: the server's keys, one line each
    poll_ms        integer not null default 300000 check (poll_ms >= 1000),
    adopted_at     timestamptz,                    -- since then what it had when it was connected is here
    enabled_at     timestamptz,                    -- since then it rolls out without a pipeline file
    look_at        timestamptz not null default now(), -- when its branches are compared next
    problem        text not null default '',       -- why the last look or fetch failed
    fetcher        uuid,                           -- who fetches,
    fetching_until timestamptz,                    -- and until when nobody else does
    created_at     timestamptz not null default now()
);
create index project_remotes_due on project_remotes (look_at);

-- What a forge is told of a run. The run's own rows say what it should know; this says what it knows.
create table forge_answers (
    run_id         bigint primary key references runs on delete cascade,
    project_id     bigint not null references projects on delete cascade,
    sent           text not null default '',       -- the state that the forge knows; empty: nothing
    over           boolean not null default false, -- nothing more will be sent
    fence          bigint not null default 0,
    next_at        timestamptz not null default now(),
    failures       integer not null default 0,     -- since the last success
    failing_since  timestamptz,
    problem        text not null default ''
);
create index forge_answers_due on forge_answers (next_at) where not over;
