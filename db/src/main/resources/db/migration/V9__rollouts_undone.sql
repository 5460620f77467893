-- A rollout that will not serve says so, and why, before anything is undone. Draining what served before is no state of
-- a rollout: whoever supervises does it.
update rollouts set state = 'switching' where state = 'draining';
alter table rollouts drop constraint rollouts_state_check;
alter table rollouts add constraint rollouts_state_check
    check (state in ('starting', 'checking', 'switching', 'undoing', 'ended'));
alter table rollouts add column reason text;       -- io.slipway.engine.run.Reason; null before the outcome

alter table app_containers
    add column slot      integer,                  -- last part of its address in the environment's network; null: made before there were slots
    add column log_nanos bigint not null default 0, -- the engine's time of the last line that is stored, since 1970; 0: none
    add column log_bytes bigint not null default 0, -- how many bytes of that very time are stored
    add column log_run   text;                     -- which of its runs was read to the end after it had ended

update app_containers set slot = split_part(split_part(backend, ':', 1), '.', 4)::integer
where state <> 'gone' and backend ~ '^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+:' and backend !~ '^127\.';

-- What the engine still has of containers that are there is read again under the new positions.
delete from app_log_chunks l using app_containers c where c.name = l.container and c.state <> 'gone';
alter table app_log_chunks drop column stream_end;
