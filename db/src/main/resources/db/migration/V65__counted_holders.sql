-- The fences of holders whose vanishing was counted: of one that turns out to live, that is taken back. How far the log was
-- at a claim does not matter any more; servers of before write that column until they are replaced.
alter table attempts add column counted_fences bigint[] not null default '{}';
