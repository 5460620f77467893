-- The version of the app's configuration that somebody agreed to; null: ruled before that was kept, and good for any.
alter table approvals add column config_version integer;
-- What the newest rollout of an app asked for decides who agrees to the next one.
create index jobs_rolled_out on jobs (project_id, environment, app, id desc) where kind = 'rollout' and outcome = 'succeeded';
