-- Where a project tells what somebody should know: one address per project.
create table outgoing_webhooks (
    project_id    bigint primary key references projects on delete cascade,
    form          text not null check (form in ('json', 'slack', 'discord')),
    origin        text not null,                   -- of the address, for people
    url           bytea not null,                  -- sealed: a chat's address is its secret
    secret        bytea,                           -- sealed; signs the plain form; null: a chat's, which takes no signature
    created_at    timestamptz not null default now(),
    created_by    bigint references principals
);

-- What is to be told. Written by the transaction in which it happens; sent until it was taken, or for a day.
create table outgoing_messages (
    id            uuid primary key default gen_random_uuid(),
    project_id    bigint not null references outgoing_webhooks on delete cascade,
    kind          text not null check (kind in ('run.failed', 'run.recovered', 'rollout.finished', 'rollout.rolled-back',
                                                'approval.waiting', 'test')),
    subject       text not null,                   -- what it is about: told once
    data          jsonb not null,                  -- as it was at that moment
    state         text not null default 'waiting' check (state in ('waiting', 'sent', 'given-up')),
    status        integer,                         -- of the last answer
    problem       text not null default '',        -- why the last try did not work out
    failures      integer not null default 0,
    fence         bigint not null default 0,
    next_at       timestamptz not null default now(),
    created_at    timestamptz not null default now(),
    ended_at      timestamptz,
    unique (project_id, kind, subject)
);
create index outgoing_messages_due on outgoing_messages (next_at) where state = 'waiting';
create index outgoing_messages_newest on outgoing_messages (project_id, created_at desc);

-- Branches whose newest run that came to a verdict failed.
create table failing_branches (
    project_id    bigint not null references projects on delete cascade,
    ref           text not null,
    run           integer not null,                -- number of the one that failed first
    primary key (project_id, ref)
);

create function tell_outgoing(bigint, text, text, jsonb) returns void language sql as $$
    insert into outgoing_messages (project_id, kind, subject, data)
    select w.project_id, $2, $3, $4 || jsonb_build_object('project', p.name)
    from outgoing_webhooks w join projects p on p.id = w.project_id
    where w.project_id = $1
    on conflict (project_id, kind, subject) do nothing
$$;

-- Only the first failure of a branch and its recovery: never every run. What a newer run has said holds.
create function tell_run() returns trigger language plpgsql as $$
declare
    changed bigint;
    told jsonb;
begin
    if exists (select 1 from runs r
               where r.project_id = new.project_id and r.ref = new.ref and r.number > new.number
                   and r.state = 'ended' and r.outcome in ('succeeded', 'failed', 'errored')) then
        return null;
    end if;
    told := jsonb_build_object('run', new.number, 'ref', new.ref, 'commit', new.commit, 'subject', new.subject,
        'author', new.author, 'outcome', new.outcome, 'reason', new.reason);
    if new.outcome in ('failed', 'errored') then
        insert into failing_branches (project_id, ref, run) values (new.project_id, new.ref, new.number)
        on conflict do nothing;
        get diagnostics changed = row_count;
        if changed = 1 then
            perform tell_outgoing(new.project_id, 'run.failed', new.number || ' ' || clock_timestamp(), told);
        end if;
    elsif new.outcome = 'succeeded' then
        delete from failing_branches where project_id = new.project_id and ref = new.ref;
        get diagnostics changed = row_count;
        if changed = 1 then
            perform tell_outgoing(new.project_id, 'run.recovered', new.number || ' ' || clock_timestamp(), told);
        end if;
    end if;
    return null;
end $$;
create trigger tell_run_that_ends after update of state on runs for each row
    when (new.state = 'ended' and old.state <> 'ended' and new.ref like 'refs/heads/%') execute function tell_run();
create trigger tell_run_that_never_began after insert on runs for each row
    when (new.state = 'ended' and new.ref like 'refs/heads/%') execute function tell_run();

create function tell_rollout() returns trigger language plpgsql as $$
begin
    perform tell_outgoing(new.project_id,
        case when new.outcome = 'succeeded' then 'rollout.finished' else 'rollout.rolled-back' end,
        new.number::text,
        (select jsonb_build_object('rollout', new.number, 'app', p.app, 'environment', p.environment,
                'release', r.number, 'from', (select f.number from releases f where f.id = new.from_release),
                'outcome', new.outcome, 'reason', new.cause, 'cause', r.cause,
                'run', (select u.number from attempts a join jobs j on j.id = a.job_id join runs u on u.id = j.run_id
                        where a.id = new.attempt_id))
         from placements p, releases r where p.id = new.placement_id and r.id = new.release_id));
    return null;
end $$;
create trigger tell_rollout_that_ends after update of state on rollouts for each row
    when (new.state = 'ended' and old.state <> 'ended' and new.outcome in ('succeeded', 'failed', 'errored'))
    execute function tell_rollout();

create function tell_approval() returns trigger language plpgsql as $$
begin
    perform tell_outgoing(j.project_id, 'approval.waiting', u.number || ' ' || coalesce(j.environment, ''),
        jsonb_build_object('run', u.number, 'ref', u.ref, 'commit', u.commit, 'subject', u.subject, 'author', u.author,
            'app', j.app, 'environment', j.environment, 'expires', new.expires_at))
    from jobs j join runs u on u.id = j.run_id
    where j.id = new.job_id;
    return null;
end $$;
create trigger tell_approval_that_waits after insert on approvals for each row
    when (new.verdict is null) execute function tell_approval();
