-- The whole schema of Slipway. Times are timestamptz of the database's clock. States are closed lists.

create table instance (
    single        boolean primary key default true check (single),
    id            text not null check (id ~ '^[0-9a-f]{8}$'), -- part of every container's name and label
    created_at    timestamptz not null default now()
);
insert into instance (id) values (substr(md5(random()::text || clock_timestamp()::text), 1, 8));

-- Server processes that share this database. None is special.
create table servers (
    id            uuid primary key,
    version       text not null,
    started_at    timestamptz not null default now(),
    seen_at       timestamptz not null default now()
);

-- People and machines -------------------------------------------------------------------------

create table principals (
    id            bigint generated always as identity primary key,
    name          text not null unique,
    kind          text not null check (kind in ('operator', 'person', 'machine')),
    created_at    timestamptz not null default now(),
    disabled_at   timestamptz
);

create table projects (
    id             bigint generated always as identity primary key,
    name           text not null unique,
    default_branch text,
    latest_run     integer not null default 0,     -- number of the newest run
    latest_rollout integer not null default 0,     -- number of the newest rollout
    turn           bigint not null default 0,      -- of the attempt that was queued last; see attempts.turn
    paused         boolean not null default false,
    created_at     timestamptz not null default now(),
    created_by     bigint references principals
);

create table tokens (
    id            bigint generated always as identity primary key,
    principal_id  bigint not null references principals,
    sha256        bytea not null unique check (length(sha256) = 32),
    label         text not null,                   -- by which its owner knows it
    prefix        text not null,                   -- the first characters, for display
    scopes        text[] not null,
    project_id    bigint references projects on delete cascade, -- null: every project
    repository    text,                            -- for registry credentials: this repository only
    attempt_id    bigint,                          -- for credentials that die with an attempt
    created_at    timestamptz not null default now(),
    expires_at    timestamptz,
    revoked_at    timestamptz
);

-- One row for every trigger and every mutation; rows are never changed or removed.
create table audit (
    id            bigint generated always as identity primary key,
    at            timestamptz not null default now(),
    principal_id  bigint references principals,
    project_id    bigint,
    action        text not null,                   -- such as push, config.set, rollback
    subject       text not null,
    detail        jsonb not null default '{}'
);
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit rows are never changed or removed';
end $$;
create trigger audit_is_append_only before update or delete on audit
    for each row execute function audit_is_append_only();
create index audit_by_project on audit (project_id, id);

-- Where things run ----------------------------------------------------------------------------

create table runners (
    id            bigint generated always as identity primary key,
    name          text not null unique,
    kind          text not null check (kind in ('docker', 'kubernetes')),
    slots         integer not null check (slots > 0), -- attempts at once
    created_at    timestamptz not null default now()
);

create table targets (
    id            bigint generated always as identity primary key,
    name          text not null unique,
    runner_id     bigint not null references runners,
    created_at    timestamptz not null default now()
);

-- The operator's map from environments to targets; the pipeline file never says it.
create table environment_targets (
    project_id    bigint references projects on delete cascade, -- null: every project without a row of its own
    environment   text,                                         -- null: every environment
    target_id     bigint not null references targets,
    unique nulls not distinct (project_id, environment)
);

-- What arrives --------------------------------------------------------------------------------

-- One row for each ref of a push (or each webhook); committed before anything moves.
create table deliveries (
    id            uuid primary key,
    kind          text not null check (kind in ('push', 'webhook', 'message', 'manual')),
    push_id       uuid not null,                   -- the refs of one push share it
    atomic        boolean not null default false,
    project_id    bigint not null references projects on delete cascade,
    principal_id  bigint references principals,
    ref           text not null,
    old_commit    text,                            -- null: the ref did not exist
    new_commit    text,                            -- null: the ref is deleted
    options       text[] not null default '{}',
    hook_id       bigint,
    body_mac      bytea,
    state         text not null default 'received'
                  check (state in ('received', 'planned', 'settled')),
    gated         boolean,                         -- true: the ref moves when the run succeeds
    result        text check (result in ('moved', 'refused', 'none')),
    reason        text,                            -- why it was refused or starts no run
    received_at   timestamptz not null default now(),
    settled_at    timestamptz
);
create index deliveries_open on deliveries (received_at) where state <> 'settled';
create index deliveries_by_push on deliveries (push_id);
create unique index deliveries_webhook_once on deliveries (hook_id, body_mac) where kind = 'webhook';

-- Runs ----------------------------------------------------------------------------------------

create table runs (
    id                bigint generated always as identity primary key,
    project_id        bigint not null references projects on delete cascade,
    number            integer not null,
    delivery_id       uuid unique references deliveries,
    trigger           text not null
                      check (trigger in ('push', 'pull-request', 'tag', 'schedule', 'manual', 'retry')),
    cause             text not null default '',    -- for people: 'config set LOG_LEVEL', 'rollback to #3'
    ref               text not null,
    commit            text not null,
    subject           text not null default '',    -- first line of the commit message
    author            text not null default '',
    principal_id      bigint references principals,
    source_trust      text not null default 'trusted' check (source_trust in ('trusted', 'fork')),
    approved_commit   text,
    definition        text,                        -- the text of .slipway.yml; null: none, derived
    definition_sha256 bytea,
    problems          jsonb not null default '[]', -- of the definition: [{line, column, path, message, remedy}]
    notes             jsonb not null default '[]', -- what was found and why, one line each
    state             text not null default 'running'
                      check (state in ('running', 'finishing', 'ended')),
    outcome           text check (outcome in ('succeeded', 'skipped', 'failed', 'errored', 'cancelled')),
    reason            text,                        -- one sentence: what decided the outcome
    finishing_server  uuid,                        -- who does what follows the last job's end,
    finishing_until   timestamptz,                 -- and until when nobody else does
    created_at        timestamptz not null default now(),
    ended_at          timestamptz,
    unique (project_id, number)
);
create index runs_open on runs (id) where state <> 'ended';
create index runs_newest on runs (project_id, number desc);

create table jobs (
    id            bigint generated always as identity primary key,
    run_id        bigint not null references runs on delete cascade,
    project_id    bigint not null references projects on delete cascade,
    position      integer not null,
    name          text not null,
    kind          text not null check (kind in ('check', 'image', 'rollout')),
    app           text,                            -- image and rollout
    environment   text,                            -- rollout
    spec          jsonb not null,                  -- io.slipway.engine.plan.JobSpec
    state         text not null check (state in ('waiting', 'queued', 'running', 'ended')),
    waits         text check (waits in ('needs', 'approval', 'trust', 'concurrency', 'pause', 'capacity')),
    waits_detail  text,
    outcome       text check (outcome in ('succeeded', 'skipped', 'failed', 'errored', 'cancelled')),
    reason        text,                            -- from the closed list of io.slipway.engine.run.Reason
    summary       text,                            -- for people: '214 MB, 7 of 11 layers cached'
    latest_attempt integer not null default 0,
    queued_at     timestamptz,
    started_at    timestamptz,
    ended_at      timestamptz,
    unique (run_id, name),
    check ((state = 'waiting') = (waits is not null)),
    check ((state = 'ended') = (outcome is not null))
);
create index jobs_open on jobs (run_id) where state <> 'ended';

create table job_needs (
    job_id        bigint not null references jobs on delete cascade,
    needs_id      bigint not null references jobs on delete cascade,
    primary key (job_id, needs_id)
);
create index job_needs_of on job_needs (needs_id);

-- One try of a job. Lease, fence, container, steps, log and outcome belong to it.
create table attempts (
    id              bigint generated always as identity primary key,
    job_id          bigint not null references jobs on delete cascade,
    project_id      bigint not null references projects on delete cascade,
    number          integer not null,
    state           text not null default 'queued' check (state in ('queued', 'running', 'ended')),
    runner_id       bigint not null references runners,
    takes_slot      boolean not null default true, -- a rollout takes none of the runner's slots
    turn            bigint not null,               -- place in the queue; projects take turns
    not_before      timestamptz not null default now(),
    retries         integer not null default 0,    -- how many errored attempts before it led here by policy
    nonce           text not null default replace(gen_random_uuid()::text, '-', ''), -- in the marks of its steps
    server_id       uuid,                          -- who holds it; null: handed over
    expiries        integer not null default 0,    -- how often a holder vanished
    fence           bigint not null default 0,
    lease_until     timestamptz,
    container       text,                          -- the name in the engine: instance, job, attempt
    cancel_at       timestamptz,                   -- when a cancel was asked for
    cancel_reason   text,                          -- by whom, or superseded by which run
    outcome         text check (outcome in ('succeeded', 'skipped', 'failed', 'errored', 'cancelled')),
    reason          text,
    summary         text,
    evidence        jsonb not null default '{}',
    exit_code       integer,
    timings         jsonb not null default '{}',   -- milliseconds: prepare, run, remove, own
    log_lines       bigint not null default 0,
    log_bytes       bigint not null default 0,     -- of all that was printed, also where a part was left out
    log_source      bigint not null default 0,     -- bytes of the container's stream that are stored, marks included
    log_chunks      integer not null default 0,    -- sequence of the newest chunk
    log_open        boolean not null default false, -- the last line has no line break yet
    queued_at       timestamptz not null default now(),
    claimed_at      timestamptz,
    started_at      timestamptz,
    ended_at        timestamptz,
    removed_at      timestamptz,                   -- everything it made in the engine is gone
    unique (job_id, number),
    check ((state = 'ended') = (outcome is not null))
);
create index attempts_queued on attempts (runner_id, turn, id) where state = 'queued' and takes_slot;
create index attempts_queued_free on attempts (runner_id, turn, id) where state = 'queued' and not takes_slot;
create index attempts_by_turn on attempts (turn);
create index attempts_running on attempts (lease_until) where state = 'running';
create index attempts_unremoved on attempts (id) where removed_at is null;
alter table tokens add foreign key (attempt_id) references attempts on delete cascade;

create table steps (
    attempt_id    bigint not null references attempts on delete cascade,
    position      integer not null,
    name          text not null,
    state         text not null default 'waiting' check (state in ('waiting', 'running', 'ended')),
    outcome       text check (outcome in ('succeeded', 'skipped', 'failed', 'errored', 'cancelled')),
    exit_code     integer,
    first_line    bigint,                          -- of the attempt's log
    last_line     bigint,
    note          text,                            -- 'cached', a layer's size, and the like
    started_at    timestamptz,
    ended_at      timestamptz,
    primary key (attempt_id, position)
);

-- Append-only. Line numbers start at 1 and never shift.
create table log_chunks (
    attempt_id    bigint not null references attempts on delete cascade,
    sequence      integer not null,
    first_line    bigint not null,                 -- number of the line that its first byte belongs to
    lines         integer not null,                -- lines that end in this chunk
    source_end    bigint not null,                 -- bytes of the container's stream taken so far, marks included
    at            timestamptz not null default clock_timestamp(),
    bytes         bytea not null,                  -- compressed
    size          integer not null,                -- uncompressed, bytes
    primary key (attempt_id, sequence)
);
alter table log_chunks alter column bytes set storage external; -- they are compressed already

-- Images and the registry ---------------------------------------------------------------------

create table images (
    id            bigint generated always as identity primary key,
    project_id    bigint not null references projects on delete cascade,
    app           text not null,
    run_id        bigint references runs on delete set null,
    repository    text not null,                   -- project/app; never a registry's host
    digest        text not null check (digest ~ '^sha256:[0-9a-f]{64}$'), -- of the manifest
    engine_id     text not null,                   -- the engine's content id
    platform      text not null,
    size          bigint not null,                 -- bytes, all layers, as the engine counts them
    config        jsonb not null default '{}',     -- ports, user, command as found in the image
    commit        text not null,
    created_at    timestamptz not null default now(),
    unique (project_id, app, run_id)
);
create index images_by_digest on images (repository, digest);

create table registry_blobs (
    digest        text primary key check (digest ~ '^sha256:[0-9a-f]{64}$'),
    size          bigint not null,
    created_at    timestamptz not null default now()
);

-- Which repositories may read a blob; a blob is stored once.
create table repository_blobs (
    repository    text not null,
    digest        text not null references registry_blobs,
    linked_at     timestamptz not null default now(),
    primary key (repository, digest)
);

create table manifests (
    repository    text not null,
    digest        text not null check (digest ~ '^sha256:[0-9a-f]{64}$'),
    media_type    text not null,
    bytes         bytea not null check (length(bytes) <= 4194304),
    subject       text,
    artifact_type text,
    pushed_at     timestamptz not null default now(),
    primary key (repository, digest)
);
create index manifests_by_subject on manifests (repository, subject) where subject is not null;

create table manifest_tags (
    repository    text not null,
    tag           text not null,
    digest        text not null,
    moved_at      timestamptz not null default now(),
    primary key (repository, tag),
    foreign key (repository, digest) references manifests
);

-- Configuration -------------------------------------------------------------------------------

-- Every version of every value; the newest version of a name is the one in force.
create table config_values (
    id            bigint generated always as identity primary key,
    project_id    bigint not null references projects on delete cascade,
    app           text,                            -- null: every app of the project
    name          text not null,
    version       integer not null,                -- of the project's configuration as a whole
    secret        boolean not null,
    value         bytea,                           -- UTF-8, encrypted when secret; null: unset
    set_at        timestamptz not null default now(),
    set_by        bigint references principals,
    unique nulls not distinct (project_id, app, name, version)
);

-- Releases ------------------------------------------------------------------------------------

-- An app in an environment: what is live there, and the fence of who may change it.
create table placements (
    id              bigint generated always as identity primary key,
    project_id      bigint not null references projects on delete cascade,
    environment     text not null,
    app             text not null,
    target_id       bigint not null references targets,
    fence           bigint not null default 0,
    newest_run      integer not null default 0,    -- highest run number whose rollout began
    live_release    bigint,
    desired         text not null default 'running' check (desired in ('running', 'stopped')),
    loopback_port   integer unique,
    trouble         text,                          -- why no container is healthy now; null: healthy
    restarts        integer not null default 0,    -- by the supervisor, since it was last healthy for a while
    restart_after   timestamptz,                   -- not restarted before; null: at once
    changed_at      timestamptz not null default now(),
    unique (project_id, environment, app)
);

-- Immutable.
create table releases (
    id              bigint generated always as identity primary key,
    placement_id    bigint not null references placements on delete cascade,
    number          integer not null,
    image_id        bigint references images,      -- null: a ready image
    image           text not null,                 -- repository@digest, or the ready image's reference with digest
    engine_id       text not null,
    spec            jsonb not null,                -- io.slipway.engine.plan.AppSpec
    config_version  integer not null,
    run_id          bigint references runs on delete set null,
    cause           text not null,                 -- 'push 9f2c1ab', 'config set LOG_LEVEL', 'rollback to #3'
    rejected        boolean not null default false,
    created_at      timestamptz not null default now(),
    created_by      bigint references principals,
    unique (placement_id, number)
);
alter table placements add foreign key (live_release) references releases;

create table rollouts (
    id              bigint generated always as identity primary key,
    project_id      bigint not null references projects on delete cascade,
    number          integer not null,              -- one sequence per project
    placement_id    bigint not null references placements on delete cascade,
    release_id      bigint not null references releases on delete cascade,
    from_release    bigint references releases,
    attempt_id      bigint not null unique references attempts on delete cascade,
    fence           bigint not null,               -- of the placement, when this rollout last took it
    state           text not null default 'starting'
                    check (state in ('starting', 'checking', 'switching', 'draining', 'ended')),
    outcome         text check (outcome in ('succeeded', 'skipped', 'failed', 'errored', 'cancelled')),
    cause           text,                          -- one sentence
    evidence        jsonb not null default '{}',
    started_at      timestamptz not null default now(),
    switched_at     timestamptz,
    ended_at        timestamptz,
    unique (project_id, number)
);

create index rollouts_open on rollouts (placement_id) where state <> 'ended';

-- The containers of apps. What the switch serves from is computed from the rows that serve.
create table app_containers (
    name            text primary key,              -- in the engine: instance, job, attempt
    placement_id    bigint not null references placements on delete cascade,
    release_id      bigint not null references releases on delete cascade,
    state           text not null default 'starting'
                    check (state in ('starting', 'serving', 'paused', 'draining', 'gone')),
    backend         text,                          -- address:port for the switch; null: none (a worker)
    port            integer,                       -- what the app listens on
    created_at      timestamptz not null default now(),
    served_at       timestamptz,
    gone_at         timestamptz
);
create index app_containers_present on app_containers (placement_id) where state <> 'gone';

-- Grows with each route table that is computed.
create sequence route_revision;

-- A host name belongs to one app of the instance.
create table hosts (
    host            text primary key,
    placement_id    bigint not null references placements on delete cascade
);

-- What the containers of an app print; capped per placement.
create table app_log_chunks (
    placement_id    bigint not null references placements on delete cascade,
    sequence        bigint generated always as identity,
    release         integer not null,
    container       text not null,
    stream_end      bigint not null,               -- bytes of the container's streams taken so far
    at              timestamptz not null default clock_timestamp(),
    bytes           bytea not null,                -- whole lines, UTF-8 as the app printed them
    primary key (placement_id, sequence),
    unique (container, stream_end)
);
