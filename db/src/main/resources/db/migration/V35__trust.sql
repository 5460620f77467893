-- Whose sources begin without somebody's word, and what exactly somebody has agreed to.
alter table runs
    add column pull_request        integer,          -- of which pull request of another repository; null: of none
    add column target_ref          text,             -- the branch that it wants to go to
    add column author_id           text,             -- whose code it is, by the forge's own id, as its API said; null: not known
    add column author_login        text not null default '',
    add column author_member       boolean not null default false, -- the forge's API said that they may push there
    add column own_definition      boolean not null default false, -- its pipeline file is the pull request's, not the target's
    add column offered_definition  bytea,            -- hash of the pull request's own pipeline file; null: it is the target's, or there is none
    add column approved_definition bytea,            -- hash of the pipeline file that somebody agreed to
    add column approved_by         text;             -- who did, for people
update runs set approved_definition = definition_sha256 where approved_commit is not null;
update runs set pull_request = substring(ref from '^refs/pull/([0-9]{1,9})/head$')::integer, target_ref = ''
where source_trust = 'fork';
create index runs_of_pull_request on runs (project_id, pull_request, number desc) where pull_request is not null;

-- Whose pull requests need nobody's word, by the forge's own ids.
create table trusted_authors (
    project_id    bigint not null references projects on delete cascade,
    forge_id      text not null check (forge_id <> ''),
    login         text not null,                   -- for people, as it was when they were added
    added_at      timestamptz not null default now(),
    added_by      bigint references principals,
    primary key (project_id, forge_id)
);
-- Whether those who may push to the forge's repository need nobody's word either.
alter table projects add column trusts_members boolean not null default false;
