-- Whether a step of the attempt may have begun: noted before it is started, so that whoever takes the attempt over knows it too.
alter table attempts add column may_run boolean not null default false;
