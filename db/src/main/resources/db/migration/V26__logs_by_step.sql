-- Which step's output a chunk holds: 0 before the first one begins. Each step keeps the beginning and the end of its output.
alter table log_chunks add column part integer not null default 0;
alter table attempts add column log_part integer not null default 0; -- of the byte that comes next
