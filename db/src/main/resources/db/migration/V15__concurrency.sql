-- Which runs of a project wait for which: a run begins when none in front of it in its group has anything that is queued or
-- runs, or follows its last job. One that waits for a person holds nobody up.
alter table projects add column concurrency_turn bigint not null default 0; -- of the run that took its place last
alter table runs
    add column concurrency_group  text,            -- null: it waits for none, and none waits for it
    add column concurrency_policy text check (concurrency_policy in ('cancel-running', 'queue', 'latest')),
    add column concurrency_turn   bigint not null default 0, -- place in the group; a retry takes a new one
    add check ((concurrency_group is null) = (concurrency_policy is null));
create index runs_in_line on runs (project_id, concurrency_group, concurrency_turn)
    where state <> 'ended' and concurrency_group is not null;
