-- Rollouts that begin only when somebody has agreed to this commit and this image.
alter table jobs add column asks_approval boolean not null default false;
create table approvals (
    id            bigint generated always as identity primary key,
    job_id        bigint not null references jobs on delete cascade,
    commit        text not null,
    image         text not null,                   -- with its digest, as it would be rolled out
    who           text[] not null,                 -- who may agree, as the file names them; empty: whoever may roll out
    asked_at      timestamptz not null default now(),
    expires_at    timestamptz not null,
    verdict       text check (verdict in ('approved', 'rejected', 'expired', 'withdrawn')), -- null: it is waited for
    principal_id  bigint references principals,    -- who said so; null: nobody did
    why           text not null default '',
    ruled_at      timestamptz,
    check ((verdict is null) = (ruled_at is null))
);
create unique index approvals_asked on approvals (job_id) where verdict is null;
create index approvals_due on approvals (expires_at) where verdict is null;
create index approvals_of_job on approvals (job_id, id);
create index jobs_asking on jobs (run_id) where waits = 'approval';
-- When all that was left of it waited for a person: its branch has moved since then.
alter table runs add column reached_at timestamptz;
