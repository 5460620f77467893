-- The same failure is looked for among those that were last.
create index attempts_failed on attempts (id) where outcome = 'failed';
