-- Whether the gate held a queued attempt back when somebody looked last. Only a hint: claims pass those over, and whoever
-- looks again finds what a lost clear has left.
alter table attempts add column held boolean not null default false;
drop index attempts_queued;
drop index attempts_queued_free;
create index attempts_queued on attempts (runner_id, held, turn, id) where state = 'queued' and takes_slot;
create index attempts_queued_free on attempts (held, turn, id) where state = 'queued' and not takes_slot;
create index attempts_held on attempts (project_id, id) where state = 'queued' and held;
