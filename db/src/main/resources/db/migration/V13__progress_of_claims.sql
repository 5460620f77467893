-- How much of the log was stored when it was last claimed: source bytes and printed bytes.
alter table attempts add column claimed_log bigint not null default 0;
