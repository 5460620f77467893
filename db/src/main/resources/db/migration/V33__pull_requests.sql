-- Pull requests of repositories elsewhere, as they were when they were last handled.
create table pull_requests (
    project_id    bigint not null references projects on delete cascade,
    number        integer not null,
    open          boolean not null,
    draft         boolean not null,
    foreign_head  boolean not null,                -- its commits come from another repository
    head_ref      text not null,                   -- in the repository that they come from
    head_commit   text,                            -- null: the forge gives no whole name of it
    base_ref      text not null,
    comment       text not null default '',        -- the forge's id of ours; empty: none is known
    nonce         text not null default replace(gen_random_uuid()::text, '-', ''), -- in it, by which it is found again
    commented_at  timestamptz,                     -- since when there may be one; null: there is none
    primary key (project_id, number)
);

alter table project_remotes
    add column pulls_mark  text not null default '', -- by which the forge tells that its list is the same; empty: it is read
    add column pulls_told  bigint not null default 0, -- grows whenever something is told of a pull request
    add column pulls_since timestamptz,              -- since then what is not here is new; null: it was there before
    add column asked_at    timestamptz not null default now(); -- its forge is not asked for lists before

-- What a forge is told: states of commits, one comment for each pull request, rollouts.
alter table forge_answers drop constraint forge_answers_pkey;
alter table forge_answers
    add column id         bigint generated always as identity primary key,
    add column kind       text not null default 'state' check (kind in ('state', 'comment', 'rollout')),
    add column pull       integer,                   -- of a comment: whose
    add column rollout_id bigint references rollouts on delete cascade,
    add column nonce      text not null default replace(gen_random_uuid()::text, '-', ''), -- by which a record of a rollout is found again
    add column thing      text not null default '',  -- the forge's id of that record; empty: none is known
    add check ((kind = 'comment') = (pull is not null)),
    add check ((kind = 'rollout') = (rollout_id is not null));
create unique index forge_answers_state on forge_answers (run_id) where kind = 'state';
create unique index forge_answers_comment on forge_answers (project_id, pull) where kind = 'comment';
create unique index forge_answers_rollout on forge_answers (rollout_id) where kind = 'rollout';
create index forge_answers_run on forge_answers (run_id);
