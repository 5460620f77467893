-- How what a job needs must have ended for it to run.
alter table jobs add column runs_when text not null default 'success'
    check (runs_when in ('success', 'failure', 'always'));
-- Why a job was skipped when the run was planned; null: it was not. It is never tried again.
alter table jobs add column left_out text;
-- Of the project's configuration, from when this attempt first took its secrets; null: it took none.
alter table attempts add column config_version integer;
-- What it gives to the jobs that need it: name to value.
alter table attempts add column outputs jsonb not null default '{}';
