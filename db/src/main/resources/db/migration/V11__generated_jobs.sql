-- The job of the same run that wrote this one; null: the pipeline has it.
alter table jobs add column generated_by bigint references jobs on delete cascade;
-- Text of a file with further jobs; empty: none.
alter table attempts add column generated text not null default '';
