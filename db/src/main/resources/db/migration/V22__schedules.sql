-- Runs that no push starts: at times, and by hand.
-- Counted up when the default branch moves: its definition is read, and schedules_read says up to which count it was.
alter table projects
    add column schedules_asked bigint not null default 1,
    add column schedules_read  bigint not null default 0;
create index projects_schedules on projects (id) where schedules_asked > schedules_read;

-- What on.schedule of the default branch's definition says.
create table schedules (
    id            bigint generated always as identity primary key,
    project_id    bigint not null references projects on delete cascade,
    cron          text not null,
    zone          text not null,
    branch        text,                            -- whose latest commit is taken; null: the default branch
    due_at        timestamptz,                     -- the next instant, and the fence of who starts its run; null: it never comes
    paused        boolean not null default false,
    last_due_at   timestamptz,                     -- the instant that was handled last
    last_run      integer,                         -- number of the run that it started; null: none
    last_reason   text,                            -- why it started none
    created_at    timestamptz not null default now(),
    unique nulls not distinct (project_id, cron, zone, branch)
);
create index schedules_due on schedules (due_at) where not paused;

alter table deliveries
    drop constraint deliveries_kind_check,
    add constraint deliveries_kind_check check (kind in ('push', 'webhook', 'message', 'manual', 'schedule'));
