-- Of a run, whether a job waits for others: asked at each verdict.
create index jobs_waiting_of on jobs (run_id) where state = 'waiting';
-- What goes with what is removed: without them each removed row is looked for in the whole table.
create index jobs_generated on jobs (generated_by) where generated_by is not null;
create index tokens_of_attempts on tokens (attempt_id) where attempt_id is not null;
create index images_of_runs on images (run_id) where run_id is not null;
create index releases_of_runs on releases (run_id) where run_id is not null;
