-- Where forges send to: each hook has an address that nobody can guess, one forge and one secret.
create table hooks (
    id            bigint generated always as identity primary key,
    public_id     text not null unique check (public_id ~ '^[A-Za-z0-9_-]{22}$'),
    forge         text not null check (forge in
                  ('github', 'gitlab', 'gitea', 'bitbucket', 'bitbucket-data-center', 'generic')),
    project_id    bigint references projects on delete cascade, -- null: an organisation's, of many projects
    label         text not null default '',        -- by which people know it
    secret        bytea not null,                  -- sealed
    created_at    timestamptz not null default now(),
    created_by    bigint references principals
);

-- Which of a forge's repositories a hook may speak for, by the forge's own ids, and of which project each is. A hook of one
-- project has one row at most: where none was known, the first that it speaks for.
create table hook_repositories (
    hook_id       bigint not null references hooks on delete cascade,
    repository_id text not null,
    project_id    bigint not null references projects on delete cascade,
    primary key (hook_id, repository_id)
);
create index hook_repositories_of on hook_repositories (project_id);

-- What forges sent and proved. A row is committed before the forge is answered.
create table webhook_deliveries (
    id            uuid primary key,
    hook_id       bigint not null references hooks on delete cascade,
    project_id    bigint not null references projects on delete cascade,
    forge_id      text not null,                   -- the forge's name of it, which nobody signs; may be empty
    event         text not null,                   -- as the forge calls it
    sender_id     text not null,
    sender_login  text not null,
    headers       jsonb not null,                  -- without credentials
    body          bytea not null,                  -- its beginning
    body_size     bigint not null,
    body_sha256   bytea not null check (length(body_sha256) = 32),
    events        jsonb not null,                  -- [io.slipway.engine.forge.ForgeEvent]
    replay_of     uuid references webhook_deliveries on delete cascade, -- which one a person sent once more
    replayed_by   bigint references principals,
    state         text not null default 'received' check (state in ('received', 'settled')),
    verdict       text check (verdict in ('started', 'nothing', 'failed')),
    reason        text not null default '',        -- why nothing was started, or why it failed the last time
    runs          bigint[]  not null default '{}', -- numbers of what it started
    received_at   timestamptz not null default clock_timestamp(),
    settled_at    timestamptz,
    due_at        timestamptz not null default now(), -- when it is tried next
    failures      integer not null default 0,
    holder        uuid,                            -- the server that handles it; its fence
    copied_at     timestamptz,                     -- a copy came, and nobody has looked at it yet
    check ((state = 'settled') = (verdict is not null))
);
-- Whoever sends the same once more, under whatever name, finds it here.
create unique index webhook_deliveries_body on webhook_deliveries (hook_id, body_sha256) where replay_of is null;
create unique index webhook_deliveries_name on webhook_deliveries (hook_id, forge_id)
    where forge_id <> '' and replay_of is null;
create index webhook_deliveries_due on webhook_deliveries (due_at) where state = 'received';
create index webhook_deliveries_copied on webhook_deliveries (copied_at) where copied_at is not null;
create index webhook_deliveries_newest on webhook_deliveries (project_id, received_at desc);
